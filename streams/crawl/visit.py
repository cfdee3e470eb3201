"""Visit a source once: read its pages, publish what is new, and only then remember it."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from msgspec import Struct

from streams.crawl.arrive import arrive, digest_of, is_long
from streams.crawl.backoff import PASSING
from streams.crawl.counts import Counts
from streams.crawl.fetch import Fetched
from streams.crawl.memory import Held, Memory, Published, Seen
from streams.crawl.township import Locate, township_of
from streams.errors import Unfetched
from streams.pages.page import LISTING, Link, Page, Raw, Reading
from streams.privacy.door import Door
from streams.protocols import Clock
from streams.records import Post
from streams.source import AnySource, Board, Feed, Forum
from streams.sources import board, feed, forum

Publish = Callable[[Sequence[Post]], Awaitable[None]]
"""Returns when the posts are safe in the log; raises when they may not be."""

_FOLLOWING: Final = 500
"""Pages of one thread that are read at most: a page may say of itself that it is the next."""

_LARGE: Final = 200_000
"""Bytes of a page that is read in a thread of its own."""

_ENOUGH: Final = 3
"""Failures in a row after which a visit ends: the site has trouble of its own."""


class Web(Protocol):
    """Where pages come from."""

    async def fetch(self, address: str, etag: str | None = None, modified: str | None = None) -> Fetched | None:
        """The page, or None when it has not changed. Raises Unfetched."""


class Visited(Struct, frozen=True):
    """How a visit went.

    `failures` keep it from being whole; `may_pass` says whether trying again soon makes sense. `retry_after` is the
    longest wait that a site asked for, in seconds.
    """

    published: int
    failures: int
    may_pass: bool = True
    retry_after: float | None = None


class Way(Struct, frozen=True):
    """All that a visit needs of the world."""

    web: Web
    door: Door
    publish: Publish
    locate: Locate
    memory: Memory
    clock: Clock
    counts: Counts


async def visit(source: AnySource, way: Way) -> Visited:
    """Read the source's pages and publish what is new or has changed.

    Listing pages are followed as long as they list something new, or to their end when the visit before was cut
    short. A failed page is counted, and the visit goes on. What `publish` raises ends it.
    """
    walk = _Walk(source, way, await way.memory.recall(source.name))
    way.counts.add(source.name, "visits")
    return await walk.all()


def read(page: Page, source: AnySource) -> Reading:
    """The page, by the parser of the source's kind."""
    match source:
        case Feed():
            return feed.read(page, source)
        case Forum():
            return forum.read(page, source)
        case Board():
            return board.read(page, source)


class _Walk:
    """One visit under way."""

    def __init__(self, source: AnySource, way: Way, seen: Seen) -> None:
        self._source, self._way, self._seen = source, way, seen
        self._ids: dict[str, Published] = {}
        self._asked: set[str] = set()
        self._published = self._failures = self._in_a_row = 0
        self._may_pass = False
        self._retry_after: float | None = None

    async def all(self) -> Visited:
        # Until its end this visit counts as cut short: whatever ends it, the next one walks all the way.
        was_walked, listing = self._seen.walked, Link(self._source.url, LISTING)
        await self._remember(Seen(walked=False))
        for _ in range(self._source.pages):
            before = self._published
            links = await self._page(listing)
            for link in (each for each in links if each.role != LISTING):
                await self._thread(link)
                if self._in_a_row >= _ENOUGH:
                    return self._visited()
            further = [each for each in links if each.role == LISTING and each.url not in self._asked]
            if not further or (was_walked and self._published == before):
                break
            listing = further[0]
        if not self._failures:
            await self._remember(Seen(walked=True))
        return self._visited()

    async def _thread(self, link: Link) -> None:
        """Read a thread's pages; its stamp is remembered when all of them are published."""
        if link.url in self._asked or (link.stamp and self._seen.stamps.get(link.url) == link.stamp):
            return
        failures, waiting = self._failures, [link]
        for _ in range(_FOLLOWING):
            if not waiting:
                break
            waiting += [each for each in await self._page(waiting.pop(0)) if each.url not in self._asked]
        if link.stamp and self._failures == failures:
            await self._remember(Seen(stamps={link.url: link.stamp}))

    async def _page(self, link: Link) -> Sequence[Link]:
        """Fetch a page, publish what it holds of new, and return where it leads."""
        self._asked.add(link.url)
        held = self._seen.pages.get(link.url, Held())
        try:
            fetched = await self._way.web.fetch(link.url, held.etag, held.modified)
        except Unfetched as error:
            self._failed(error, link)
            return ()
        self._in_a_row = 0
        self._count("pages")
        if fetched is None:
            self._count("unmodified")
            return held.links
        reading = await self._read(fetched, link)
        if reading is None:
            return ()
        posts = await self._publish(reading.posts)
        page = Held(fetched.etag, fetched.modified, reading.links)
        await self._remember(Seen(posts, {link.url: page} if page.etag or page.modified else {}))
        return reading.links

    async def _read(self, fetched: Fetched, link: Link) -> Reading | None:
        page = Page(url=fetched.url, body=fetched.body, charset=fetched.charset, role=link.role)
        try:
            # A large page takes seconds, in which the other sources want to go on.
            large = len(page.body) > _LARGE
            reading = await asyncio.to_thread(read, page, self._source) if large else read(page, self._source)
        except Exception as error:  # noqa: BLE001 (a page that a parser dies of must not end the source)
            self._count(f"error:parser:{type(error).__name__}")
            return None
        for signal in reading.signals:
            self._count(f"signal:{signal}")
        return reading

    async def _publish(self, raws: Sequence[Raw]) -> dict[str, Published]:
        """Publish what is new or has changed, the oldest first; the answer is what to remember of it."""
        news: dict[str, Published] = {}
        posts = [post for raw in raws if (post := self._new(raw, news))]
        if posts:
            await self._way.publish(sorted(posts, key=_published))
        self._ids.update(news)
        self._published += len(posts)
        self._count("published", len(posts))
        return news

    def _new(self, raw: Raw, news: dict[str, Published]) -> Post | None:
        """The post, or None when it has no words or was published as it stands."""
        self._count("listed")
        if not raw.id or not (raw.title or raw.body):
            self._count("empty" if raw.id else "signal:id:missing")
            return None
        key = _key(raw.id)
        known = self._seen.posts.get(key)
        township = known.township if known else self._township(raw, news)
        post = arrive(raw, self._source.name, township, self._way.clock.now(), self._way.door)
        self._count("cut", is_long(raw))
        fresh = Published(digest_of(post), township)
        met = news.get(key) or self._ids.get(key)
        if met or fresh == known:
            self._count("duplicate" if met and met != fresh else "unchanged")
            return None
        news[key] = fresh
        return post

    def _township(self, raw: Raw, news: Mapping[str, Published]) -> str:
        thread = _key(raw.thread or "")
        above = news.get(thread) or self._ids.get(thread) or self._seen.posts.get(thread)
        return township_of(raw, self._source, self._way.locate, above.township if above else None)

    def _failed(self, error: Unfetched, link: Link) -> None:
        """A thread that is gone or closed is no failure of the visit; a listing that cannot be read is."""
        self._count(f"error:{error.name}")
        if error.name in PASSING or link.role == LISTING:
            self._failures += 1
            self._in_a_row += 1
            self._may_pass |= error.name in PASSING
            self._retry_after = max(self._retry_after or 0.0, error.retry_after or 0.0) or None

    async def _remember(self, news: Seen) -> None:
        await self._way.memory.remember(self._source.name, news)

    def _count(self, name: str, number: int = 1) -> None:
        self._way.counts.add(self._source.name, name, number)

    def _visited(self) -> Visited:
        return Visited(self._published, self._failures, self._may_pass, self._retry_after)


def _key(identity: str) -> str:
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


def _published(post: Post) -> datetime:
    return post.published or post.fetched
