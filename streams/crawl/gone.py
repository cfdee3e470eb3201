"""Notice what a source holds no more: twice, hours apart; never by a page that failed or a list that got shorter."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from msgspec.structs import replace

from streams.crawl.memory import Held, Noted
from streams.crawl.way import Way
from streams.source import Source

APART: Final = timedelta(hours=6)
"""Between the two visits that miss a post."""

GONE: Final = frozenset({"status_404", "status_410"})
"""How a site says of a page that was read before that there is none."""

_FEW: Final = 2
"""Threads that may all be gone; of more of them in one visit no more than half, or the site has moved its pages."""

_SHARE: Final = 3
"""Of what a list held no more than one in so many is gone, or the list is another one."""


class Gone:
    """What one walk misses of what its pages held before."""

    def __init__(self, source: Source, way: Way) -> None:
        self._source, self._way = source, way
        self.was: dict[str, Held] = {}
        """Of each page that was asked for, what was held of it before."""
        self.keys: dict[str, tuple[str, ...]] = {}
        """Of each page that was read, the posts on it, in its order; of one that did not change, those of before."""
        self.times: dict[str, tuple[datetime | None, ...]] = {}
        """Of each page that was read and had changed, when its posts were written."""
        self.refused: dict[str, tuple[str, ...]] = {}
        """Threads that are no more, and the posts that they held."""

    def missed_in_thread(self, first: str, pages: Sequence[str]) -> tuple[str, ...]:
        """Posts that a thread held and holds no more: only where all of it was read, and still begins as it did."""
        if not all(page in self.keys for page in pages) or not self.was[first].keys:
            return ()
        now = {key for page in pages for key in self.keys[page]}
        if self.was[first].keys[0] not in now:
            return ()
        return _without(now, self.was, pages)

    async def missed_in_lists(self, pages: Sequence[str]) -> tuple[str, ...]:
        """Posts that lists held and hold no more: only where they are in order of time and reach beyond the post."""
        if not pages or not all(page in self.times for page in pages):
            return ()
        now = {key for page in pages for key in self.keys[page]}
        missing = _without(now, self.was, pages)
        last = reaches_to([time for page in pages for time in self.times[page]])
        if not missing or last is None:
            return ()
        known = await self._way.memory.posts(self._source.name, missing)
        within = tuple(key for key in missing if key in known and _is_within(known[key], last))
        held = {key for page in pages for key in self.was[page].keys}
        return within if len(within) == 1 or len(within) * _SHARE <= len(held) else ()

    def missed_threads(self, asked: int) -> dict[str, tuple[str, ...]]:
        """Threads that are no more, with their posts; none where most of what was asked for is said to be gone."""
        if len(self.refused) > _FEW and len(self.refused) * 2 > asked:
            self._way.counts.add(self._source.name, "signal:gone:many")
            return {}
        return self.refused

    async def miss(self, keys: Collection[str]) -> tuple[str, ...]:
        """Note that these posts were missed; one that was missed before, long enough ago, is told to be gone.

        Returns:
            Those that the next visits are to look for.
        """
        if not keys:
            return ()
        now, known = self._way.clock.now(), await self._way.memory.posts(self._source.name, keys)
        there = {key: noted for key, noted in known.items() if noted.document and not noted.gone}
        due = {key: noted for key, noted in there.items() if noted.missed and now - noted.missed >= APART}
        notes = {key: replace(noted, missed=now) for key, noted in there.items() if not noted.missed}
        if due:
            await self._tell(due, now)
            notes |= {key: replace(noted, gone=now) for key, noted in due.items()}
        if notes:
            await self._way.memory.remember(self._source.name, notes, {})
        return tuple(key for key in there if key not in due)

    async def _tell(self, due: dict[str, Noted], now: datetime) -> None:
        """Publish their last words once more, and that they are gone: the worker of their township notes it."""
        posts = await self._way.archive.posts({noted.document: noted.township for noted in due.values()})
        if posts:
            await self._way.publish([replace(post, fetched=now, gone=now) for post in posts])
        self._way.counts.add(self._source.name, "gone", len(posts))


def reaches_to(times: Sequence[datetime | None]) -> datetime | None:
    """When the last post of a list was written that is in order, the newest first; None for any other list.

    Posts that are pinned to its top may be older than what follows.
    """
    written = [time for time in times if time is not None]
    if len(written) < len(times):
        return None
    while len(written) > 1 and written[0] < written[1]:
        del written[0]
    in_order = all(earlier >= later for earlier, later in pairwise(written))
    return written[-1] if written and in_order else None


def _is_within(noted: Noted, last: datetime) -> bool:
    return noted.written is not None and noted.written > last


def _without(now: Collection[str], was: dict[str, Held], pages: Sequence[str]) -> tuple[str, ...]:
    held = [key for page in pages for key in (*was[page].keys, *was[page].missing)]
    return tuple(dict.fromkeys(key for key in held if key not in now))
