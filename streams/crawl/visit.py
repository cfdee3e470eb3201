"""Visit a source once: take it, read its pages, publish what is new, and only then remember it."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from streams.crawl.daily import whose_turn
from streams.crawl.folder import collect
from streams.crawl.hold import Hold
from streams.crawl.kinds import reading_of
from streams.crawl.memory import Head
from streams.crawl.reach import PAUSE, WINDOW
from streams.crawl.walk import Walk
from streams.crawl.watch import Seen, Watch, look
from streams.crawl.way import Way
from streams.source import AnySource, Board, Folder, Forum, Manual, Webhook

MOST_FAILURES: Final = 1_000
"""Failures in a row that are counted: the wait between two visits stopped growing long before."""


AWAY: Final = timedelta(hours=12)
"""After so long without a whole visit, beyond two that were due, lists are walked though they say nothing new."""

MARGIN: Final = timedelta(days=1)
"""What was written so long before the last whole visit may have been missed by it: lists lag, clocks differ."""

MOST_THREADS: Final = 20
"""Threads that a visit reads again because they stand in open incidents; at most every half hour (`reach.PAUSE`)."""

MOST_RECENT: Final = 1_000
"""Threads of a source that are looked at to see whether they are still there: the latest."""

MOST_LOOKS: Final = 20
"""Of them in one visit."""


_ATTEMPTS: Final = 5
"""To write how a source stands, while messages come of which each notes that it has spoken."""


class Visited(Struct, frozen=True):
    """How a visit went.

    `failures` keep it from being whole; `may_pass` says whether trying again soon makes sense. `retry_after` is the
    longest wait that a site asked for, in seconds; without failures the time until the source may be visited at all.
    There is `more` where the visit left something to the next one. `watch` is how the source stands, where the visit
    came so far.
    """

    published: int
    failures: int
    may_pass: bool = True
    retry_after: float | None = None
    more: bool = False
    watch: Watch | None = None


async def visit(source: AnySource, way: Way) -> Visited:
    """Read the source's pages and publish what is new or has changed.

    Listing pages are followed as long as they list something new, or to their end when the visit before was cut
    short. A failed page is counted, and the visit goes on. What `publish` raises ends it. A source that a crawler
    started later visits, too, is left to it; a site that asked to be left alone is, by whichever crawler.
    """
    if (wait := way.web.opens_in(source)) > 0:
        way.counts.add(source.name, "asleep")
        return Visited(0, 0, retry_after=wait)
    way.counts.add(source.name, "visits")
    found, now = await way.memory.head(source.name), way.clock.now()
    if (before := found.believed(now)) is not found:
        way.counts.add(source.name, "error:clock")
    if before.closed and now < before.closed:
        way.counts.add(source.name, "error:closed")
        return Visited(0, 1, retry_after=(before.closed - now).total_seconds())
    if before.is_taken(way.crawler, now, source.schedule):
        return _taken(source, way)
    # Until its end this visit counts as cut short: whatever ends it, the next one walks all the way.
    reading = reading_of(source)

    async def begun(head: Head) -> Head:
        return replace(head, crawler=way.crawler, visited=now, walked=False, reading=reading)

    if (head := await _put(way, before, begun)) is None:
        return _taken(source, way)
    hold = Hold(way.memory, head)
    walk = await _walked(source, way, before, hold)
    stands = None if hold.lost else await _finish(source, way, walk, hold.head)
    if stands is None:
        return _taken(source, way)
    retry_after = walk.tally.retry_after or walk.tally.later
    return Visited(walk.news.published, walk.tally.failures, walk.tally.may_pass, retry_after, walk.left, stands.watch)


async def _walked(source: AnySource, way: Way, before: Head, hold: Hold) -> Walk:
    """A walk through the source's pages, for as long as no other crawler takes it."""
    reading = hold.head.reading
    again = not before.walked or before.reading != reading or _was_away(source, before, way.clock.now())
    since = before.watch.good - MARGIN if before.watch.good else None
    walk = Walk(source, way, reading, to_the_end=again, since=since, reached=before.reached, hold=hold)
    if isinstance(source, Folder):
        await collect(source, walk, way, reading)
    elif not isinstance(source, Webhook | Manual):  # What is brought is only watched: has it fallen silent?
        await walk.all()
    if not hold.lost and _is_due(source, way, hold.head, walk):
        hold.head = await _reread(source, way, walk, hold.head)
    return walk


async def _reread(source: AnySource, way: Way, walk: Walk, head: Head) -> Head:
    """Read again what no list may lead to: threads of open incidents, and once a day those of the last week."""
    now = way.clock.now()
    await walk.reread(await way.archive.threads(source, now - WINDOW, MOST_THREADS))
    head = replace(head, reread=now)
    if walk.tally.later or not way.web.is_ample(source):
        return head
    recent = await way.archive.recent(source, now - WINDOW, MOST_RECENT)
    addresses, looked = whose_turn(recent, head.looked, now, MOST_LOOKS)
    await walk.look(addresses, recent)
    return head if walk.tally.ends else replace(head, looked=looked)


async def _finish(source: AnySource, way: Way, walk: Walk, head: Head) -> Head | None:
    """Remember how it went."""
    tally = walk.tally
    cut = bool(tally.failures or tally.later)
    stands = standing(source, way, walk.seen)

    async def finished(head: Head) -> Head:
        return replace(
            head,
            walked=not cut,
            reached=head.reached if cut else 0,
            failures=min(head.failures + 1, MOST_FAILURES) if tally.failures else 0,
            closed=way.clock.now() + timedelta(seconds=tally.retry_after) if tally.retry_after else None,
            watch=await stands(head.watch),
        )

    put = await _put(way, head, finished)
    if put and put.watch.trouble:
        way.counts.add(source.name, f"trouble:{put.watch.trouble}")
    return put


async def _put(way: Way, head: Head, change: Callable[[Head], Awaitable[Head]]) -> Head | None:
    """Write what a head that was read becomes, with what messages noted of their source meanwhile.

    Returns:
        The head as it stands; None where another visit has begun since.
    """
    for _ in range(_ATTEMPTS):
        if stands := await way.memory.put_head(await change(head)):
            return stands
        there = await way.memory.head(head.source)
        if (there.crawler, there.visited) != (head.crawler, head.visited):
            return None
        head = replace(head, watch=there.watch, fence=there.fence)
    return None


def standing(source: AnySource, way: Way, seen: Seen) -> Callable[[Watch], Awaitable[Watch]]:
    """Says how a source stands now by how it stood, which is asked again where somebody else writes it first.

    What changed is reported before anybody remembers it, so that no crash keeps it quiet, and once.
    """
    now, told = way.clock.now(), set[tuple[str, str]]()

    async def stands(watch: Watch) -> Watch:
        watch, event = look(watch, source, seen, now)
        if event and (event.event, event.reason) not in told:
            await way.report(event)
            told.add((event.event, event.reason))
            way.counts.add(source.name, event.event)
        return watch

    return stands


def _was_away(source: AnySource, before: Head, now: datetime) -> bool:
    """Whether nobody read the source for so long that its first list page may hold no trace of what was missed."""
    good = before.watch.good
    return good is not None and now - good > AWAY + 2 * timedelta(seconds=source.schedule)


def _is_due(source: AnySource, way: Way, head: Head, walk: Walk) -> bool:
    """Whether to read again what stands in open incidents: of a site that answers, and whose threads are pages."""
    rested = head.reread is None or way.clock.now() - head.reread >= PAUSE
    return isinstance(source, Forum | Board) and rested and not walk.tally.failures and not walk.tally.later


def _taken(source: AnySource, way: Way) -> Visited:
    way.counts.add(source.name, "error:taken")
    return Visited(0, 1, may_pass=False)
