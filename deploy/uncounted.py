"""Finds posts that are stored and that their incident does not count: workers died of them between the two."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from elasticsearch import AsyncElasticsearch

from streams.batch.letters import Original
from streams.batch.retry import content_of, is_from
from streams.elasticsearch.documents import earlier
from streams.elasticsearch.failures import busy_when_away, looked_up
from streams.elasticsearch.names import Names
from streams.elasticsearch.whole import counted, refresh
from streams.identity import document_id, padded
from streams.records import Letter, Post

APART: Final = 3.0
"""Seconds between two looks at an incident: a worker that is at it has counted by then what it had stored."""


class Uncounted:
    """Tells which letters hold such posts (decision 0010); of each incident no more than are missing there.

    Args:
        client: of the search server.
        server: its address, for messages.
        deployment: whose indices.
        sleep: waits for so many seconds.
    """

    def __init__(
        self,
        client: AsyncElasticsearch,
        server: str,
        deployment: str,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client, self._server, self._names, self._sleep = client, server, Names(deployment), sleep
        self._missing: dict[str, int] = {}
        self._told = Counter[str]()

    async def has(self, letter: Letter, original: Original) -> bool:
        """Whether the post of this letter was stored from there, and its incident has fewer posts than are stored.

        Raises:
            Busy: the search server is away.
        """
        post = content_of(original)
        if not isinstance(post, Post):
            return False
        township = padded(post.township)
        with busy_when_away(self._server):
            stored = await self._stored(self._names.posts(township), document_id(township, post.source, post.id))
            if stored is None or not (first := earlier(stored)).incident or not is_from(letter, first.first):
                return False
            if first.incident not in self._missing:
                self._missing[first.incident] = await self._missed(township, first.incident)
        self._told[first.incident] += 1
        return self._told[first.incident] <= self._missing[first.incident]

    async def _missed(self, township: str, incident: str) -> int:
        """How many stored posts the incident does not count, now and a while later."""
        missed = await self._look(township, incident)
        if missed > 0:
            await self._sleep(APART)
            missed = min(missed, await self._look(township, incident))
        return missed

    async def _look(self, township: str, incident: str) -> int:
        """The posts first, their incident second: one that a worker counts meanwhile is not taken for a missing one."""
        posts = self._names.posts(township)
        await refresh(self._client, self._server, posts)
        stored = await counted(self._client, self._server, index=posts, query={"term": {"incident": incident}})
        told = await self._stored(self._names.incidents(township), incident)
        return stored - int(told["posts"] if told else 0)

    async def _stored(self, index: str, document: str) -> Mapping[str, Any] | None:
        (item,) = (await self._client.mget(docs=[{"_index": index, "_id": document}]))["docs"]
        there = looked_up(self._server, item)
        return there["_source"] if there else None
