"""An index is replaced behind its aliases while others write and read: nothing is lost, doubled or out of sight."""

import asyncio
from itertools import count

import pytest

from streams.errors import Misconfigured, Refused
from streams.protocols import Conflict, Done
from tests.contract.house import LONG, WORD, House


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


async def test_a_document_that_the_new_index_refuses_is_named(house: House) -> None:
    """Nothing is switched, and writers go on."""
    await house.create(house.wanted(1, kind=WORD))
    await house.write({"1": {"n": 1, "kind": "1"}, "odd": {"n": 1, "kind": "word"}})
    with pytest.raises(Refused, match="the first odd"):
        await house.rebuild(house.wanted(2, kind=LONG))
    assert await house.in_use() == [f"{house.alias}-v1"]
    await house.insist({"2": {"n": 2}})
