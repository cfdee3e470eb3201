"""One index of one deployment, its templates by version, and what people do with it."""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any
from uuid import uuid4

from elastic_transport import ConnectionError  # noqa: A004
from elasticsearch import AsyncElasticsearch
from elasticsearch.helpers import async_scan

from streams.elasticsearch.access import Access
from streams.elasticsearch.bulk import Seen, Write, fenced, send
from streams.elasticsearch.client import connect
from streams.elasticsearch.indices import Template, Wanted, create, differences
from streams.elasticsearch.mover import Mover
from streams.elasticsearch.moves import Family, families
from streams.protocols import Done, Outcome, Overloaded

LONG, WORD = {"type": "long"}, {"type": "keyword"}


class House:
    """An index that was never anybody's, on a server that runs."""

    def __init__(self, client: AsyncElasticsearch, server: str) -> None:
        self.client, self.server, self.deployment = client, server, f"t{uuid4().hex[:8]}"
        self.alias = f"{self.deployment}-notes"

    def wanted(self, version: int, **fields: Mapping[str, str]) -> Wanted:
        body = {
            "index_patterns": [f"{self.alias}-v{version}"],
            "template": {
                "settings": {"number_of_shards": 1, "number_of_replicas": 0},
                "mappings": {"dynamic": "strict", "_meta": {"version": version}, "properties": {"n": LONG, **fields}},
            },
        }
        return Wanted(f"{self.alias}-v{version}", (self.alias,), Template("notes", version, body))

    async def create(self, wanted: Wanted) -> list[str]:
        return await create(self.client, self.server, self.deployment, [wanted])

    async def family(self, wanted: Wanted) -> Family:
        (found,) = await families(self.client, self.server, [wanted])
        return found

    def mover(self, run: str = "", **options: Any) -> Mover:
        return Mover(self.client, self.server, run or uuid4().hex[:8], **options)

    async def rebuild(self, wanted: Wanted, **options: Any) -> str:
        move = (await self.family(wanted)).ahead()
        assert move
        await self.mover(**options).move(move)
        return move.target

    async def back(self, wanted: Wanted) -> str:
        move = (await self.family(wanted)).back()
        assert move
        await self.mover().move(move)
        return move.target

    async def write(self, documents: Mapping[str, Mapping[str, object]]) -> Sequence[Outcome]:
        address = {"_index": self.alias}
        writes = [Write("index", {**address, "_id": name}, document) for name, document in documents.items()]
        return await send(self.client, self.server, writes)

    async def insist(self, documents: Mapping[str, Mapping[str, object]]) -> None:
        """Write as a worker does: what cannot be taken now is tried again."""
        while left := [o for o in await self.write(documents) if not isinstance(o, Done)]:
            assert {type(outcome) for outcome in left} == {Overloaded}
            await asyncio.sleep(0.02)

    async def read(self, name: str) -> Seen:
        (item,) = (await self.client.mget(docs=[{"_index": self.alias, "_id": name}]))["docs"]
        return Done(item["_seq_no"], item["_primary_term"], item["_index"])

    async def upon(self, name: str, seen: Seen, document: Mapping[str, object]) -> Outcome:
        """Replace exactly what was read."""
        (outcome,) = await send(self.client, self.server, [fenced({"_index": self.alias, "_id": name}, seen, document)])
        return outcome

    async def differences(self, wanted: Wanted) -> list[str]:
        return await differences(self.client, self.server, [wanted])

    async def cut(self, nth: int, *, late: bool, dead: bool) -> AsyncElasticsearch:
        """A client of this server, see `cut_off`."""
        client = await connect(Access(url=self.server))
        cut_off(client, nth, late=late, dead=dead)
        return client

    async def documents(self) -> dict[str, Any]:
        await self.client.indices.refresh(index=self.alias)
        return {hit["_id"]: hit["_source"] async for hit in async_scan(self.client, index=self.alias)}

    async def in_use(self) -> list[str]:
        return sorted((await self.client.indices.get_alias(name=self.alias)).body)


def cut_off(client: AsyncElasticsearch, nth: int, *, late: bool, dead: bool) -> None:
    """The client's nth request is lost before the server has it, or (late) its answer; when dead, all that follow."""
    perform, number = client.transport.perform_request, count(1)

    async def cut(*arguments: Any, **named: Any) -> Any:
        now = next(number)
        if now == nth and late:
            await perform(*arguments, **named)
        if now == nth or (dead and now > nth):
            raise ConnectionError("cut off")
        return await perform(*arguments, **named)

    client.transport.perform_request = cut  # type: ignore[method-assign]
