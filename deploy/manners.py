"""Tell operators how sites are treated: which hosts rest or had their requests, and what was permitted in writing."""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from typing import Final

import structlog
from msgspec.structs import replace
from yarl import URL

from deploy.producing import host_report, permission_report
from streams.crawl.counts import Counts
from streams.errors import Busy, Misconfigured
from streams.hours import Hours
from streams.protocols import Clock, Message
from streams.source import Shown, Source
from streams.web.address import Addresses
from streams.web.host import HostEvent, Tell

log: Final = structlog.get_logger()

Send = Callable[[Sequence[Message]], Awaitable[None]]

_NAMED: Final = 50
"""Sources that a message names at most."""


def host_teller(sources: Collection[Source], addresses: Addresses, counts: Counts, send: Send) -> Tell:
    """Counts what happens to a host for each of its sources, and sends it to `.operations`.

    Fetching never waits for the log: what cannot be sent stands in our own, and in the sources' counts.
    """

    async def tell(event: HostEvent) -> None:
        there = [source for source in sources if source.url and addresses.host_of(URL(source.url)) == event.host]
        for source in there:
            counts.add(source.name, event.event)
        names = tuple(sorted(source.name for source in there))[:_NAMED]
        event = replace(event, sources=names, township=_township(there or sources))
        log.warning("how a host stands", happened=event.event, host=event.host, reason=event.reason, sources=names)
        try:
            await send([host_report(event)])
        except Busy as busy:
            log.warning("operators were not told of a host", host=event.host, reason=str(busy))

    return tell


def assert_awake(sources: Collection[Source], hours: str) -> None:
    """Raise Misconfigured for sources whose hours never meet the deployment's: nobody would notice that they sleep."""
    asleep = [each for each in sources if each.hours and hours and not Hours(each.hours).meets(Hours(hours))]
    if asleep:
        said = ", ".join(f"{source.name} ({source.hours})" for source in asleep)
        raise Misconfigured(f"hours: {hours} in deployment.yaml and those of {said} never meet; change one of them")


async def show_permissions(sources: Mapping[str, Source], clock: Clock, send: Send) -> None:
    """Log each written permission, and send it to `.operations`: at each start. Raises Busy when the broker is away."""
    shown = list(_shown(sources, clock))
    for each in shown:
        said = {"by": each.by, "date": each.date.isoformat(), "covers": each.covers, "note": each.note}
        log.warning("robots.txt is not asked where a written permission is", source=each.source, **said)
    if shown:
        await send([permission_report(each) for each in shown])


def _shown(sources: Mapping[str, Source], clock: Clock) -> Iterator[Shown]:
    for source in sources.values():
        if permission := source.permission:
            yield Shown(
                source=source.name,
                township=_township([source]),
                by=permission.by,
                date=permission.date,
                covers=permission.covers,
                note=permission.note,
                time=clock.now(),
            )


def _township(sources: Collection[Source]) -> str:
    """The one township of these sources, or their county's inbox."""
    served = {code for source in sources for code in source.served}
    return served.pop() if len(served) == 1 else next(iter(sources)).inbox
