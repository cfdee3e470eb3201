"""What a crawler did, in its metrics and its log."""

import structlog

from deploy import health
from streams.crawl.counts import Observe

log = structlog.get_logger()


def observer(metrics: health.Metrics) -> Observe:
    """Counts what the crawler did, and says why a source could not be read.

    A signal counts as `signal:<what>`: what follows may be a page's own words, which are no label.
    """

    def observed(source: str, name: str, number: int) -> None:
        kind, _, rest = name.partition(":")
        what = rest.partition(":")[0] if kind == "signal" else rest
        metrics.add(f"{kind}:{what}" if what else kind, number, source=source)
        if name in {"source_silent", "source_loud"}:
            log.warning("a source is not as expected", source=source, event_name=name, remedy="docs/sources.md")
        if name == "unalerted":
            remedy = "more posts at once than posts_a_second lets through in a minute; docs/sources.md"
            log.warning(
                "posts that might have alerted went to the backfill", source=source, posts=number, remedy=remedy
            )
        if name == "source_recovered":
            log.info("a source is as expected again", source=source)
        # Of refused messages the entrance says something itself, now and then: strangers can send many.
        if kind == "error" and not what.startswith("message:"):
            log.warning("a source could not be read", source=source, reason=what, remedy="docs/sources.md")

    return observed
