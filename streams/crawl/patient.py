"""A way on which visits wait for our own servers, in the middle of whatever they do, and ask no site meanwhile."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import date, datetime

from msgspec.structs import replace

from streams.crawl.archive import Archive
from streams.crawl.day import Day
from streams.crawl.memory import Head, Held, Memory, Noted
from streams.crawl.servers import Server, Servers
from streams.crawl.watch import Event
from streams.crawl.way import Publish, Way, Web
from streams.records import Post
from streams.source import Source
from streams.web.fetch import Fetched, Late


def patient(way: Way, servers: Servers, publish: Publish | None = None) -> Way:
    """The same way, where a server that is away holds up who needs it, and no longer than it is.

    A page that is in hand is published and remembered then, as if nothing had been: it is not asked for again. After a
    long wait it is: whatever waits raises Overdue then.

    Args:
        way: raises Busy where a server is away.
        servers: wait for it.
        publish: instead of the way's own, where that does more than sending; waits by itself.
    """

    async def report(event: Event) -> None:
        await servers.log.insist(lambda: way.report(event))

    async def insist(posts: Sequence[Post]) -> None:
        await servers.log.insist(lambda: way.publish(posts))

    return replace(
        way,
        web=_Web(way.web, servers),
        publish=publish or insist,
        report=report,
        memory=_Memory(way.memory, servers.store),
        archive=_Archive(way.archive, servers.store),
    )


class _Web(Web):
    """Of no use while what a site says can be put nowhere."""

    def __init__(self, web: Web, servers: Servers) -> None:
        self._web, self._servers = web, servers

    async def fetch(
        self, address: str, etag: str | None = None, modified: str | None = None, source: Source | None = None
    ) -> Fetched | None:
        while True:
            await self._servers.back()
            with suppress(Late):
                return await self._web.fetch(address, etag, modified, source)

    async def assert_allowed(self, address: str, source: Source) -> None:
        while True:
            await self._servers.back()
            with suppress(Late):
                return await self._web.assert_allowed(address, source)

    def knows(self, address: str) -> bool:
        return self._web.knows(address)

    def rest(self, address: str, until: datetime) -> None:
        self._web.rest(address, until)

    def opens_in(self, source: Source) -> float:
        return self._web.opens_in(source)

    def is_ample(self, source: Source) -> bool:
        return self._web.is_ample(source)

    def recall(self, source: Source, day: date, requests: int) -> None:
        self._web.recall(source, day, requests)


class _Memory(Memory):
    def __init__(self, memory: Memory, store: Server) -> None:
        self._memory, self._store = memory, store

    async def head(self, source: str) -> Head:
        return await self._store.insist(lambda: self._memory.head(source))

    async def put_head(self, head: Head) -> Head | None:
        put = await self._store.insist(lambda: self._memory.put_head(head))
        if put is None:  # Perhaps by ourselves: an answer may be lost, and the head was written.
            there = await self.head(head.source)
            return there if replace(there, fence=head.fence) == head else None
        return put

    async def posts(self, source: str, keys: Collection[str]) -> Mapping[str, Noted]:
        return await self._store.insist(lambda: self._memory.posts(source, keys))

    async def pages(self, source: str, addresses: Collection[str]) -> Mapping[str, Held]:
        return await self._store.insist(lambda: self._memory.pages(source, addresses))

    async def decide(self, source: str, posts: Mapping[str, Noted]) -> Mapping[str, Noted]:
        return await self._store.insist(lambda: self._memory.decide(source, posts))

    async def remember(self, source: str, posts: Mapping[str, Noted], pages: Mapping[str, Held]) -> None:
        await self._store.insist(lambda: self._memory.remember(source, posts, pages))

    async def forgotten(self, keys: Collection[str]) -> AbstractSet[str]:
        return await self._store.insist(lambda: self._memory.forgotten(keys))

    async def days(self, names: Mapping[str, date]) -> Mapping[str, Day]:
        return await self._store.insist(lambda: self._memory.days(names))

    async def put_days(self, days: list[Day]) -> list[Day]:
        return await self._store.insist(lambda: self._memory.put_days(days))


class _Archive(Archive):
    def __init__(self, archive: Archive, store: Server) -> None:
        self._archive, self._store = archive, store

    async def posts(self, documents: Mapping[str, str]) -> Sequence[Post]:
        return await self._store.insist(lambda: self._archive.posts(documents))

    async def threads(self, source: Source, since: datetime, most: int) -> Sequence[str]:
        return await self._store.insist(lambda: self._archive.threads(source, since, most))

    async def recent(self, source: Source, since: datetime, most: int) -> Sequence[str]:
        return await self._store.insist(lambda: self._archive.recent(source, since, most))
