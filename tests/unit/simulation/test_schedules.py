"""Ten thousand schedules of crash, zombie, rebalance, replay and timers end like one uninterrupted run."""

import os
from functools import cache
from random import Random

import pytest
from msgspec import json
from msgspec.structs import replace

from streams.records import DeadLetter, Incident
from tests.unit.simulation import county
from tests.unit.simulation.end import alerts, check_any_end, replayable, rises
from tests.unit.simulation.world import NO_FAULTS, Faults, World

SCHEDULES = int(os.environ.get("XIANGYIN_SCHEDULES", "10000"))
PARTS = 8
"""Apart, so that they can run beside one another."""

REPLAYED = os.environ.get("XIANGYIN_SCHEDULE")
INPUTS = 200
"""Different inputs; each meets many schedules, so that the uninterrupted run is made once for all of them."""


def run(seed: int, schedule: int, faults: Faults, *, timers: bool, workers: int) -> World:
    world = World(schedule, county.inputs(seed, timers=timers), county.PARTITIONS, workers, faults)
    world.run(lambda log, store, clock: county.processor(log, store, clock, timers=timers))
    return world


@cache
def uninterrupted(seed: int, *, timers: bool) -> World:
    return run(seed, 0, NO_FAULTS, timers=timers, workers=1)


def schedule(number: int) -> tuple[World, World]:
    """The world after a schedule, and the world as it should be."""
    seed, timers = number % INPUTS, number % 2 == 1
    faults = Random(number).choice([Faults(), Faults(crash=0.03), Faults(freeze=0.03), Faults(rebalance=0.05)])
    world = run(seed, number, faults, timers=timers, workers=1 + number % 3)
    return world, uninterrupted(seed, timers=timers)


ORDER_OF_REVISIONS = ("revision", "history", "archived", "applied")
"""Posts and actions come in no common order, so revisions may be numbered otherwise; all else must be the same."""


def incidents(world: World, *, timers: bool) -> dict[str, Incident]:
    """Incidents as the store holds them at the end; what is only bookkeeping is left out."""
    found = {i: replace(v.incident, archived=0) for i, v in world.incidents.items()}
    if not timers:
        return found
    return {i: replace(v, revision=0, history=(), applied={}) for i, v in found.items()}


def dead(world: World) -> dict[str, str]:
    letters = [json.decode(m.value, type=DeadLetter) for m in world.sent if m.role == "dead"]
    return {letter.id: letter.reason for letter in letters}


def last_words(world: World) -> dict[str, object]:
    """What the last alert of each incident says of it, whatever its number."""
    last: dict[str, tuple[int, object]] = {}
    for identity, value in alerts(world).items():
        incident, _, revision = identity.partition(":")
        body = json.decode(value)
        said = {name: body[name] for name in ("status", "labels", "facts", "evidence", "unverified", "severitynumber")}
        last[incident] = max(last.get(incident, (0, None)), (int(revision), said), key=lambda entry: entry[0])
    return {incident: said for incident, (_, said) in last.items()}


def check(world: World, reference: World, *, timers: bool) -> None:
    """The oracle."""
    assert dead(world) == dead(reference)
    ours, theirs = world.posts, reference.posts
    assert {i: (p.version, p.incident, p.first, p.digest) for i, p in ours.items()} == {
        i: (p.version, p.incident, p.first, p.digest) for i, p in theirs.items()
    }
    assert incidents(world, timers=timers) == incidents(reference, timers=timers)
    assert not any(v.incident.pending_alerts for v in world.incidents.values())
    assert rises(world)
    for identity, versioned in world.incidents.items():
        counted = [judged for judged in world.posts.values() if judged.incident == identity]
        assert len(counted) == versioned.incident.posts
    assert {judged.incident for judged in world.posts.values()} - {None} <= world.incidents.keys()
    if timers:
        assert last_words(world) == last_words(reference)
    else:
        assert alerts(world) == alerts(reference)
    for identity, versioned in world.incidents.items():
        for revision in range(2, versioned.incident.revision + 1):
            assert f"{identity}:{revision}" in world.history


def one(number: int) -> tuple[int, bool]:
    """Run a schedule and hold it against the oracle.

    Returns:
        How many workers died or left in it, and whether two of them died just while they judged the same record. It is
        a dead letter then, though it did no harm: that end differs from the uninterrupted one, and must be sound.
    """
    world, reference = schedule(number)
    blamed = "deadly" in dead(world).values()
    with replayable(number, world):
        if blamed:
            check_any_end(world)
        else:
            check(world, reference, timers=number % 2 == 1)
    return len(world.deaths), blamed


@pytest.mark.skipif(REPLAYED is not None, reason="one schedule is replayed")
@pytest.mark.parametrize("part", range(PARTS))
def test_every_schedule_ends_like_one_uninterrupted_run(part: int) -> None:
    """Crash, zombie, rebalance, replay, time-outs and timers lose nothing and count nothing twice."""
    deaths, blamed = zip(*(one(number) for number in range(part, SCHEDULES, PARTS)), strict=True)
    assert sum(deaths) > len(deaths), "the world was too kind to prove anything"
    assert 100 * sum(blamed) <= len(blamed), "records are blamed that killed nobody"


@pytest.mark.skipif(REPLAYED is None, reason="XIANGYIN_SCHEDULE names no schedule to replay")
def test_the_schedule_that_was_asked_for() -> None:
    """A failing seed replays."""
    one(int(REPLAYED or 0))


def test_a_schedule_is_the_same_every_time() -> None:
    """The seed decides everything: the same deaths, the same messages in the same order."""
    one_run, other = schedule(4711)[0], schedule(4711)[0]
    assert one_run.deaths == other.deaths
    assert one_run.sent == other.sent
