"""Read one page after the other: fetch it if it has changed, publish what it holds of new, and remember it."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from msgspec.structs import replace

from streams.crawl.daily import DAY
from streams.crawl.gone import GONE, Gone
from streams.crawl.kinds import read_beside
from streams.crawl.listed import Listed
from streams.crawl.memory import Held, Noted
from streams.crawl.news import News, key_of
from streams.crawl.order import is_ascending
from streams.crawl.origin import Origin
from streams.crawl.outcome import Failed, Left, Outcome, Poorer, Read, Unchanged
from streams.crawl.shelf import Shelf, has_failed
from streams.crawl.tally import Tally
from streams.crawl.watch import DRIFT, lacking
from streams.crawl.way import Way
from streams.errors import Unfetched
from streams.pages.charset import decoded
from streams.pages.dates import time_of
from streams.pages.login import LOGIN, asks_to_log_in
from streams.pages.markup import document, seen
from streams.pages.page import LISTING, Link, Page, Raw, Reading
from streams.parsers.feed import ENTRY
from streams.portions import portions
from streams.source import AnySource
from streams.web.backoff import LATER
from streams.web.fetch import Fetched

_UNREAD: Final = DRIFT | {"page:overgrown", "full:missing", "full:shorter"}
"""Signals of a page that says less than it did, or nothing: to log in, perhaps, or in another layout."""

_LONGEST_STAMP: Final = 200
"""Characters of a stamp that may be a time; of a longer one it would take long to say."""

_NOTES: Final = 1_000
"""Notes that are written at once."""

_NOON: Final = datetime(2026, 1, 15, 4, tzinfo=UTC)
"""Of some day in China, so that no day ends within the hour."""


class Reader:
    """The pages of one walk. `asked` are the addresses that were asked for.

    Args:
        source: whose pages.
        way: to the site, the log and the memory.
        news: publishes.
        gone: is told what each page held before, and holds now.
        shelf: what is held of pages.
        tally: counts.
    """

    def __init__(self, source: AnySource, way: Way, news: News, gone: Gone, shelf: Shelf, tally: Tally) -> None:
        self._source, self._way = source, way
        self._news, self._gone, self._shelf, self._tally = news, gone, shelf, tally
        self._origin = Origin(source, way)
        self._entries: dict[str, Raw] = {}
        """What listings say of posts whose own pages are still to be read, by their addresses."""
        self.asked: set[str] = set()
        self._lists = 0
        """How many of them are listings."""
        self.listed = Listed()
        self.ascending = False
        """Whether the listings begin with what is oldest, so that what is new stands at their end."""

    async def page(self, link: Link) -> Outcome:
        """Fetch a page, if it has changed, publish what it says of new, and return what became of it."""
        self.asked.add(link.url)
        self._lists += link.role == LISTING
        await self._shelf.look_up([link.url])
        entry = self._entries.pop(link.url, None)
        known = self._gone.was[link.url] = self._shelf[link.url]
        # An entry that is followed has changed, whatever its page says of itself.
        held = Held() if entry else known
        if entry and not await self._origin.allowed([entry]):
            return Left()
        try:
            etag, modified = (None, None) if self._is_due(held) else (held.etag, held.modified)
            fetched = await self._way.web.fetch(link.url, etag, modified, self._source)
        except Unfetched as error:
            self._tally.failed(error, link.role, again=has_failed(known))
            if entry:
                self._tally.count(f"full:{error.name}")
                await self._publish([entry])
            elif error.name in GONE:
                await self._no_more(link, held)
            return Left() if error.name in LATER else Failed()
        self._tally.answered()
        if fetched is None:
            self._tally.count("unmodified")
            self._tally.there += link.role != LISTING
            self._gone.keys[link.url] = held.keys
            if link.role == LISTING:
                self.listed.see([*held.keys, *_threads(held.links)])
            self._ascends(ascends=held.ascending)
            self._shelf[link.url] = replace(held, times=0, rests=None)
            return Unchanged(held.links)
        return await self._read(fetched, link, entry, held)

    async def bring(self, body: bytes, address: str, said: datetime | None = None) -> Outcome:
        """Publish what somebody brought, and return what became of it."""
        fetched = Fetched(url=address, body=body, charset=None, etag=None, modified=None)
        reading = await self._parsed(fetched, Link(address, LISTING), None)
        if reading is None:
            return Failed()
        refused, allowed = self._news.refused, await self._origin.allowed(reading.posts)
        await self._remember(await self._news.publish(allowed, said), {})
        is_found = self._tally.weigh(replace(reading, posts=allowed), LISTING, self._news.poorer)
        is_empty = not is_found and bool(lacking(reading.signals))
        return Failed() if is_empty or self._news.refused > refused else Read()

    async def end(self) -> None:
        """Publish what listings said of posts whose own pages are not read any more."""
        await self._publish(list(self._entries.values()))

    @property
    def refused(self) -> int:
        """Posts that the site from which a gateway has them closes."""
        return self._origin.refused

    @property
    def left(self) -> bool:
        """Whether of some posts the site is asked at the next visit."""
        return self._origin.left

    def leave(self, address: str) -> None:
        """This page is not read: nothing has been added."""
        self._entries.pop(address, None)

    async def _read(self, fetched: Fetched, link: Link, entry: Raw | None, held: Held) -> Outcome:
        """Publish what a page holds of new, and remember it."""
        reading = await self._parsed(fetched, link, entry)
        if reading is None:
            await self._publish([entry] if entry else [])
            return Failed()
        if reading.gone:
            self._tally.amiss("error:gone")
            parsed = document(decoded(fetched.body, self._source.encoding or fetched.charset))
            self._gone.notices[link.url] = seen(parsed.body) if parsed else ""
            await self._no_more(link, held)
            return Failed()
        self._entries |= reading.entries
        self._tally.there += link.role != LISTING and bool(reading.posts)
        if link.role != LISTING and self._news.has_met(reading.posts):
            # Only of threads: how far listings are followed is bounded by far less.
            self._tally.count("signal:next:endless")
            reading = replace(reading, links=())
        if link.role == LISTING:
            self.listed.see([*(key_of(raw.id) for raw in reading.posts), *_threads(reading.links)])
        if link.role == LISTING and self.listed.is_stuck:
            # A later page that comes again may be the last one's, given for every number beyond.
            self._tally.count("signal:paging:stuck", self._lists == 3)  # noqa: PLR2004 (the first one, thrice)
            reading = replace(reading, links=tuple(each for each in reading.links if each.role != LISTING))
        self._ascends(ascends=link.role == LISTING and is_ascending(reading, self._source))
        is_end = link.role == LISTING and self._lists > 1 and not reading.posts and not reading.links
        allowed = await self._origin.allowed(reading.posts)
        poorer, refused = self._news.poorer, self._news.refused
        notes = await self._news.publish(allowed)
        is_poorer = self._news.poorer > poorer or self._news.refused > refused
        whole = len(allowed) == len(reading.posts) and not reading.entries
        reading = replace(reading, posts=allowed)
        self._tally.weigh(reading, link.role, self._news.poorer, is_end=is_end)
        if link.role != LISTING and not _UNREAD.isdisjoint(reading.signals):
            await self._remember(notes, {})
            return Failed()
        if link.role != LISTING and is_poorer:  # It is read again, though it does not change.
            fetched = replace(fetched, etag=None, modified=None)
        # What was refused may be allowed another day, and what a listing says of its entries is not kept.
        kept, now = self._held(fetched, reading, link, held) if whole else Held(), self._way.clock.now()
        self._shelf[link.url] = kept if kept == held else replace(kept, visited=now)
        await self._remember(notes, {} if kept == held else {link.url: self._shelf[link.url]})
        if link.role != LISTING and reading.posts:
            await self._shelf.lead(fetched.url, link.url, now)
        return Poorer(reading.links) if is_poorer else Read(reading.links)

    def _held(self, fetched: Fetched, reading: Reading, link: Link, held: Held) -> Held:
        """What to hold of a page all of whose posts were published."""
        worded = [raw for raw in reading.posts if raw.id and (raw.title or raw.body)]
        met = dict.fromkeys(key_of(raw.id) for raw in worded)
        keys = self._gone.keys[link.url] = tuple(key for key in met if key not in self._news.forgotten)
        self._gone.times[link.url] = tuple(raw.published for raw in reading.posts if raw.kind != "answer")
        if link.role == LISTING:
            self._gone.listed = self._gone.listed or next((raw.url for raw in worded if raw.url), None)
        whole = self._way.clock.now() if self._is_due(held) else held.whole
        ascending = link.role == LISTING and self.ascending
        made = replace(self._shelf.made(fetched, reading, keys, whole), visited=held.visited, ascending=ascending)
        if link.role == LISTING or keys != held.keys:
            return made
        # No post was added here: what is known of the thread holds.
        return replace(made, stamp=held.stamp, missing=held.missing, again=held.again)

    def _ascends(self, *, ascends: bool) -> None:
        self._tally.count("signal:list:ascending", ascends and not self.ascending)
        self.ascending |= ascends

    async def _no_more(self, link: Link, held: Held) -> None:
        """The site says that a page which was read before is no more."""
        if link.role != LISTING and held.keys:
            self._gone.refused[link.url] = await self._shelf.keys_behind(held)

    def _is_due(self, held: Held) -> bool:
        """Whether to ask for a page in full, once a day: some servers say of anything that it has not changed."""
        return held.whole is None or self._way.clock.now() - held.whole >= DAY

    async def _publish(self, posts: Sequence[Raw]) -> None:
        """Publish what a listing says of posts whose own pages cannot be had or read now."""
        parts = [replace(raw, partial=True) for raw in posts]
        await self._remember(await self._news.publish(await self._origin.allowed(parts)), {})

    async def _remember(self, notes: dict[str, Noted], pages: dict[str, Held]) -> None:
        """The posts of a page before the page itself, so many at once that nobody waits long for their writing."""
        *others, last = portions(notes.items(), lambda _: 1, _NOTES) if notes else [[]]
        for some in others:
            await self._way.memory.remember(self._source.name, dict(some), {})
        if last or pages:
            await self._way.memory.remember(self._source.name, dict(last), pages)

    async def _parsed(self, fetched: Fetched, link: Link, entry: Raw | None) -> Reading | None:
        """What the page holds; None when its parser dies of it, which must not end the source."""
        page = Page(
            url=fetched.url,
            body=fetched.body,
            fetched=self._way.clock.now(),
            charset=fetched.charset,
            role=link.role,
            entry=entry,
        )
        try:
            reading = await read_beside(page, self._source)
        except Exception as error:  # noqa: BLE001 (whatever it is)
            self._tally.amiss(f"error:parser:{type(error).__name__}")
            return None
        if not DRIFT.isdisjoint(reading.signals) and asks_to_log_in(page):
            reading = replace(reading, signals=(*reading.signals, LOGIN))
        self._way.look(page, reading)
        for signal in reading.signals:
            self._tally.count(f"signal:{signal}")
        stamps = {each.url: each.stamp for each in reading.links if each.stamp and each.role != ENTRY}
        relative = [url for url, stamp in stamps.items() if _is_relative(stamp, self._source.zone)]
        if relative:
            self._tally.count("signal:stamp:relative")
        return replace(reading, links=tuple(_stamped(each, relative) for each in reading.links))


def _threads(links: Sequence[Link]) -> list[str]:
    return [each.url for each in links if each.role != LISTING]


def _is_relative(stamp: str, zone: tzinfo) -> bool:
    """Whether a stamp is told from now, as 1 小时前: an hour later it stands there of another reply."""
    return len(stamp) <= _LONGEST_STAMP and time_of(stamp, zone, _NOON) != time_of(
        stamp, zone, _NOON + timedelta(hours=1)
    )


def _stamped(link: Link, relative: Collection[str]) -> Link:
    """A stamp may name who answered last: it is only compared. A relative one is none."""
    if not link.stamp or link.url in relative:
        return replace(link, stamp=None)
    return replace(link, stamp=hashlib.sha256(link.stamp.encode()).hexdigest()[:32])
