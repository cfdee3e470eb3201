"""Take a message that somebody brought: a page that nobody had to fetch, and all else as with any other page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from streams.crawl.counts import Counts
from streams.crawl.kinds import reading_of
from streams.crawl.visit import standing
from streams.crawl.walk import Walk
from streams.crawl.watch import Seen
from streams.crawl.way import Way
from streams.source import AnySource

_UNREADABLE: Final = frozenset({"page:unreadable", "page:overgrown", "items:missing"})
"""Signals of a message in which nothing could be read."""

_UNMAPPED: Final = frozenset({"id:missing", "item:unreadable", "body:empty", "body:unreadable"})
"""The same when all its items are so: its source's `message` does not say what the sender calls its fields."""

_REFUSED: Final = frozenset({"refused:log", "refused:store"})
"""Counts of what is lost with the message: what brought it is the only one that has it still."""

_ATTEMPTS: Final = 5


class Taken(Struct, frozen=True):
    """What became of a message: how often what, by the names of `Counts`; or why nothing in it could be read."""

    counts: Mapping[str, int]
    unreadable: str = ""


async def take(source: AnySource, way: Way, body: bytes, said: datetime | None = None) -> Taken:
    """Publish what is new in a message, and note that its source has spoken.

    What it says a second time is `unchanged`, so that a message may come again; an item of which a message `said` later
    was taken is `outdated`. Raises what publishing raises: then it is to come again.
    """
    counts = Counts(way.counts.add)
    walk = Walk(source, replace(way, counts=counts), reading_of(source), to_the_end=False)
    await walk.bring(body, f"brought:{source.name}", said)
    await _note(source, way, walk.seen)
    found = counts.of(source.name)
    wrong = _UNREADABLE if found.get("listed", 0) > found.get("empty", 0) else _UNREADABLE | _UNMAPPED
    named = [
        name for name in found if name.removeprefix("signal:") in wrong or name.startswith("error:") or name in _REFUSED
    ]
    return Taken(found, named[0] if named else "")


async def _note(source: AnySource, way: Way, seen: Seen) -> None:
    """How the source stands from now on. A visit may write the same head meanwhile: then it is read once more."""
    stands = standing(source, way, seen)
    for _ in range(_ATTEMPTS):
        head = (await way.memory.head(source.name)).believed(way.clock.now())
        if await way.memory.put_head(replace(head, watch=await stands(head.watch))):
            return
