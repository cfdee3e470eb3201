"""What a crawler did, in its metrics and its log."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog

from deploy import health
from deploy.producing import report
from streams.crawl.counts import IGNORED, STRANGE, Observe
from streams.crawl.watch import Event
from streams.crawl.way import Report
from streams.protocols import Message

log = structlog.get_logger()


def observer(metrics: health.Metrics, urls: Mapping[str, str] | None = None) -> Observe:
    """Counts what the crawler did, and says why a source could not be read, and where that is by the sources' `urls`.

    What nobody uses counts as `signal:unused`: what follows are a page's own words, which are no label; nor is the name
    of a file that could not be read, which the log has each time, or of one that never is, which it has once.
    """
    left: set[tuple[str, str]] = set()

    def observed(source: str, name: str, number: int) -> None:
        kind, _, rest = name.partition(":")
        begins = next((each for each in STRANGE if name.startswith(each)), None)
        metrics.add(begins.removesuffix(":") if begins else name, number, source=source)
        if name.startswith(IGNORED) and (source, name) not in left:
            left.add((source, name))
            file = name.removeprefix(IGNORED)
            log.warning("a file of a folder is left", source=source, file=file, remedy="docs/sources.md")
        if name == "unalerted":
            remedy = "more posts at once than posts_a_second lets through in a minute; docs/sources.md"
            log.warning(
                "posts that might have alerted went to the backfill", source=source, posts=number, remedy=remedy
            )
        if name in {"refused:log", "refused:store"}:
            log.warning("posts are refused", source=source, server=rest, posts=number, remedy="docs/sources.md")
        # Of refused messages the entrance says something itself, now and then: strangers can send many.
        if kind == "error" and not rest.startswith("message:"):
            url = (urls or {}).get(source)
            where = {"url": url} if url else {}
            log.warning("a source could not be read", source=source, **where, reason=rest, remedy="docs/sources.md")

    return observed


def source_teller(send: Callable[[Sequence[Message]], Awaitable[None]]) -> Report:
    """Tells operators how a source stands, and then our own log: who waits for Kafka calls this again and again."""

    async def tell(event: Event) -> None:
        await send([report(event)])
        log_event(event)

    return tell


def log_event(event: Event) -> None:
    """Says how a source stands: what its trouble is, why, what posts lack, how many were seen and how many were due."""
    if event.event == "source_recovered":
        log.info("a source is as expected again", source=event.source, reason=event.reason)
        return
    log.warning(
        "a source is not as expected",
        source=event.source,
        event_name=event.event,
        reason=event.reason,
        why=event.why,
        missing=event.missing,
        seen=event.seen,
        expected=event.expected,
        remedy="docs/sources.md#a-source-that-falls-silent-is-reported",
    )
