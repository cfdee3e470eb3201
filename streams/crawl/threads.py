"""Read threads: all pages of each, unless nothing was added to it; those that could not be read before come last."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from streams.crawl.gone import Gone
from streams.crawl.hold import Hold
from streams.crawl.outcome import Failed, Left, Outcome, Poorer
from streams.crawl.reader import Reader
from streams.crawl.shelf import FOLLOWING, Shelf, has_failed, is_left
from streams.crawl.tally import Tally
from streams.pages.page import Link
from streams.protocols import Clock

_FAILING: Final = 3
"""Threads that fail again, of one visit: after five failures in a row a host rests (`breaker`)."""


class Threads:
    """The threads of one walk. `asked` is how many were asked for.

    Args:
        page: reads a page.
        reader: what `page` reads with.
        shelf: what is held of pages.
        gone: what is missed.
        tally: counts.
        clock: the time.
        hold: on the source, where there is one; threads are read until it is lost.
    """

    def __init__(
        self,
        page: Callable[[Link], Awaitable[Outcome]],
        reader: Reader,
        shelf: Shelf,
        gone: Gone,
        tally: Tally,
        clock: Clock,
        hold: Hold | None,
    ) -> None:
        self._page, self._reader, self._shelf = page, reader, shelf
        self._gone, self._tally, self._clock, self._hold = gone, tally, clock, hold
        self._late: list[Link] = []
        """Those that could not be read before."""
        self.asked = 0

    async def all_of(self, threads: Sequence[Link]) -> bool:
        """Read the threads of a list page, but for those that could not be read before: they are to come last.

        Returns:
            False where the walk ends here.
        """
        for link in threads:
            if has_failed(self._shelf[link.url]) and not self.is_left(link):
                self._late.append(link)
                continue
            await self._listed(link)
            if self._is_lost:
                return False
            if self._tally.ends:
                await self._reader.end()
                return False
        return True

    async def again(self) -> None:
        """Read those that could not be read before, a few of those that fail again.

        They may be such as never can be read: the one that waited longest comes first.
        """
        failed = 0
        for link in sorted(self._late, key=lambda each: self._shelf[each.url].rests or self._clock.now()):
            if failed < _FAILING and not self._tally.ends and not self._is_lost:
                failed += not await self._listed(link)
            else:
                self._tally.count("unread")
        if not self._is_lost:
            await self._reader.end()

    async def _listed(self, link: Link) -> bool:
        """Read a thread to which a list leads, and count it where it could not be read whole."""
        is_whole = await self.read(link)
        self._tally.count("unread", not (is_whole or self._is_lost))
        return is_whole

    async def read(self, link: Link) -> bool:
        """Read a thread, unless nothing was added to it or it rests; False where it could not be, now or the last time.

        One that cannot be read is asked for again whatever its stamp says, but less and less often: it may be one that
        never can, and keeps nobody from the threads below it.
        """
        is_read = link.url in self._reader.asked
        if is_read or self.is_left(link):
            self._reader.leave(link.url)
            return is_read or not has_failed(self._shelf[link.url])
        return await self.through(link)

    async def through(self, link: Link, *, further: bool = True) -> bool:
        """Read a thread's pages; its stamp is remembered when all of them are published.

        Not the `further` ones, if so said, unless a post is missing on the first.

        Returns:
            False where it could not be read.
        """
        refused, waiting, read = self._reader.refused, [link], dict[str, Outcome]()
        while waiting and len(read) < FOLLOWING:
            here = waiting.pop(0)
            outcome = read[here.url] = await self._page(here)
            if further or self._gone.lacks(link.url):
                waiting += [each for each in outcome.links if each.url not in self._reader.asked]
        if self._is_lost:
            return False
        self.asked += 1
        if any(isinstance(each, Failed) for each in read.values()):
            await self._shelf.let_rest(link.url, self._gone.was[link.url], self._clock.now())
            return False
        if any(isinstance(each, Left) for each in read.values()):
            return True
        was, times = self._gone.was[link.url], 0
        if any(isinstance(each, Poorer) for each in read.values()):
            # In a new layout, perhaps: it says nothing of what it lacks.
            missing, times = was.missing, was.times + 1
        else:
            missing = () if waiting else await self._gone.miss(self._gone.missed_in_thread(link.url, list(read)))
        if link.stamp and self._reader.refused == refused:
            await self._shelf.keep(link.url, missing, self._clock.now(), link.stamp, times)
        elif missing != self._shelf[link.url].missing:
            await self._shelf.keep(link.url, missing, self._clock.now())
        return True

    def is_left(self, link: Link) -> bool:
        return is_left(self._shelf[link.url], link, self._clock.now())

    @property
    def _is_lost(self) -> bool:
        return self._hold is not None and self._hold.lost
