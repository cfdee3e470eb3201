"""An index is replaced behind its aliases while others write and read: nothing is lost, doubled or out of sight."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from elastic_transport import ConnectionError  # noqa: A004
from elasticsearch import AsyncElasticsearch, NotFoundError
from elasticsearch.helpers import async_scan

from deploy.embedded import EmbeddedServers
from streams.elasticsearch.access import Access
from streams.elasticsearch.bulk import Seen, Write, fenced, send
from streams.elasticsearch.client import connect
from streams.elasticsearch.indices import Template, Wanted, create, differences
from streams.elasticsearch.mover import Mover
from streams.elasticsearch.moves import Family, families
from streams.errors import Busy, Fenced, Misconfigured, Refused
from streams.protocols import Conflict, Done, Outcome, Overloaded
from tests.servers import Servers

LONG, WORD = {"type": "long"}, {"type": "keyword"}


class House:
    """One index of one deployment, its templates by version, and what people do with it."""

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

    async def rebuild(self, wanted: Wanted, **options: Any) -> str:
        move = (await self.family(wanted)).ahead()
        assert move
        await Mover(self.client, self.server, uuid4().hex[:8], **options).move(move)
        return move.target

    async def back(self, wanted: Wanted) -> str:
        move = (await self.family(wanted)).back()
        assert move
        await Mover(self.client, self.server, uuid4().hex[:8]).move(move)
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
        """A client whose nth request is lost before the server has it, or its answer; when dead, all that follow."""
        client = await connect(Access(url=self.server))
        perform, number = client.transport.perform_request, count(1)

        async def cut_off(*arguments: Any, **named: Any) -> Any:
            now = next(number)
            if now == nth and late:
                await perform(*arguments, **named)
            if now == nth or (dead and now > nth):
                raise ConnectionError("cut off")
            return await perform(*arguments, **named)

        client.transport.perform_request = cut_off  # type: ignore[method-assign]
        return client

    async def documents(self) -> dict[str, Any]:
        await self.client.indices.refresh(index=self.alias)
        return {hit["_id"]: hit["_source"] async for hit in async_scan(self.client, index=self.alias)}

    async def in_use(self) -> list[str]:
        return sorted((await self.client.indices.get_alias(name=self.alias)).body)


@pytest.fixture
async def house(servers: Servers) -> AsyncIterator[House]:
    client = await connect(Access(url=servers.elasticsearch))
    yield House(client, servers.elasticsearch)
    await client.close()


async def test_a_rebuilt_index_holds_all_under_the_same_names(house: House) -> None:
    """Every document, every alias, also somebody's own with its filter; the old index is kept and takes no writes."""
    old, new = house.wanted(1, kind=WORD), house.wanted(2, kind={"type": "text"})
    await house.create(old)
    await house.write({str(n): {"n": n, "kind": "a" if n % 2 else "b"} for n in range(1_000)})
    await house.client.indices.put_alias(index=old.name, name=f"{house.alias}-theirs", filter={"term": {"n": 7}})
    before = await house.documents()
    assert any("not 2; run `xiangyin indices rebuild`" in line for line in await house.differences(new))
    await house.rebuild(new)
    assert await house.in_use() == [new.name]
    assert await house.documents() == before
    assert await house.differences(new) == []
    assert (await house.client.count(index=f"{house.alias}-theirs"))["count"] == 1
    assert (await house.family(new)).ahead() is None


async def test_what_is_written_meanwhile_is_there(house: House) -> None:
    """Writers go on during a rebuild and wait at its end; readers never count less than was acknowledged before."""
    await house.create(house.wanted(1))
    acknowledged: dict[str, int] = {}
    seen: list[tuple[int, int]] = []
    ended = asyncio.Event()

    async def write() -> None:
        for n in count():
            if ended.is_set():
                return
            documents = {f"{n}-{k}": {"n": n} for k in range(5)} | {"same": {"n": n}}
            await house.insist(documents)
            acknowledged.update(dict.fromkeys(documents, n))

    async def read() -> None:
        while not ended.is_set():
            least = len(acknowledged)
            await house.client.indices.refresh(index=house.alias)
            seen.append((least, (await house.client.count(index=house.alias))["count"]))

    working = [asyncio.ensure_future(write()), asyncio.ensure_future(read())]
    for version in (2, 3):
        await asyncio.sleep(0.3)
        await house.rebuild(house.wanted(version, new=WORD))
    await asyncio.sleep(0.3)
    assert await house.back(house.wanted(2)) == f"{house.alias}-v2"
    await asyncio.sleep(0.3)
    ended.set()
    await asyncio.gather(*working)
    assert await house.documents() == {name: {"n": n} for name, n in acknowledged.items()}
    assert [each for each in seen if each[1] < each[0]] == []
    assert len(seen) > 10


async def test_what_was_read_in_the_old_index_is_not_written_upon_in_the_new_one(house: House) -> None:
    """The same numbers stand for an older state there: who slept since then is refused, and overwrites nothing."""
    await house.create(house.wanted(1))
    await house.write({"0": {"n": 0}, "1": {"n": 1}})
    slept = await house.read("1")
    assert isinstance(await house.upon("1", slept, {"n": 2}), Done)
    await house.rebuild(house.wanted(2))
    assert (await house.read("1")).seq_no == slept.seq_no
    assert isinstance(await house.upon("1", slept, {"n": 99}), Conflict)
    assert await house.documents() == {"0": {"n": 0}, "1": {"n": 2}}


async def test_back_keeps_what_was_written_since(house: House) -> None:
    """New documents, changes and deletions of the newer index, and its fields, are in the older one afterwards."""
    old, new = house.wanted(1), house.wanted(2, place=WORD)
    await house.create(old)
    await house.write({"kept": {"n": 1}, "changed": {"n": 1}, "deleted": {"n": 1}})
    await house.rebuild(new)
    await house.write({"changed": {"n": 2, "place": "东埠"}, "added": {"n": 3, "place": "鹿鸣"}})
    await house.client.delete(index=house.alias, id="deleted")
    after = await house.documents()
    assert await house.back(new) == old.name
    assert await house.in_use() == [old.name]
    assert await house.documents() == after
    await house.insist({"more": {"n": 4}})
    assert await house.rebuild(new) == new.name
    assert await house.documents() == {**after, "more": {"n": 4}}


async def test_back_without_a_rebuild_is_nothing(house: House) -> None:
    """What replaced nothing stays; what replaced an index that is gone says so."""
    old, new = house.wanted(1), house.wanted(2)
    await house.create(old)
    assert (await house.family(old)).back() is None
    await house.rebuild(new)
    assert (await house.family(new)).kept == [old.name]
    await house.client.indices.delete(index=old.name)
    with pytest.raises(Misconfigured, match="was deleted"):
        (await house.family(new)).back()


async def test_an_older_program_does_not_rebuild_what_a_newer_one_made(house: House) -> None:
    """It is told to upgrade or to go back; its own templates never undo the newer ones by accident."""
    await house.create(house.wanted(1))
    await house.rebuild(house.wanted(2))
    with pytest.raises(Misconfigured, match="newer program"):
        (await house.family(house.wanted(1))).ahead()
    assert any("newer program" in line for line in await house.differences(house.wanted(1)))


async def test_an_index_that_differs_within_its_version_is_rebuilt_under_another_name(house: House) -> None:
    """A field that somebody mapped otherwise is mended without a new version of the template."""
    await house.create(house.wanted(1, kind={"type": "text"}))
    await house.write({"1": {"n": 1, "kind": "a"}})
    mended = house.wanted(1, kind=WORD)
    assert await house.rebuild(mended) == f"{mended.name}-2"
    assert await house.documents() == {"1": {"n": 1, "kind": "a"}}
    assert await house.differences(mended) == []


@pytest.mark.parametrize("dead", [False, True])
@pytest.mark.parametrize("late", [False, True])
async def test_interrupted_at_any_request_it_finishes_when_run_again(
    servers: Servers, house: House, *, dead: bool, late: bool
) -> None:
    """Cut off at its first, second, ... request, unseen or done; with its orderly end, or killed: run again it ends."""
    kept = {str(n): {"n": n} for n in range(20)}
    # The real server takes a second for each change of its cluster: there every seventh has to do.
    for nth in count(1, 1 if isinstance(servers, EmbeddedServers) else 7):
        house.alias = f"{house.deployment}-notes{nth}"
        old, new = house.wanted(1), house.wanted(2, more=WORD)
        await house.create(old)
        await house.write(kept)
        cut = await house.cut(nth, late=late, dead=dead)
        move = (await house.family(new)).ahead()
        assert move
        try:
            await Mover(cut, house.server, "first").move(move)
        except Busy:
            pass
        else:
            break
        finally:
            await cut.close()
        if not dead:
            await house.insist({"meanwhile": {"n": 1}})
        if again := (await house.family(new)).ahead():
            await Mover(house.client, house.server, "second").move(again, resume=dead)
        await house.insist({"meanwhile": {"n": 1}})
        assert await house.in_use() == [new.name]
        assert await house.documents() == {**kept, "meanwhile": {"n": 1}}
    assert nth > 10


async def test_after_a_kill_it_is_resumed(house: House) -> None:
    """A run that died while nobody may write says so wherever one looks; `resume` takes over, nothing else does."""
    await house.create(house.wanted(1))
    move = (await house.family(house.wanted(2))).ahead()
    assert move
    died = Mover(house.client, house.server, "died")
    await died._lock(move, resume=False)
    await died._block(move.source)
    (outcome,) = await house.write({"x": {"n": 1}})
    assert isinstance(outcome, Overloaded)
    assert outcome.why == "read_only"
    assert any("takes no writes" in line for line in await house.differences(house.wanted(1)))
    again = (await house.family(house.wanted(2))).ahead()
    assert again
    with pytest.raises(Busy, match="--resume"):
        await Mover(house.client, house.server, "second").move(again)
    await Mover(house.client, house.server, "second").move(again, resume=True)
    assert await house.in_use() == [f"{house.alias}-v2"]


async def test_a_run_from_which_another_took_over_writes_nothing_more(house: House) -> None:
    """Whoever was taken for dead and wakes is fenced at its next write, and does not open the index to writers."""
    await house.create(house.wanted(1))
    await house.write({"0": {"n": 0}})
    move = (await house.family(house.wanted(2))).ahead()
    assert move
    sleeper = Mover(house.client, house.server, "sleeper")
    await sleeper._lock(move, resume=False)
    again = (await house.family(house.wanted(2))).ahead()
    assert again
    await Mover(house.client, house.server, "second").move(again, resume=True)
    await house.insist({"0": {"n": 100}})
    with pytest.raises(Fenced, match="another run"):
        await sleeper._copy(move)
    await sleeper._let_go(move, blocked=True)
    assert await house.documents() == {"0": {"n": 100}}
    with pytest.raises(NotFoundError):
        await sleeper._hand_over(move)
    assert await house.in_use() == [f"{house.alias}-v2"]


async def test_a_document_that_the_new_index_refuses_is_named(house: House) -> None:
    """Nothing is switched, and writers go on."""
    await house.create(house.wanted(1, kind=WORD))
    await house.write({"1": {"n": 1, "kind": "1"}, "odd": {"n": 1, "kind": "word"}})
    with pytest.raises(Refused, match="the first odd"):
        await house.rebuild(house.wanted(2, kind=LONG))
    assert await house.in_use() == [f"{house.alias}-v1"]
    await house.insist({"2": {"n": 2}})
