"""Walk through a source's pages: listings, and the threads that they lead to."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from streams.crawl.gone import Gone
from streams.crawl.hold import Hold
from streams.crawl.news import News
from streams.crawl.outcome import Left, Outcome
from streams.crawl.reader import Reader
from streams.crawl.shelf import Shelf
from streams.crawl.tally import Tally
from streams.crawl.threads import Threads
from streams.crawl.watch import Seen
from streams.crawl.way import Way
from streams.errors import Unfetched
from streams.pages.page import LISTING, Link
from streams.parsers import forum
from streams.source import AnySource

_FARTHEST: Final = 2_000
"""List pages of one visit, however much was missed: a list may go on for ever."""

_WITNESSES: Final = 3
"""Other threads that are looked for before one is believed to be gone."""

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
        self._threads = Threads(self._page, self._reader, self._shelf, self._gone, self.tally, self._clock, self._hold)
        self._witnesses: list[str] = []
        """Threads that the first list leads to."""

    async def all(self) -> None:
        """Read listing after listing, and the threads of each. How far it came is noted beyond those of every visit."""
        listing = Link(self._source.url, LISTING)
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
            await self._shelf.meet(listing.url, [link.url for link in threads], self._clock.now())
            if not await self._threads.all_of(threads):
                return
            further = [each for each in links if each.role == LISTING and each.url not in self._reader.asked]
            goes_on = self._to_the_end or self._reader.ascending or self.news.fresh > before
            if number >= self._most:
                goes_on = self.news.missed > missed
            if not further or not (goes_on or self._reader.listed.is_pushed):
                break
            listing = further[0]
        await self._threads.again()
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
            await self._threads.read(link)
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
            if not self._threads.is_left(link):
                await self._threads.through(link, further=False)
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

    async def _keep(self, address: str, missing: tuple[str, ...]) -> None:
        await self._shelf.keep(address, missing, self._clock.now())

    async def _look_for_what_is_gone(self) -> None:
        """Of lists, and of threads that are no more."""
        if self._is_lost:
            return
        lists, self._lists = self._lists, []
        if lists and (missing := await self._gone.miss(await self._gone.missed_in_lists(lists), by_list=True)):
            await self._keep(lists[0], missing)
        threads = self._gone.missed_threads(self._threads.asked)
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
            await self._threads.through(link, further=False)
        return self.tally.there > 0
