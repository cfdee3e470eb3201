"""A command that moves an index dies anywhere, or two meet: whoever comes next ends it, and nothing is lost."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from elasticsearch import NotFoundError

from deploy.embedded import EmbeddedServers
from streams.elasticsearch.access import Access
from streams.elasticsearch.client import connect
from streams.elasticsearch.indices import Wanted
from streams.elasticsearch.locks import Lock
from streams.elasticsearch.mover import Mover
from streams.elasticsearch.moves import Family, Move
from streams.errors import Busy, Fenced, Misconfigured
from streams.protocols import Done, Overloaded
from tests.contract.house import WORD, House
from tests.servers import Servers

KEPT = {str(n): {"n": n} for n in range(20)}

Way = Callable[[Family], Move | None]


def moments(servers: Servers, every: int = 7) -> Iterator[int]:
    """Which request is the last: the real server takes a second for each change of its cluster, so there not each."""
    return count(1, 1 if isinstance(servers, EmbeddedServers) else every)


async def resumed(house: House, wanted: Wanted, way: Way) -> None:
    """What `indices rebuild --resume` and `indices back --resume` do."""
    family = await house.family(wanted)
    if family.held:
        await house.mover().free(family)
    if move := way(family):
        await house.mover().move(move)


async def killed(house: House, nth: int, *, late: bool, way: Way) -> bool:
    """Run a command that dies at its nth request; False when it has ended before."""
    cut = await house.cut(nth, late=late, dead=True)
    move = way(await house.family(house.wanted(2, more=WORD)))
    assert move
    try:
        await Mover(cut, house.server, "first").move(move)
    except Busy:
        return True
    finally:
        await cut.close()
    return False


@pytest.mark.parametrize("dead", [False, True])
@pytest.mark.parametrize("late", [False, True])
async def test_interrupted_at_any_request_it_finishes_when_run_again(
    servers: Servers, house: House, *, dead: bool, late: bool
) -> None:
    """Cut off at its first, second, ... request, unseen or done; with its orderly end, or killed: run again it ends."""
    for nth in moments(servers):
        house.alias = f"{house.deployment}-notes{nth}"
        old, new = house.wanted(1), house.wanted(2, more=WORD)
        await house.create(old)
        await house.write(KEPT)
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
            assert not (await house.family(new)).held
            await house.insist({"meanwhile": {"n": 1}})
        await resumed(house, new, Family.ahead)
        await house.insist({"meanwhile": {"n": 1}})
        assert await house.in_use() == [new.name]
        assert await house.documents() == {**KEPT, "meanwhile": {"n": 1}}
    assert nth > 10


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(
    ("first", "version", "then", "used"),
    [
        (Family.ahead, 1, Family.ahead, {1, 2}),  # The older program.
        (Family.ahead, 3, Family.ahead, {3}),  # A newer one.
        (Family.ahead, 2, Family.back, {1}),
        (Family.back, 1, Family.ahead, {1, 2}),
        (Family.back, 2, Family.ahead, {2}),
        (Family.back, 2, Family.back, {1}),
    ],
)
async def test_another_command_or_program_takes_over_too(
    servers: Servers, house: House, first: Way, version: int, then: Way, used: set[int], *, late: bool
) -> None:
    """Whatever died, whichever `--resume` comes next: nobody waits for the dead, no lock stays, and all is there.

    Also the older program after a roll back, for which there is nothing to move, or which refuses what is newer.
    """
    for nth in moments(servers, 11):
        house.alias = f"{house.deployment}-notes{nth}"
        old, new = house.wanted(1), house.wanted(2, more=WORD)
        next_one = house.wanted(version, **({"more": WORD} if version > 1 else {}))
        await house.create(old)
        await house.write(KEPT)
        if first is Family.back:
            await house.rebuild(new)
        if not await killed(house, nth, late=late, way=first):
            break
        try:
            await resumed(house, next_one, then)
        except Misconfigured as refused:
            assert "newer program" in str(refused)  # noqa: PT017 - it may, and mostly does not
        family = await house.family(next_one)
        assert family.held == {}
        assert family.current in {f"{house.alias}-v{each}" for each in used}
        (taken,) = await house.write({"more": {"n": 1}})
        assert isinstance(taken, Done)
        assert await house.documents() == {**KEPT, "more": {"n": 1}}
        assert {*family.kept, family.current} == set(family.states), "all that is not in use can be pruned"
    assert nth > 10


async def test_after_a_kill_it_is_resumed(house: House) -> None:
    """A run that died while nobody may write says so wherever one looks; `free` takes over, nothing else does."""
    await house.create(house.wanted(1))
    new = house.wanted(2)
    move = (await house.family(new)).ahead()
    assert move
    died = house.mover("died")
    await died._begin(move)
    await died._block(move.source)
    (outcome,) = await house.write({"x": {"n": 1}})
    assert isinstance(outcome, Overloaded)
    assert outcome.why == "read_only"
    assert any("indices rebuild --resume" in line for line in await house.differences(house.wanted(1)))
    with pytest.raises(Busy, match="--resume"):
        await house.rebuild(new)
    await resumed(house, new, Family.ahead)
    assert await house.in_use() == [new.name]


async def test_a_run_from_which_another_took_over_does_nothing_more(house: House) -> None:
    """Whoever was taken for dead and wakes is fenced: it writes nothing, opens and closes the index to nobody."""
    await house.create(house.wanted(1))
    await house.write({"0": {"n": 0}})
    new = house.wanted(2)
    move = (await house.family(new)).ahead()
    assert move
    sleeper = house.mover("sleeper")
    await sleeper._begin(move)
    await house.mover().free(await house.family(new))
    again = (await house.family(new)).ahead()
    assert again
    second = house.mover("second")
    await second._begin(again)
    await house.insist({"0": {"n": 100}})
    with pytest.raises(Fenced, match="another run"):
        await sleeper._copy(move)
    with pytest.raises(Fenced, match="another run"):
        async with sleeper._fenced(move):
            await sleeper._block(move.source)
    await house.insist({"0": {"n": 101}})
    await second._block(move.source)
    await sleeper._let_go(move, blocked=True)
    (outcome,) = await house.write({"0": {"n": 102}})
    assert isinstance(outcome, Overloaded)
    with pytest.raises(NotFoundError):
        await sleeper._hand_over(move)
    await second._copy(again)
    await second._hand_over(again)
    assert await house.documents() == {"0": {"n": 101}}
    assert await house.in_use() == [new.name]


async def test_of_two_that_resume_at_once_one_goes_on(house: House) -> None:
    """Both take the same run for dead: no lock stays, whoever comes second is told."""
    await house.create(house.wanted(1))
    new = house.wanted(2)
    move = (await house.family(new)).ahead()
    assert move
    await house.mover("died")._begin(move)
    family = await house.family(new)
    freed = await asyncio.gather(*(house.mover().free(family) for _ in range(2)), return_exceptions=True)
    assert {type(each) for each in freed} == {Busy, type(None)}
    assert (await house.family(new)).held == {}


@pytest.mark.parametrize("way", [Family.ahead, Family.back])
async def test_pruning_beside_a_rebuild_never_deletes_its_target(house: House, way: Way) -> None:
    """After each request of a run all is pruned that looks kept, now or when the run began: the run ends undisturbed.

    From the moment on in which it makes its target; of one that was kept, in which it locks it.
    """
    new = house.wanted(2)
    await house.create(house.wanted(1))
    await house.insist(KEPT)
    if way is Family.back:
        await house.rebuild(new)
    family = await house.family(new)
    move, lock, deleted = way(family), Lock(house.client, "prune"), list[str]()
    assert move
    client = await connect(Access(url=house.server))
    perform = client.transport.perform_request

    async def pruned(*arguments: Any, **named: Any) -> Any:
        answer = await perform(*arguments, **named)
        now = await house.family(new)
        if (move.make is None and not now.held) or now.current == move.target:  # What was replaced may go.
            return answer
        for name in {*now.kept, *family.kept}:
            if await lock.delete(name):
                deleted.append(name)
        return answer

    client.transport.perform_request = pruned  # type: ignore[method-assign]
    await Mover(client, house.server, "run").move(move)
    await client.close()
    assert set(deleted) <= {move.source}, "and that once it has been replaced"
    assert await house.in_use() == [move.target]
    assert await house.documents() == KEPT
    assert (await house.family(new)).held == {}


async def test_a_kept_index_that_was_pruned_first_is_named(house: House) -> None:
    """Who was about to go back to it changes nothing, and says so."""
    new = house.wanted(2)
    await house.create(house.wanted(1))
    await house.insist(KEPT)
    await house.rebuild(new)
    family = await house.family(new)
    assert await Lock(house.client, "prune").delete(*family.kept)
    move = family.back()
    assert move
    with pytest.raises(Busy, match="deleted meanwhile"):
        await house.mover().move(move)
    await house.insist({"more": {"n": 1}})
    assert (await house.family(new)).held == {}
    assert await house.documents() == {**KEPT, "more": {"n": 1}}


async def test_what_came_into_use_meanwhile_is_not_pruned(house: House) -> None:
    """Who looked long ago deletes neither the index that is in use now, nor one that a run has."""
    await house.create(house.wanted(1))
    await house.insist(KEPT)
    new = house.wanted(2)
    await house.rebuild(new)
    (kept,) = (await house.family(new)).kept
    assert await house.back(new) == kept
    prune = Lock(house.client, "prune")
    assert not await prune.delete(kept)
    move = (await house.family(new)).ahead()
    assert move
    await house.mover("other")._begin(move)
    assert not await prune.delete(move.target)
    assert not await prune.delete("never-was")
    assert (await house.family(new)).held.keys() == {move.source, move.target}
    assert await house.documents() == KEPT
