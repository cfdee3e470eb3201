"""Schedules with posts and authors that are forgotten in the middle: nothing of them is left, nothing comes back.

The command that forgets may be killed and run again at any time, and so may every worker, at every request.
"""

import os
from collections import Counter
from random import Random

import pytest
from msgspec import DecodeError, json
from msgspec.structs import replace

from streams.identity import asked_id, document_id, forgotten_author
from streams.protocols import Record
from streams.records import Incident, JudgedPost, Post
from tests.unit.simulation import county, world
from tests.unit.simulation.end import check_any_end, is_forgotten, letters, place, readable, replayable
from tests.unit.simulation.test_interleaved import FAULTS, upgrading
from tests.unit.simulation.world import World

SCHEDULES = int(os.environ.get("XIANGYIN_SCHEDULES", "10000")) // 8
REPLAYED = os.environ.get("XIANGYIN_SCHEDULE")
PARTS = 2
INPUTS = 300


def records_of(seed: int) -> list[Record]:
    """Live posts and a backfill with answers and decisions; some posts are forgotten, and sometimes an author."""
    random = Random(seed)
    written = county.posts(random, random.randint(6, 16), codes=county.CODES[:2], each=random.choice([2, 4]))
    written = [(role, partition, by_its_author(value), second) for role, partition, value, second in written]
    answers = county.answers(random, written, 0.3)
    decided = county.actions(random, written, random.randint(0, 3))
    forgotten = county.forgetting(random, written, random.randint(1, 4))
    forgotten += county.sweeping(random, written, random.randint(0, 2))
    if seed % 3 == 0:
        key = forgotten_author(county.DOOR_AUTHORS[random.choice("abcdef")])
        forgotten.append((world.LIST, 0, key.encode(), random.random() * 20))
    return world.numbered([*(county.elsewhere(random, *entry) for entry in [*written, *answers, *decided]), *forgotten])


def by_its_author(value: bytes) -> bytes:
    """The same post by an author that all its versions have."""
    try:
        post = json.decode(value, type=Post)
    except DecodeError:
        return value
    author = county.DOOR_AUTHORS["abcdef"[int(document_id(post.township, post.source, post.id), 16) % 6]]
    return json.encode(replace(post, author=author))


def schedule(number: int) -> World:
    """The world after a schedule, and after the command has been run until it found no post any more."""
    records, random = records_of(number % INPUTS), Random(number)
    ended = World(number, records, county.PARTITIONS, 1 + number % 3, random.choice(FAULTS))
    ended.run(upgrading)
    for _ in range(2):
        left = [judged.post for judged in ended.posts.values() if is_forgotten(judged.post, ended)]
        ended.forgotten |= {key for post in left for key in county.keys_with_answer(post).decode().split()}
        for post in left:
            told = ("actions", int(post.township) % county.PARTITIONS, county.forget("again", post), ended.now)
            ended.append(world.numbered([told])[0])
        if not left:
            break
        ended.run(upgrading)
    return ended


def check(ended: World) -> None:
    """Nothing that a forgotten post said is left, and what the others said is."""
    check_any_end(ended)
    read = list(readable(all_records(ended)))
    gone = {document for post, document in read if is_forgotten(post, ended)}
    dead = {where for where, reason in letters(ended).items() if reason != "orphan"}
    assert gone - unread(ended, dead) <= ended.marks, "a worker that slept might create it"
    asked = {(post.source, post.id) for post, document in read if document in gone - unread(ended, dead)}
    answered = {(judged.post.source, asked_id(judged.post.id)) for judged in ended.posts.values()}
    assert answered.isdisjoint(asked), "an office's answer tells what was asked"
    told = {entry.partition(":")[0] for entry in ended.history.keys() - ended.strays}
    assert told <= ended.incidents.keys(), "an incident that went left its history"
    for identity, each in ended.incidents.items():
        stored = {d: judged for d, judged in ended.posts.items() if judged.incident == identity}
        check_incident(each.incident, stored)


def check_incident(incident: Incident, stored: dict[str, JudgedPost]) -> None:
    """An incident tells what stored posts say, and nothing else."""
    names = {f"id={judged.post.id}" for judged in stored.values()}
    assert {quote.text for quote in (*incident.evidence, *incident.unverified)} <= names
    assert set(incident.samples) <= {judged.post.id for judged in stored.values()}
    assert {each.partition(" ")[0] for each in (incident.title, incident.summary)} <= {*names, county.NAMELESS}
    voices = {county.DOOR.voice(judged.post.author or "", incident.id) for judged in stored.values()}
    assert set(incident.voice_marks) <= voices
    assert incident.voices == len(incident.voice_marks)


def all_records(ended: World) -> list[Record]:
    return [record for (role, _), records in ended.topics.items() if role != "actions" for record in records]


def unread(ended: World, dead: set[tuple[str, int, int]]) -> set[str]:
    """Posts all of whose records are dead letters, or were moved."""
    moved = {message.headers.get("moved-from") for message in ended.sent}
    read = Counter[str]()
    for record in all_records(ended):
        where = place(record.position)
        for post, document in readable([record]):
            read[document] += where not in dead and "{}/{}/{}".format(*where).encode() not in moved
            assert document == document_id(post.township, post.source, post.id)
    return {document for document, number in read.items() if not number}


def one(number: int) -> int:
    """Run a schedule and check its end; how many workers died or left in it."""
    ended = schedule(number)
    with replayable(number, ended):
        check(ended)
    return len(ended.deaths)


@pytest.mark.skipif(REPLAYED is not None, reason="one schedule is replayed")
@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_forgotten_stays_forgotten_in_every_schedule(part: int) -> None:
    """Crash, zombie, rebalance, late requests, replays: no post comes back, and no incident tells what only it said."""
    deaths = [one(number) for number in range(part, SCHEDULES, PARTS)]
    assert sum(deaths) > len(deaths), "the world was too kind to prove anything"


@pytest.mark.skipif(REPLAYED is None, reason="XIANGYIN_SCHEDULE names no schedule to replay")
def test_the_forgetting_schedule_that_was_asked_for() -> None:
    """A failing seed replays."""
    one(int(REPLAYED or 0))
