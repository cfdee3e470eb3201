"""What is held of a source's pages, as far as one walk has asked for it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from streams.crawl.gone import APART
from streams.crawl.memory import Held, Memory
from streams.pages.page import Link, Reading
from streams.web.fetch import Fetched

FOLLOWING: Final = 500
"""Pages of one thread that are read at most: a page may say of itself that it is the next."""

_MANY: Final = 1_000
"""Links of a page that is held; one with more is fetched in full each time."""

_RARELY: Final = timedelta(days=14)
"""How often it is noted that a page is still met: twice in the shortest time for which notes stay, a month."""

_RESTS: Final = (0, 10, 60, 6 * 60, 24 * 60)
"""Minutes for which a thread that could not be read is left alone, by how many times it could not in a row. One that
says less than it did is left alone as long where its list says nothing new."""


class Shelf:
    """Pages by address.

    Args:
        source: whose pages.
        memory: where they last.
        reading: how pages are read now: what was held of one that was read otherwise counts for nothing.
    """

    def __init__(self, source: str, memory: Memory, reading: str) -> None:
        self._source, self._memory, self._reading = source, memory, reading
        self._held: dict[str, Held] = {}

    def __getitem__(self, address: str) -> Held:
        """What is held of a page; an empty note of one that is new, or was not looked up."""
        return self._held.get(address, Held())

    def __setitem__(self, address: str, held: Held) -> None:
        self._held[address] = held

    async def look_up(self, addresses: Collection[str]) -> None:
        """Ask what is known of these pages, once for each."""
        if unknown := [address for address in addresses if address not in self._held]:
            self._held |= dict.fromkeys(unknown, Held())
            known = await self._memory.pages(self._source, unknown)
            self._held |= {address: held for address, held in known.items() if held.reading == self._reading}

    async def known_by(self, addresses: Collection[str]) -> list[str]:
        """By which addresses pages are asked for, of those of these that were read, each once."""
        await self.look_up(addresses)
        asked = [self[each].by or each for each in addresses]
        await self.look_up(asked)
        return [each for each in dict.fromkeys(asked) if self[each].reading]

    async def meet(self, listing: str, threads: Collection[str], now: datetime) -> None:
        """Note now and then that a visit met these pages, and with the threads their posts: they are not old.

        Of a thread that did not change nothing is read, so that nothing else says so.
        """
        met = [listing]
        for thread in threads:
            if not is_due_to_be_met(self[thread], now):
                continue
            pages = [thread, *await self._behind(self[thread])]
            keys = {key for page in pages for key in self[page].keys}
            posts = await self._memory.posts(self._source, keys) if keys else {}
            if posts:
                listed = {key: replace(noted, listed=now) for key, noted in posts.items()}
                await self._memory.remember(self._source, listed, {})
            met += pages
        due = {each: replace(self[each], visited=now) for each in met if is_due_to_be_met(self[each], now)}
        if due:
            self._held |= due
            await self._memory.remember(self._source, {}, due)

    async def lead(self, address: str, by: str, now: datetime) -> None:
        """Remember by what a page is asked for that its site shows under another address: its posts name this one."""
        if address == by:
            return
        await self.look_up([address])
        if self[address].by != by and not self[address].keys:
            self[address] = Held(reading=self._reading, by=by, visited=now)
            await self._memory.remember(self._source, {}, {address: self[address]})

    async def keep(
        self, address: str, missing: tuple[str, ...], now: datetime, stamp: str | None = None, times: int = 0
    ) -> None:
        """Remember of a page that was read what it misses, and under which stamp all of its thread was published.

        `times`: so often in a row the thread said less than it did.
        """
        held, due = self[address], [now + APART] * bool(missing) + [now + _rest(times)] * bool(times)
        again = min(due, default=None)
        kept = replace(held, reading=self._reading, missing=missing, again=again)
        kept = replace(kept, stamp=stamp or held.stamp, times=times or held.times)
        if kept != held:
            self[address] = replace(kept, visited=now)
            await self._memory.remember(self._source, {}, {address: self[address]})

    async def let_rest(self, address: str, was: Held, now: datetime) -> None:
        """What was held of a thread that could not be read stays; its stamp is that under which it was read whole."""
        self[address] = resting(replace(was, reading=self._reading), now)
        await self._memory.remember(self._source, {}, {address: self[address]})

    async def keys_behind(self, held: Held) -> tuple[str, ...]:
        """The posts of a page and of those that it led to, as they were read."""
        pages = [held, *(self[each] for each in await self._behind(held))]
        return tuple(dict.fromkeys(key for page in pages for key in page.keys))

    async def _behind(self, held: Held) -> list[str]:
        """The pages that a page led to, and those to which they led."""
        links, seen = [*held.links], dict[str, None]()
        while links and len(seen) < FOLLOWING:
            link = links.pop(0)
            if link.url not in seen:
                seen[link.url] = None
                await self.look_up([link.url])
                links += self[link.url].links
        return list(seen)

    def made(self, fetched: Fetched, reading: Reading, keys: tuple[str, ...], whole: datetime | None) -> Held:
        """What to hold of a page that was read now. One that held nothing is read in full again.

        Args:
            fetched: the page.
            reading: what it says.
            keys: the posts on it.
            whole: when it was last asked for in full.
        """
        empty = not reading.posts and not reading.links
        if empty or len(reading.links) > _MANY or not (fetched.etag or fetched.modified):
            return Held(reading=self._reading, keys=keys) if keys else Held()
        return Held(fetched.etag, fetched.modified, reading.links, reading=self._reading, keys=keys, whole=whole)


def resting(was: Held, now: datetime) -> Held:
    """What to hold of a page that could not be read once more."""
    times = min(was.times + 1, len(_RESTS))
    return replace(was, times=times, rests=now + _rest(times), visited=now)


def _rest(times: int) -> timedelta:
    return timedelta(minutes=_RESTS[min(times, len(_RESTS)) - 1])


def has_failed(held: Held) -> bool:
    """Whether a page could not be read when it was last asked for."""
    return held.rests is not None


def is_due_to_be_met(held: Held, now: datetime) -> bool:
    """Whether it is time to note once more that a page that is known is still met."""
    return bool(held.reading) and (held.visited is None or now - held.visited >= _RARELY)


def is_left(held: Held, link: Link, now: datetime) -> bool:
    """Whether a thread is not to be read now: nothing was added to it, or it could not be read lately."""
    return _says_the_same(held, link, now) or (held.rests is not None and now < held.rests)


def _says_the_same(held: Held, link: Link, now: datetime) -> bool:
    """Whether the list says that nothing was added; what is looked for in the thread may yet be due."""
    due = held.again is not None and now >= held.again
    return link.stamp is not None and held.stamp == link.stamp and not due
