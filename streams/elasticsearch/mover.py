"""Move the documents of an index into another one, behind their aliases, while others go on writing and reading."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, Literal

import msgspec
from elasticsearch import AsyncElasticsearch, BadRequestError, NotFoundError
from msgspec import Struct

from streams.elasticsearch.bulk import Write, send
from streams.elasticsearch.failures import busy_when_away
from streams.elasticsearch.locks import Lock
from streams.elasticsearch.moves import Family, Move
from streams.elasticsearch.names import live
from streams.elasticsearch.whole import counted, refresh, scanned
from streams.errors import Busy, Fenced, Refused
from streams.protocols import Conflict, Done, Outcome, Overloaded

AT_ONCE: Final = 250
"""Documents of a page and of a write."""

FEW: Final = 1_000
"""So few documents that were written meanwhile are left for the last look, during which nobody writes."""

LOOKS: Final = 5
"""Before and during the standstill; an index that still differs then is written to by somebody who must not."""

ALL: Final[Mapping[str, Any]] = {"match_all": {}}

PAUSES: Final = (0.1, 0.3, 1.0, 3.0, 10.0, 10.0, 10.0)
"""Seconds between attempts of a write for which the server has no time."""


class Moved(Struct, frozen=True):
    """What was done. `still` is for how many seconds nobody could write."""

    documents: int
    copied: int
    still: float


class Mover:
    """Moves documents in four steps; whatever ends it, running it again finishes, after a kill by `free` first.

    1. lock the indices: one run at a time moves them; the new one is locked from its first moment
    2. copy what differs, again and again, while others write, until little is left
    3. block writes (who writes waits, see `failures`), copy what is left, and compare all once more by id and content
    4. hand over the aliases in one request: readers see the old index until then, and the new one from then on

    A writer that has read from the old index cannot write upon it in the new one: see `names.live`. The old index is
    kept, and takes no writes.

    Args:
        client: of `streams.elasticsearch.client.connect`.
        server: its address, for messages.
        run: names this run of a command, among all.
        sleep: waits for so many seconds.
    """

    def __init__(
        self,
        client: AsyncElasticsearch,
        server: str,
        run: str,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client, self._server, self._lock, self._sleep = client, server, Lock(client, run), sleep

    async def free(self, family: Family) -> None:
        """Take the indices of a family from runs that died, and let who writes the one in use go on.

        Raises:
            Busy: another run has taken them meanwhile; or the server is away: run it again.
        """
        with busy_when_away(self._server):
            # Ours first: from then on a run that only slept can hand over nothing, and we, if we die, are found here.
            await self._lock.take_over(family.held)
            if family.current in family.held:
                with suppress(NotFoundError):  # Somebody takes us for dead, and does it.
                    await self._unblock(family.current)
            await self._lock.give_up(*family.held)

    async def move(self, move: Move) -> Moved:
        """Do it.

        Raises:
            Busy: another run is at it; or the server is away: run it again.
            Refused: the other index will not take a document; nothing has changed.
            Fenced: another run took over.
        """
        blocked = False
        try:
            async with self._fenced(move):
                await self._begin(move)
                copied = await self._until_alike(move, most=FEW)
                began, blocked = time.monotonic(), True
                await self._block(move.source)
                copied += await self._until_alike(move, most=0)
                documents = await self._hand_over(move)
        except BaseException:
            await self._let_go(move, blocked=blocked)
            raise
        return Moved(documents, copied, time.monotonic() - began)

    @asynccontextmanager
    async def _fenced(self, move: Move) -> AsyncIterator[None]:
        """What is done goes through our locks: when something is not there, they say whether it was taken from us."""
        with busy_when_away(self._server):
            try:
                yield
            except NotFoundError as error:
                if await self._lock.holds(move.source) and await self._lock.holds(move.target):
                    raise Busy(f"{move.source} or what the server knew of it changed meanwhile: {error}") from error
                raise Fenced(f"another run moves {move.source} now") from error

    # 1: lock

    async def _begin(self, move: Move) -> None:
        if move.make:
            await self._lock.make(move.target, move.make)
        await self._lock.take(move.source, move.target)
        await self._unblock(move.target)
        if move.add:
            await self._client.indices.put_mapping(index=self._lock.on(move.target), properties=dict(move.add))

    async def _let_go(self, move: Move, *, blocked: bool) -> None:
        """Leave all as it was, unless another run has it now."""
        with busy_when_away(self._server):
            if blocked:
                with suppress(NotFoundError):
                    await self._unblock(move.source)
            await self._lock.give_up(move.source, move.target)

    # 2 and 3: copy

    async def _until_alike(self, move: Move, *, most: int) -> int:
        """Copy until a look finds no more than so many documents that differ; how many were copied."""
        copied = 0
        for _ in range(LOOKS):
            differing = await self._copy(move)
            copied += differing
            if differing <= most:
                return copied
        if most:
            return copied
        raise Fenced(f"{move.source} or {move.target} was written to while nobody may: run it again")

    async def _copy(self, move: Move) -> int:
        """Make the target like the source, by id and content; how many documents were not."""
        await refresh(self._client, self._server, f"{move.source},{move.target}")
        there = {hit["_id"]: _digest(hit["_source"]) async for hit in self._scan(move.target)}
        found, writes = 0, list[Write]()
        async for hit in self._scan(move.source):
            if there.pop(hit["_id"], None) != _digest(hit["_source"]):
                writes.append(self._write("index", move, hit["_id"], hit["_source"]))
            if len(writes) == AT_ONCE:
                found += await self._send(move, writes)
                writes.clear()
        writes += [self._write("delete", move, document, None) for document in there]
        for start in range(0, len(writes), AT_ONCE):
            found += await self._send(move, writes[start : start + AT_ONCE])
        return found

    def _scan(self, index: str) -> Any:
        return scanned(self._client, self._server, index=index, size=AT_ONCE, query=ALL, sort=["_doc"])

    def _write(self, verb: str, move: Move, document: str, source: dict[str, Any] | None) -> Write:
        # Through our lock: a run from which another has taken over writes nothing any more.
        return Write(verb, {"_index": self._lock.on(move.target), "_id": document}, source)

    async def _send(self, move: Move, writes: Sequence[Write]) -> int:
        left = list(writes)
        for pause in PAUSES:
            outcomes = await send(self._client, self._server, left)
            await self._assert_taken(move, left, outcomes)
            left = [write for write, o in zip(left, outcomes, strict=True) if isinstance(o, Overloaded)]
            if not left:
                return len(writes)
            await self._sleep(pause)
        reason = next(o for o in outcomes if isinstance(o, Overloaded))
        raise Busy(f"{self._server} does not take the documents: {reason.reason}", reason.why)

    async def _assert_taken(self, move: Move, writes: Sequence[Write], outcomes: Sequence[Outcome]) -> None:
        refused = [
            (write.conditions["_id"], outcome)
            for write, outcome in zip(writes, outcomes, strict=True)
            if not isinstance(outcome, Done | Overloaded)
        ]
        if not refused:
            return
        if not await self._lock.holds(move.target):
            raise Fenced(f"another run moves {move.source} now")
        document, outcome = refused[0]
        reason = "it is there" if isinstance(outcome, Conflict) else getattr(outcome, "reason", "")
        raise Refused(
            f"{move.target} takes {len(refused)} documents of {move.source} not, the first {document}: {reason}"
        )

    async def _block(self, index: str) -> None:
        """Let nobody write; writes that have begun are done before this returns."""
        try:
            await self._client.indices.add_block(index=self._lock.on(index), block="write")
        except BadRequestError:  # The embedded server has no such request; it does one thing at a time.
            await self._write_block(index, shut=True)

    async def _unblock(self, index: str) -> None:
        await self._write_block(index, shut=None)

    async def _write_block(self, index: str, *, shut: Literal[True] | None) -> None:
        await self._client.indices.put_settings(index=self._lock.on(index), settings={"index.blocks.write": shut})

    # 4: hand over

    async def _hand_over(self, move: Move) -> int:
        gone = [*move.aliases, live(move.source), self._lock.on(move.source)]
        actions: list[dict[str, Any]] = [
            {"remove": {"index": move.source, "alias": alias, "must_exist": True}} for alias in gone
        ]
        actions.append({"remove": {"index": move.target, "alias": self._lock.on(move.target), "must_exist": True}})
        given = {**move.aliases, live(move.target): {}}
        actions += [{"add": {"index": move.target, "alias": alias, **body}} for alias, body in given.items()]
        documents = await counted(self._client, self._server, index=move.target, query=ALL)
        await self._client.indices.update_aliases(actions=actions)
        return documents


def _digest(source: Any) -> bytes:
    return hashlib.blake2b(msgspec.json.encode(source, order="sorted"), digest_size=16).digest()
