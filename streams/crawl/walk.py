"""Walk through a source's pages: listings, and the threads that they lead to."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec.structs import replace

from streams.crawl.backoff import LATER, PASSING
from streams.crawl.fetch import Fetched
from streams.crawl.gone import APART, GONE, Gone
from streams.crawl.memory import Held
from streams.crawl.news import News, key_of
from streams.crawl.origin import Origin
from streams.crawl.turn import since_turn
from streams.crawl.watch import DRIFT, RESTRAINT, Field, Seen
from streams.crawl.way import Way
from streams.errors import Unfetched
from streams.pages.page import LISTING, Link, Page, Raw, Reading
from streams.source import AnySource, Api, Board, Feed, Folder, Forum, Manual, Table, Webhook
from streams.sources import api, board, feed, forum, table

_FOLLOWING: Final = 500
"""Pages of one thread that are read at most: a page may say of itself that it is the next."""

_FARTHEST: Final = 2_000
"""List pages of one visit, however much was missed: a list may go on for ever."""

_SMALL: Final = 4_000
"""Bytes of a page that is read at once: whatever is in it takes milliseconds. A packed table may be small, too."""

_MANY: Final = 1_000
"""Links of a page that is held; one with more is fetched in full each time."""

_PARSERS: Final = b"3"
"""To be raised when a parser finds what it did not before: each page is then read again, once."""

_NO_MATTER: Final = 600.0

_WITNESSES: Final = 3
"""Other threads that are looked for before one is believed to be gone."""

_RESTS: Final = (0, 10, 60, 6 * 60, 24 * 60)
"""Minutes for which a thread that could not be read is left alone, by how many times it could not in a row."""

_UNREAD: Final = DRIFT | {"page:overgrown", "full:missing", "full:shorter"}
"""Signals of a page that says less than it did, or nothing: to log in, perhaps, or in another layout."""

_ENOUGH: Final = 3
"""Failures in a row after which a visit ends: the site has trouble of its own."""


Note = Callable[[int], Awaitable[bool]]
"""Told how many listings were reached; whether to go on."""


def read(page: Page, source: AnySource) -> Reading:
    """The page, by the parser of the source's kind."""
    match source:
        case Feed():
            return feed.read(page, source)
        case Forum():
            return forum.read(page, source)
        case Board():
            return board.read(page, source)
        case Api() | Webhook() | Manual():
            return api.read(page, source)
        case Table():
            return table.read(page, source)
        case Folder():
            return table.read(page, source) if is_table(page) else api.read(page, source)


def is_table(page: Page) -> bool:
    """Whether a folder's file is a table."""
    return page.url.lower().endswith((".csv", ".xlsx"))


def reading_of(source: AnySource) -> str:
    """A digest of how the pages of a source are read: with another one they are to be read again."""
    how = replace(
        source, schedule=_NO_MATTER, expects=None, contact="", licence="", hours=None, budget=None, permission=None
    )
    return hashlib.sha256(_PARSERS + msgspec.json.encode(how)).hexdigest()[:32]


class Walk:
    """One walk under way.

    `reading` says how pages are read: what was held of a page that was read otherwise counts for nothing.
    `to_the_end`: follow the listings though they list nothing new. `since`: the source was read whole then, so beyond
    its `pages`, and those that an interrupted walk had `reached`, listings are followed while they list what was
    written later.
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
    ) -> None:
        self._source, self._way, self._reading, self._to_the_end = source, way, reading, to_the_end
        # One page beyond where the last walk was cut: the page that it reached may hold nothing new any more.
        self._most = max(source.pages, reached + 1 if reached else 0)
        self._asked: set[str] = set()
        self._held: dict[str, Held] = {}
        self._entries: dict[str, Raw] = {}
        """What listings say of posts whose own pages are still to be read, by their addresses."""
        self._origin = Origin(source, way)
        self._in_a_row = self._unread = 0
        # Of listings, and of threads: how many pages were read, and what was in them.
        self._read: dict[bool, int] = {True: 0, False: 0}
        self._found: dict[bool, int] = {True: 0, False: 0}
        self._drifted = False
        self._requests = self._amiss = self._poorer = 0
        self._posts: list[tuple[Field, ...]] = []
        self._lists: list[str] = []
        self._threads = self._there = 0
        """How many threads were asked for, and how many of their pages are there."""
        self._witnesses: list[str] = []
        """Threads that the first list leads to."""
        self._gone = Gone(source, way)
        self.news = News(source, way, since)
        self.failures = 0
        self.may_pass = False
        self.retry_after: float | None = None
        self.later: float | None = None
        """Seconds after which to go on: it is not the time of day, or today's requests are spent."""

    async def all(self, note: Note | None = None) -> None:
        """Read listing after listing, and the threads of each.

        Args:
            note: is told, beyond the listings of every visit.
        """
        listing = Link(self._source.url, LISTING)
        for number in range(1, _FARTHEST):
            if note and number > self._source.pages and not await note(number):
                return
            before, missed = self.news.fresh, self.news.missed
            links = await self._page(listing)
            self._lists.append(listing.url)
            threads = [link for link in links if link.role != LISTING]
            self._witnesses = self._witnesses or [link.url for link in threads]
            await self._look_up(threads)
            for link in threads:
                await self._thread(link)
                if self.later or self._in_a_row >= _ENOUGH:
                    await self._publish(list(self._entries.values()))
                    return
            further = [each for each in links if each.role == LISTING and each.url not in self._asked]
            goes_on = self._to_the_end or self.news.fresh > before
            if number >= self._most:
                goes_on = self.news.missed > missed
            if not further or not goes_on:
                break
            listing = further[0]
        await self._look_for_what_is_gone()

    async def bring(self, body: bytes, address: str, said: datetime | None = None) -> None:
        """Publish what somebody brought. It is no page that could be asked for again: what it lacks is not gone."""
        fetched = Fetched(url=address, body=body, charset=None, etag=None, modified=None)
        reading = await self._parsed(fetched, Link(address, LISTING), None)
        if reading:
            allowed = await self._origin.allowed(reading.posts)
            if notes := await self.news.publish(allowed, said):
                await self._way.memory.remember(self._source.name, notes, {})
            self._weigh(replace(reading, posts=allowed), Link(address, LISTING))

    async def reread(self, addresses: Iterable[str]) -> None:
        """Read these threads again, of those whose pages are known, though no list leads to them."""
        threads = [Link(address, forum.THREAD) for address in addresses if address not in self._asked]
        await self._look_up(threads)
        for link in threads:
            if self.later or self._in_a_row >= _ENOUGH:
                return
            if self._held[link.url] != Held():
                await self._thread(link)
        await self._look_for_what_is_gone()

    async def look(self, addresses: Iterable[str], others: Sequence[str]) -> None:
        """See whether these threads, of those whose pages are known, are still there: their first pages only.

        Args:
            addresses: of the threads.
            others: are looked for, too, before one of them is believed to be gone.
        """
        links = [Link(address, forum.THREAD) for address in addresses if address not in self._asked]
        await self._look_up(links)
        for link in links:
            if self.later or self._in_a_row >= _ENOUGH:
                return
            if self._held[link.url] != Held():
                self._threads += 1
                await self._page(link)
        self._witnesses += others
        await self._look_for_what_is_gone()

    @property
    def seen(self) -> Seen:
        """What this walk says about the source's health."""
        kinds = [kind for kind, read in self._read.items() if read]
        barren = any(not self._found[kind] for kind in kinds)
        return Seen(
            times=self.news.times,
            posts=self._posts,
            fruitful=bool(kinds) and not barren,
            barren=barren,
            drifted=self._drifted,
            failed=bool(self.failures),
            cut=self.later is not None,
            asked=self._requests,
            amiss=self._amiss,
        )

    async def _thread(self, link: Link) -> None:
        """Read a thread's pages; its stamp is remembered when all of them are published.

        One that cannot be read is asked for again whatever its stamp says, but less and less often: it may be one that
        never can, and keeps nobody from the threads below it.
        """
        if link.url in self._asked or self._says_the_same(link) or self._rests(link):
            self._entries.pop(link.url, None)
            return
        unread, waiting, asked = self._unread, [link], list[str]()
        for _ in range(_FOLLOWING):
            if not waiting:
                break
            asked.append(waiting[0].url)
            waiting += [each for each in await self._page(waiting.pop(0)) if each.url not in self._asked]
        self._threads += 1
        if self._unread > unread:
            await self._let_rest(link.url)
            return
        missing = () if waiting else await self._gone.miss(self._gone.missed_in_thread(link.url, asked))
        if link.stamp and not self.later:
            await self._keep(link.url, missing, link.stamp)
        elif missing != self._held[link.url].missing:
            await self._keep(link.url, missing)

    def _rests(self, link: Link) -> bool:
        """Whether a thread could not be read lately, and is not due again."""
        rests = self._held.get(link.url, Held()).rests
        return rests is not None and self._way.clock.now() < rests

    async def _let_rest(self, url: str) -> None:
        """What is held of a thread that could not be read stays; its stamp is that under which it was read whole."""
        held = self._gone.was[url]
        times = min(held.times + 1, len(_RESTS))
        rests = self._way.clock.now() + timedelta(minutes=_RESTS[times - 1])
        self._held[url] = replace(held, reading=self._reading, times=times, rests=rests)
        await self._way.memory.remember(self._source.name, {}, {url: self._held[url]})

    def _says_the_same(self, link: Link) -> bool:
        """Whether the list says that nothing was added; what is looked for in the thread may yet be due."""
        held = self._held.get(link.url, Held())
        due = held.again is not None and self._way.clock.now() >= held.again
        return link.stamp is not None and held.stamp == link.stamp and not due

    async def _keep(self, url: str, missing: tuple[str, ...], stamp: str | None = None) -> None:
        """What is held of a page that was read, with what it misses."""
        held = self._held.get(url, Held())
        again = self._way.clock.now() + APART if missing else None
        kept = replace(held, stamp=stamp or held.stamp, reading=self._reading, missing=missing, again=again)
        if kept != held:
            self._held[url] = kept
            await self._way.memory.remember(self._source.name, {}, {url: kept})

    async def _look_for_what_is_gone(self) -> None:
        """Of lists, and of threads that are no more."""
        lists, self._lists = self._lists, []
        if lists and (missing := await self._gone.miss(await self._gone.missed_in_lists(lists))):
            await self._keep(lists[0], missing)
        threads = self._gone.missed_threads(self._threads)
        if threads and not await self._finds_threads():
            self._count("signal:gone:many")
            threads = {}
        for url, keys in threads.items():
            if missing := await self._gone.miss(keys):
                await self._keep(url, missing)
        self._gone.refused.clear()

    async def _finds_threads(self) -> bool:
        """Whether any thread that was read before is there; if not, the site has moved, or shut us out."""
        links = [Link(url, forum.THREAD) for url in dict.fromkeys(self._witnesses) if url not in self._asked]
        await self._look_up(links)
        for link in [each for each in links if self._held[each.url].keys][:_WITNESSES]:
            if self._there or self.later:
                break
            await self._page(link)
        return self._there > 0

    async def _page(self, link: Link) -> Sequence[Link]:
        """Fetch a page, if it has changed, and return where it leads."""
        self._asked.add(link.url)
        if link.url not in self._held:
            await self._look_up([link])
        entry = self._entries.pop(link.url, None)
        known = self._gone.was[link.url] = self._held.get(link.url, Held())
        # An entry that is followed has changed, whatever its page says of itself.
        held = Held() if entry else known
        try:
            etag, modified = (None, None) if self._is_due(link.url) else (held.etag, held.modified)
            fetched = await self._way.web.fetch(link.url, etag, modified, self._source)
        except Unfetched as error:
            self._failed(error, link)
            if entry:
                self._count(f"full:{error.name}")
                await self._publish([entry])
            elif error.name in GONE:
                await self._no_more(link, held)
            return ()
        self._asked_for()
        self._in_a_row = 0
        self._count("pages")
        if fetched is None:
            self._count("unmodified")
            self._gone.keys[link.url] = held.keys
            self._there += link.role != LISTING
            self._held[link.url] = replace(held, times=0, rests=None)
            return held.links
        return await self._read_through(fetched, link, entry, held)

    async def _read_through(self, fetched: Fetched, link: Link, entry: Raw | None, held: Held) -> Sequence[Link]:
        """Publish what a page holds of new, remember it, and return where it leads."""
        reading = await self._parsed(fetched, link, entry)
        if reading is None:
            self._unread += 1
            await self._publish([entry] if entry else [])
            return ()
        if reading.gone:
            self._count("error:gone")
            self._amiss += 1
            self._unread += 1
            await self._no_more(link, held)
            return ()
        self._entries |= reading.entries
        self._there += link.role != LISTING and bool(reading.posts)
        if link.role != LISTING and self.news.has_met(reading.posts):
            # Only of threads: how far listings are followed is bounded by far less.
            self._count("signal:next:endless")
            reading = replace(reading, links=())
        if self._is_stuck(reading, link):
            # A later page that comes again may be the last one's, given for every number beyond.
            self._count("signal:paging:stuck", len(self._lists) == 1)
            reading = replace(reading, links=())
        allowed = await self._origin.allowed(reading.posts)
        poorer = self.news.poorer
        notes = await self.news.publish(allowed)
        if self.news.poorer > poorer or not _UNREAD.isdisjoint(reading.signals):
            self._unread += 1
        whole = len(allowed) == len(reading.posts) and not reading.entries
        reading = replace(reading, posts=allowed)
        self._weigh(reading, link)
        # What was refused may be allowed another day, and what a listing says of its entries is not kept.
        self._held[link.url] = Held()
        if whole:
            worded = [raw for raw in allowed if raw.id and (raw.title or raw.body)]
            keys = self._gone.keys[link.url] = tuple(dict.fromkeys(key_of(raw.id) for raw in worded))
            self._gone.times[link.url] = tuple(raw.published for raw in allowed if raw.kind != "answer")
            self._held[link.url] = kept = _held(fetched, reading, self._reading, keys)
            if link.role != LISTING and keys == held.keys:  # No post was added here: what is known of the thread holds.
                self._held[link.url] = replace(kept, stamp=held.stamp, missing=held.missing, again=held.again)
        pages = {} if self._held[link.url] == held else {link.url: self._held[link.url]}
        if notes or pages:
            await self._way.memory.remember(self._source.name, notes, pages)
        return reading.links

    def _is_stuck(self, reading: Reading, link: Link) -> bool:
        """Whether a page that was asked for by its number lists what this visit has read already."""
        again = isinstance(self._source, Api) and link.role == LISTING and bool(self._lists)
        return again and bool(reading.links) and len(reading.posts) > 1 and self.news.has_met(reading.posts)

    async def _no_more(self, link: Link, held: Held) -> None:
        """The site says that a page which was read before is no more."""
        if link.role != LISTING and held.keys:
            self._gone.refused[link.url] = await self._keys_behind(held)

    def _is_due(self, address: str) -> bool:
        """Whether to ask for a page in full, about once a day: some servers say of anything that it has not changed."""
        return since_turn(address, self._way.clock.now()).total_seconds() < self._source.schedule

    async def _publish(self, posts: Sequence[Raw]) -> None:
        """Publish what a listing says of posts whose own pages cannot be had or read now."""
        parts = [replace(raw, partial=True) for raw in posts]
        if notes := await self.news.publish(await self._origin.allowed(parts)):
            await self._way.memory.remember(self._source.name, notes, {})

    async def _look_up(self, links: Sequence[Link]) -> None:
        """What is known of the pages that these lead to."""
        if unknown := [link.url for link in links if link.url not in self._held]:
            self._held |= dict.fromkeys(unknown, Held())
            known = await self._way.memory.pages(self._source.name, unknown)
            self._held |= {url: held for url, held in known.items() if held.reading == self._reading}

    async def _keys_behind(self, held: Held) -> tuple[str, ...]:
        """The posts of a page and of those that it led to, as they were read."""
        keys, links, seen = [*held.keys], [*held.links], set[str]()
        while links and len(seen) < _FOLLOWING:
            link = links.pop(0)
            if link.url not in seen:
                seen.add(link.url)
                await self._look_up([link])
                keys += self._held[link.url].keys
                links += self._held[link.url].links
        return tuple(dict.fromkeys(keys))

    async def _parsed(self, fetched: Fetched, link: Link, entry: Raw | None) -> Reading | None:
        page = Page(
            url=fetched.url,
            body=fetched.body,
            fetched=self._way.clock.now(),
            charset=fetched.charset,
            role=link.role,
            entry=entry,
        )
        try:
            # A page takes up to seconds, in which the other sources want to go on.
            small = len(page.body) <= _SMALL and not isinstance(self._source, Table | Folder)
            reading = read(page, self._source) if small else await asyncio.to_thread(read, page, self._source)
        except Exception as error:  # noqa: BLE001 (a page that a parser dies of must not end the source)
            self._count(f"error:parser:{type(error).__name__}")
            self._amiss += 1
            return None
        self._way.look(page, reading)
        for signal in reading.signals:
            self._count(f"signal:{signal}")
        return replace(reading, links=tuple(_stamped(each) for each in reading.links))

    def _weigh(self, reading: Reading, link: Link) -> None:
        """Whether there was anything in the page: posts with words, or threads that lead on."""
        lists = link.role == LISTING
        self._read[lists] += 1
        self._found[lists] += any(raw.id and (raw.title or raw.body) for raw in reading.posts)
        self._found[lists] += lists and any(each.role != LISTING for each in reading.links)
        self._posts += [_fields(raw) for raw in reading.posts if raw.kind != "answer"]
        drifted = not DRIFT.isdisjoint(reading.signals) or self.news.poorer > self._poorer
        self._poorer = self.news.poorer
        self._drifted |= drifted
        self._amiss += drifted

    def fail(self, error: Unfetched) -> None:
        """Count what keeps this visit from being whole."""
        self._failed(error, Link(self._source.url, LISTING))

    def _failed(self, error: Unfetched, link: Link) -> None:
        """A thread that is gone or closed is no failure of the visit; a listing that cannot be read is."""
        self._count(f"error:{error.name}" if error.name != "hours" else "asleep")
        if error.name in LATER:
            self.later = error.retry_after
            return
        self._unread += 1
        if error.name not in RESTRAINT:
            self._asked_for()
            self._amiss += 1
        if error.name in PASSING or link.role == LISTING:
            self.failures += 1
            self._in_a_row += 1
            self.may_pass |= error.name in PASSING
            self.retry_after = max(self.retry_after or 0.0, error.retry_after or 0.0) or None

    def _asked_for(self) -> None:
        self._requests += 1
        self._count("requests")

    def _count(self, name: str, number: int = 1) -> None:
        self._way.counts.add(self._source.name, name, number)


def _held(fetched: Fetched, reading: Reading, how: str, keys: tuple[str, ...]) -> Held:
    """The page as it is kept. One that held nothing is read in full again."""
    empty = not reading.posts and not reading.links
    if empty or len(reading.links) > _MANY:
        return Held(reading=how, keys=keys) if keys else Held()
    if not fetched.etag and not fetched.modified:
        return Held(reading=how, keys=keys) if keys else Held()
    return Held(fetched.etag, fetched.modified, reading.links, reading=how, keys=keys)


def _fields(raw: Raw) -> tuple[Field, ...]:
    said: dict[Field, object] = {"body": raw.body, "published": raw.published, "author": raw.author}
    return tuple(field for field, value in said.items() if value)


def _stamped(link: Link) -> Link:
    """A stamp may name who answered last; it is only compared."""
    return replace(link, stamp=hashlib.sha256(link.stamp.encode()).hexdigest()[:32]) if link.stamp else link
