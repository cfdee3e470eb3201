"""Tell the owners of townships which posts and incidents are to go, and wait until they have done it."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final, Literal

from elasticsearch import AsyncElasticsearch
from msgspec import json

from streams.elasticsearch.failures import busy_when_away, looked_up
from streams.elasticsearch.names import Names
from streams.elasticsearch.whole import counted, refresh
from streams.kafka.log import KafkaLog
from streams.portions import portions
from streams.protocols import Message
from streams.records import SCHEMA_VERSION, Forget
from streams.topics import ACTIONS

AT_ONCE: Final = 200
"""Documents of one record, and of one look-up."""

PAUSE: Final = 0.5
"""Seconds between two looks whether it is done."""

Wanted = Mapping[str, str]
"""Ids of documents, and the township of each."""


class Owners:
    """Whoever works on a township does what its records in `.actions` say, in its own time.

    Args:
        client: of the search server.
        server: its address, for messages.
        deployment: whose owners.
        log: takes what they are told.
        role: who tells them: a role account.
        reason: why.
        sleep: waits for so many seconds.
    """

    def __init__(
        self, client: AsyncElasticsearch, log: KafkaLog, *, server: str, deployment: str, role: str, reason: str,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        self._client, self._log, self._server, self._names = client, log, server, Names(deployment)
        self._role, self._reason, self._sleep = role, reason, sleep

    async def forget(self, posts: Wanted, wait: float) -> int:
        """Have posts forgotten, some at a time; of those told how many are not after so many seconds, and then stop."""
        return await self._each("forget", posts, wait, posts=True)

    async def sweep(self, posts: Wanted, wait: float) -> int:
        """The same for posts whose time is over."""
        return await self._each("sweep", posts, wait, posts=True)

    async def drop(self, incidents: Wanted, wait: float) -> int:
        """The same for closed incidents of which no post is left: they are deleted, with their history."""
        return await self._each("sweep", incidents, wait, posts=False)

    async def _each(self, verb: Literal["forget", "sweep"], wanted: Wanted, wait: float, *, posts: bool) -> int:
        """A worker tells many incidents anew in one batch: so it gets no more before it has done with these."""
        for pairs in portions(list(wanted.items()), lambda _: 1, AT_ONCE):
            some = dict(pairs)
            await self._tell(verb, some, posts=posts)
            if left := await self._until(partial(self._unmarked if posts else self._standing, some), wait):
                return left
        return 0

    async def _tell(self, verb: Literal["forget", "sweep"], wanted: Wanted, *, posts: bool) -> None:
        by_township: dict[str, list[str]] = {}
        for document, code in wanted.items():
            by_township.setdefault(code, []).append(document)
        await self._log.send([self._message(verb, code, some, posts=posts) for code, some in by_township.items()])

    async def _until(self, waiting: Callable[[], Awaitable[int]], wait: float) -> int:
        until = asyncio.get_running_loop().time() + wait
        while left := await waiting():
            if asyncio.get_running_loop().time() > until:
                return left
            await self._sleep(PAUSE)
        return 0

    async def _unmarked(self, posts: Wanted) -> int:
        marks = await self._there((self._names.posts(code), document) for document, code in posts.items())
        return len(posts) - sum("forgotten" in source for source in marks)

    async def _standing(self, incidents: Wanted) -> int:
        if there := await self._there((self._names.incidents(code), each) for each, code in incidents.items()):
            return len(there)
        # An incident goes before its history: who dies between the two goes on when it is started again.
        await refresh(self._client, self._server, self._names.history)
        entries = {"terms": {"incident": sorted(incidents)}}
        left = await counted(self._client, self._server, index=self._names.history, query=entries)
        return min(left, len(incidents))

    async def _there(self, wanted: Iterable[tuple[str, str]]) -> list[Mapping[str, object]]:
        docs, there = [{"_index": index, "_id": document} for index, document in wanted], list[Mapping[str, object]]()
        for some in portions(docs, lambda _: 1, AT_ONCE):
            with busy_when_away(self._server):
                answer = await self._client.mget(docs=some, source_includes=["forgotten", "status"])
            there += [item["_source"] for each in answer["docs"] if (item := looked_up(self._server, each))]
        return there

    def _message(self, verb: Literal["forget", "sweep"], township: str, some: Sequence[str], *, posts: bool) -> Message:
        identity = secrets.token_hex(16)
        told = Forget(
            id=identity, township=township, verb=verb, posts=tuple(some) if posts else (),
            incidents=() if posts else tuple(some), role=self._role, reason=self._reason, time=datetime.now(UTC),
        )  # fmt: skip
        headers = {"schema": str(SCHEMA_VERSION).encode(), "idempotency-key": identity.encode()}
        return Message(role=ACTIONS, key=township.encode(), value=json.encode(told), headers=headers)
