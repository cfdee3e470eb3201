"""Walk through a source's pages: listings, and the threads that they lead to."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from streams.crawl.gone import Gone
from streams.crawl.hold import Hold
from streams.crawl.news import News
from streams.crawl.outcome import Failed, Left, Outcome, Poorer
from streams.crawl.reader import Reader
from streams.crawl.shelf import FOLLOWING, Shelf, has_failed, is_left
from streams.crawl.tally import Tally
from streams.crawl.watch import Seen
from streams.crawl.way import Way
from streams.errors import Unfetched
from streams.pages.page import LISTING, Link
from streams.source import AnySource
from streams.sources import forum

_FARTHEST: Final = 2_000
"""List pages of one visit, however much was missed: a list may go on for ever."""

_WITNESSES: Final = 3
"""Other threads that are looked for before one is believed to be gone."""

_FAILING: Final = 3
"""Threads that fail again, of one visit: after five failures in a row a host rests (`breaker`)."""

_UNASKED: Final = 10
"""Pages after which it is asked whether the source is still ours; before each further list page it is, too."""


class Walk:
    """One walk under way. `news` and `tally` say what came of it.

    `reading` says how pages are read: what was held of a page that was read otherwise counts for nothing.
    `to_the_end`: follow the listings though they list nothing new. `since`: the source was read whole then, so beyond
    its `pages`, and those that an interrupted walk had `reached`, listings are followed while they list what was
    written later. Where it has a `hold` on the source, it ends soon after another crawler has taken that.
    """

    def __init__(
        self,
        source: AnySource,
        way: Way,
        reading: str,
        *,
        to_the_end: bool,
        since: datetime | None = None,
        reached: int = 0,
        hold: Hold | None = None,
    ) -> None:
        self._hold, self._sure = hold, 0
        self._source, self._clock, self._to_the_end = source, way.clock, to_the_end
        # One page beyond where the last walk was cut: the page that it reached may hold nothing new any more.
        self._most = max(source.pages, reached + 1 if reached else 0)
        self.news, self.tally = News(source, way, since), Tally(source.name, way.counts)
        self._gone, self._shelf = Gone(source, way), Shelf(source.name, way.memory, reading)
        self._reader = Reader(source, way, self.news, self._gone, self._shelf, self.tally)
        self._lists: list[str] = []
        self._threads = 0
        """How many were asked for."""
        self._witnesses: list[str] = []
        """Threads that the first list leads to."""

    async def all(self) -> None:
        """Read listing after listing, and the threads of each. How far it came is noted beyond those of every visit."""
        listing, late = Link(self._source.url, LISTING), list[Link]()
        for number in range(1, _FARTHEST):
            if number > self._source.pages:
                await self._reached(number)
            before, missed = self.news.fresh, self.news.missed
            links = (await self._page(listing)).links
            if self._is_lost:
                return
            self._lists.append(listing.url)
            threads = [link for link in links if link.role != LISTING]
            self._witnesses = self._witnesses or [link.url for link in threads]
            await self._shelf.look_up([link.url for link in threads])
            await self._shelf.meet([listing.url, *(link.url for link in threads)], self._clock.now())
            if not await self._all_of(threads, late):
                return
            further = [each for each in links if each.role == LISTING and each.url not in self._reader.asked]
            goes_on = self._to_the_end or self._reader.ascending or self.news.fresh > before
            if number >= self._most:
                goes_on = self.news.missed > missed
            if not further or not (goes_on or self._reader.listed.is_pushed):
                break
            listing = further[0]
        await self._again(late)
        if not self.tally.ends:
            await self._look_for_what_is_gone()

    async def bring(self, body: bytes, address: str, said: datetime | None = None) -> Outcome:
        """Publish what somebody brought. It is no page that could be asked for again: what it lacks is not gone."""
        return await self._reader.bring(body, address, said)

    async def reread(self, addresses: Iterable[str]) -> None:
        """Read these threads again, of those whose pages are known, though no list leads to them."""
        for link in await self._known(addresses):
            if self.tally.ends or self._is_lost:
                return
            await self._thread(link)
        await self._look_for_what_is_gone()

    async def look(self, addresses: Iterable[str], others: Sequence[str]) -> None:
        """See whether these threads, of those whose pages are known, are still there.

        Their first pages only, and the others of one that lacks a post: it may stand there.

        Args:
            addresses: of the threads.
            others: are looked for, too, before one of them is believed to be gone.
        """
        for link in await self._known(addresses):
            if self.tally.ends or self._is_lost:
                return
            if not self._is_left(link):
                await self._through(link, further=False)
        self._witnesses += others
        await self._look_for_what_is_gone()

    def fail(self, error: Unfetched) -> None:
        """Count what keeps this visit from being whole."""
        self.tally.failed(error, LISTING)

    @property
    def refused(self) -> int:
        """Posts that the site from which a gateway has them closes."""
        return self._reader.refused

    @property
    def left(self) -> bool:
        """Whether posts are left to the next visit, because this one asked enough sites what they allow."""
        return self._reader.left

    @property
    def seen(self) -> Seen:
        """What this walk says about the source's health."""
        return self.tally.seen(self.news.times)

    @property
    def _is_lost(self) -> bool:
        return self._hold is not None and self._hold.lost

    async def _reached(self, listings: int) -> None:
        self._sure = len(self._reader.asked)
        if self._hold:
            await self._hold.reached(listings)

    async def _page(self, link: Link) -> Outcome:
        """Read a page; not where the source is another crawler's by now."""
        asked = len(self._reader.asked)
        if asked - self._sure >= (1 if link.role == LISTING else _UNASKED) and self._hold:
            self._sure = asked
            await self._hold.stands()
        return Left() if self._is_lost else await self._reader.page(link)

    async def _known(self, addresses: Iterable[str]) -> list[Link]:
        """Links to those of these threads that were read before, and not yet by this walk."""
        new = [address for address in dict.fromkeys(addresses) if address not in self._reader.asked]
        known = await self._shelf.known_by(new)
        return [Link(address, forum.THREAD) for address in known if address not in self._reader.asked]

    async def _all_of(self, threads: Sequence[Link], late: list[Link]) -> bool:
        """Read the threads of a list page, but for those that are to come `late`: they could not be read before.

        Returns:
            False where the walk ends here.
        """
        for link in threads:
            if has_failed(self._shelf[link.url]) and not self._is_left(link):
                late.append(link)
                continue
            await self._listed(link)
            if self._is_lost:
                return False
            if self.tally.ends:
                await self._reader.end()
                return False
        return True

    async def _again(self, threads: Sequence[Link]) -> None:
        """Read threads that could not be read before, after all others, and of those that fail again a few a visit.

        They may be such as never can be read: the one that waited longest comes first.
        """
        failed = 0
        for link in sorted(threads, key=lambda each: self._shelf[each.url].rests or self._clock.now()):
            if failed < _FAILING and not self.tally.ends and not self._is_lost:
                failed += not await self._listed(link)
            else:
                self.tally.count("unread")
        if not self._is_lost:
            await self._reader.end()

    async def _listed(self, link: Link) -> bool:
        """Read a thread to which a list leads, and count it where it could not be read whole."""
        is_whole = await self._thread(link)
        self.tally.count("unread", not (is_whole or self._is_lost))
        return is_whole

    async def _thread(self, link: Link) -> bool:
        """Read a thread, unless nothing was added to it or it rests; False where it could not be, now or the last time.

        One that cannot be read is asked for again whatever its stamp says, but less and less often: it may be one that
        never can, and keeps nobody from the threads below it.
        """
        is_read = link.url in self._reader.asked
        if is_read or self._is_left(link):
            self._reader.leave(link.url)
            return is_read or not has_failed(self._shelf[link.url])
        return await self._through(link)

    async def _through(self, link: Link, *, further: bool = True) -> bool:
        """Read a thread's pages; its stamp is remembered when all of them are published.

        Not the `further` ones, if so said, unless a post is missing on the first.

        Returns:
            False where it could not be read.
        """
        refused, waiting, read = self.refused, [link], dict[str, Outcome]()
        while waiting and len(read) < FOLLOWING:
            here = waiting.pop(0)
            outcome = read[here.url] = await self._page(here)
            if further or self._gone.lacks(link.url):
                waiting += [each for each in outcome.links if each.url not in self._reader.asked]
        if self._is_lost:
            return False
        self._threads += 1
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
        if link.stamp and self.refused == refused:
            await self._keep(link.url, missing, link.stamp, times)
        elif missing != self._shelf[link.url].missing:
            await self._keep(link.url, missing)
        return True

    def _is_left(self, link: Link) -> bool:
        return is_left(self._shelf[link.url], link, self._clock.now())

    async def _keep(self, address: str, missing: tuple[str, ...], stamp: str | None = None, times: int = 0) -> None:
        await self._shelf.keep(address, missing, self._clock.now(), stamp, times)

    async def _look_for_what_is_gone(self) -> None:
        """Of lists, and of threads that are no more."""
        if self._is_lost:
            return
        lists, self._lists = self._lists, []
        if lists and (missing := await self._gone.miss(await self._gone.missed_in_lists(lists), by_list=True)):
            await self._keep(lists[0], missing)
        threads = self._gone.missed_threads(self._threads)
        if threads and not await self._finds_threads():
            self.tally.count("signal:gone:many")
            threads = {}
        for url, keys in threads.items():
            if missing := await self._gone.miss(keys, notice=self._gone.notices.get(url, "")):
                await self._keep(url, missing)
        self._gone.refused.clear()

    async def _finds_threads(self) -> bool:
        """Whether any thread that was read before is there; if not, the site has moved, or shut us out."""
        known = [link for link in await self._known(self._witnesses) if self._shelf[link.url].keys]
        for link in known[:_WITNESSES]:
            if self.tally.there or self.tally.later:
                break
            await self._through(link, further=False)
        return self.tally.there > 0
