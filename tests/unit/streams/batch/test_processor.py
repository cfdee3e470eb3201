"""The processor in a world without faults: what is set aside, moved, forgotten, waited for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec import json
from msgspec.structs import replace

from streams.batch.headers import OLDER, letter_id
from streams.batch.quarantine import LEAST
from streams.errors import Fenced
from streams.identity import answer_id, document_id, forgotten_author, incident_id
from streams.privacy.door import key_of_post
from streams.protocols import (
    Attempts,
    Conflict,
    IncidentWrite,
    Outcome,
    PostWrite,
    Recalled,
    Record,
    Rejected,
    Versioned,
)
from streams.records import Action, AlertMessage, Position, Post
from tests.unit.simulation import county, world
from tests.unit.simulation.test_schedules import dead

HERE, THERE = county.CODES[:2]
BACK = ("posts", "backfill", "backfill")


def after(*inputs: tuple[str, int, bytes, float]) -> world.World:
    """The world after these records (role, partition, value, second) and one worker's uninterrupted life."""
    ended = world.World(0, world.numbered(inputs), county.PARTITIONS, 1, world.NO_FAULTS)
    ended.run(lambda log, store, clock: county.processor(log, store, clock, timers=False))
    return ended


def place(code: str) -> int:
    return int(code) % county.PARTITIONS


def test_a_source_of_rubbish_is_set_aside_and_the_operators_are_told() -> None:
    """From the twentieth dead record on it goes unread, and `.operations` says so once."""
    poison = [
        ("posts", place(HERE), county.post(f"p{n}", HERE, "well").replace(b"places", b"poison places"), n / 10)
        for n in range(LEAST)
    ]
    sound = ("posts", place(HERE), county.post("sound", HERE, "well"), 10.0)
    ended = after(*poison, sound)
    assert sorted(dead(ended).values()) == ["quarantine", *["step"] * LEAST]
    (told,) = [message for message in ended.sent if message.role == "operations"]
    assert json.decode(told.value) == {"event": "source_quarantined", "township": HERE, "source": "forum"}


def test_what_a_person_sends_again_is_read_although_its_source_is_set_aside() -> None:
    """Its cause is mended, or so somebody says: read, it proves that, and ends the quarantine of its source.

    It may fail as before; then it is a letter of that failure, and the next new record is set aside as before.
    """
    poison = county.post("poison", HERE, "well").replace(b"places", b"poison places")
    inputs = [("posts", place(HERE), poison.replace(b'"poison"', b'"p%d"' % n), n / 10) for n in range(LEAST)]
    unread, mended = (county.post(name, HERE, "well") for name in ("unread", "mended"))
    inputs += [("posts", place(HERE), value, 10.0 + n) for n, value in enumerate([poison, unread, mended])]
    records = world.numbered(inputs)
    for again in (LEAST, LEAST + 2):
        records[again] = replace(records[again], headers={"retries": b"1"})
    ended = world.World(0, records, county.PARTITIONS, 1, world.NO_FAULTS)
    ended.run(lambda log, store, clock: county.processor(log, store, clock, timers=False))
    letters = dead(ended)
    assert [letters.get(letter_id(record.position)) for record in records[LEAST:]] == ["step", "quarantine", None]
    assert set(ended.posts) == {document_id(HERE, "forum", "mended")}


def test_waiting_for_the_store_is_held_against_no_record(monkeypatch: Any) -> None:
    """After deaths in a row a record is noted while it is judged, not yet while its worker asks the store for it."""
    noted = []

    async def recall(self: world.Store, posts: Any, keys: Any = None) -> Recalled:
        noted.append(self.worker.world.notes[place(HERE)].position)
        return await original(self, posts, keys)

    original = world.Store.recall
    monkeypatch.setattr(world.Store, "recall", recall)
    inputs = [("posts", place(HERE), county.post("p1", HERE, "well"), 0.1)]
    ended = world.World(0, world.numbered(inputs), county.PARTITIONS, 1, world.NO_FAULTS)
    ended.notes[place(HERE)] = Attempts(place(HERE), deaths=1, open=True)
    ended.run(lambda log, store, clock: county.processor(log, store, clock, timers=False))
    assert len(ended.posts) == 1
    assert noted == [None]


def test_a_step_that_raises_sets_one_record_aside() -> None:
    """The record becomes a letter, and those before and behind it in the same batch are stored."""
    sound = [
        ("posts", place(HERE), county.post(name, HERE, "well"), second) for name, second in (("a", 0.1), ("c", 0.3))
    ]
    poison = ("posts", place(HERE), county.post("b", HERE, "well").replace(b"places", b"poison places"), 0.2)
    ended = after(sound[0], poison, sound[1])
    assert list(dead(ended).values()) == ["step"]
    assert set(ended.posts) == {document_id(HERE, "forum", name) for name in "ac"}


def test_a_worker_of_an_older_generation_counts_what_a_replay_sent_in_vain(monkeypatch: Any) -> None:
    """It acknowledges the post and leaves it as it is, which nobody would see."""
    counted = list[str]()
    monkeypatch.setattr(county.Silent, "add", lambda _, name, *__, **___: counted.append(name))
    value = county.post("p", HERE, "well")
    first, replayed, own = world.numbered([(role, place(HERE), value, 9.0 * n) for n, role in enumerate(BACK)])
    replayed, own = replace(replayed, headers={"generation": b"2"}), replace(own, headers={"generation": b"1"})
    ended = world.World(0, [first, replayed, own], county.PARTITIONS, 1, world.NO_FAULTS)
    ended.run(lambda log, store, clock: county.processor(log, store, clock, timers=False, generation=1))
    assert counted.count("unchanged") == 2
    assert counted.count(OLDER) == 1


def test_a_stray_record_is_sent_to_its_own_place_unread() -> None:
    """The same bytes under the township's own key, with a note of where they came from; judged there, not here."""
    value = county.post("p1", HERE, "well")
    ended = after(("posts", (place(HERE) + 1) % county.PARTITIONS, value, 1.0))
    (moved,) = ended.sent
    assert (moved.role, moved.key, moved.value) == ("posts", HERE.encode(), value)
    assert moved.headers["moved-from"].startswith(b"county.posts/")
    assert [stored.first.partition for stored in ended.posts.values()] == [place(HERE)]


def test_a_stray_that_would_be_too_large_for_the_log_is_a_letter() -> None:
    """A hundred thousand small headers weigh more than their names: a move that the log refuses ends the worker."""
    stray = ("posts", (place(HERE) + 1) % county.PARTITIONS, county.post("p1", HERE, "well"), 1.0)
    (record,) = world.numbered([stray])
    headers = {f"{number:05x}": b"" for number in range(150_000)}
    ended = world.World(0, [replace(record, headers=headers)], county.PARTITIONS, 1, world.NO_FAULTS)
    ended.run(lambda log, store, clock: county.processor(log, store, clock, timers=False))
    assert set(dead(ended).values()) == {"refused"}


def test_a_township_that_is_not_served_is_a_letter_that_names_it() -> None:
    """Nobody can make the store grow an index by naming a township."""
    (letter,) = after(("posts", 0, county.post("p1", "123456789000", "well"), 1.0)).sent
    assert json.decode(letter.value)["reason"] == "township"
    assert "no township 123456789000" in json.decode(letter.value)["error"]


def test_what_was_forgotten_stays_forgotten() -> None:
    """A record of a forgotten post is acknowledged; a mark is left where it would stand, so that nobody creates it."""
    kept, lost = county.post("p2", HERE, "school"), county.post("p1", HERE, "well")
    inputs = [("posts", place(HERE), lost, 1.0), ("posts", place(HERE), kept, 2.0)]
    listed = frozenset({key_of_post("forum", "p1")})
    ended = world.World(0, world.numbered(inputs), county.PARTITIONS, 1, world.NO_FAULTS, listed)
    ended.run(lambda log, store, clock: county.processor(log, store, clock, timers=False))
    assert set(ended.posts) == {document_id(HERE, "forum", "p2")}
    assert ended.marks == {document_id(HERE, "forum", each) for each in ("p1", "p1#answer")}
    assert len(ended.incidents) == 1
    assert ended.sent == []


@pytest.mark.parametrize("before", [True, False])
def test_an_answer_goes_with_a_question_of_an_author_who_was_forgotten(*, before: bool) -> None:
    """It names no author; it may have come to its township before, or come long after it to any."""
    question = county.post("p1", HERE, "well", author="b")
    given = [
        ("posts", place(code), answer(name, code), second if before else 10 + second)
        for name, code, second in (("p1", HERE, 1.0), ("p2", HERE, 2.0), *([] if before else [("p1", THERE, 3.0)]))
    ]
    listed = frozenset({forgotten_author(county.DOOR_AUTHORS["b"])})
    records = world.numbered([("posts", place(HERE), question, 5.0), *given])
    ended = world.World(0, records, county.PARTITIONS, 1, world.NO_FAULTS, listed)
    ended.run(lambda log, store, clock: county.processor(log, store, clock, timers=False))
    assert {judged.post.id for judged in ended.posts.values()} == {"p2#answer"}
    assert ended.forgotten - listed == {key_of_post("forum", each) for each in ("p1", "p1#answer")}


def answer(asked: str, code: str) -> bytes:
    """An office's, as another program writes it."""
    said = json.decode(county.post(asked, code, "chat"), type=Post)
    return json.encode(replace(said, id=answer_id(asked), kind="answer", author=None))


@pytest.mark.parametrize("others", [(), ("other",)])
def test_a_write_that_lands_late_tells_nothing_of_a_forgotten_post(
    others: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker stored a post and slept before it wrote its incident, its first or a later one; meanwhile it went."""
    late = list[tuple[world.Store, IncidentWrite]]()

    async def write(self: world.Store, writes: Sequence[IncidentWrite]) -> Sequence[Outcome]:
        if not late and "gone" in writes[0].incident.samples:
            self.worker.world.forgotten.add(key_of_post("forum", "gone"))
            late.extend((self, each) for each in writes)
            raise Fenced("it slept")
        return await original(self, writes)

    original = world.Store.write_incidents
    monkeypatch.setattr(world.Store, "write_incidents", write)
    value = county.post("gone", HERE, "well")
    inputs = [("posts", place(HERE), county.post(name, HERE, "well"), 0.1) for name in others]
    told = county.forget("f", json.decode(value, type=Post))
    ended = after(*inputs, ("posts", place(HERE), value, 3.0), ("actions", place(HERE), told, 5.0))
    assert [store._compare_and_set(write) for store, write in late] == [Conflict()]
    (left,) = ended.incidents.values()
    assert (left.incident.posts, left.incident.samples) == (len(others), others)
    assert ended.marks == {document_id(HERE, "forum", each) for each in ("gone", "gone#answer")}


def test_a_decision_about_nothing_is_a_letter_once_the_posts_have_passed_it() -> None:
    """An action waits for its incident as long as a post could still found it, and no longer."""
    action = Action(
        id="a", township=HERE, incident=incident_id(HERE, "forum", "never"), revision=1, verb="close", role="duty",
        reason="seen", time=world.START + timedelta(seconds=1),
    )  # fmt: skip
    assert set(dead(after(("actions", place(HERE), json.encode(action), 1.0))).values()) == {"orphan"}


def test_a_decision_that_waits_is_looked_up_twice_however_long_it_waits(monkeypatch: Any) -> None:
    """In catch-up thousands of decisions wait for thousands of posts: it costs nothing to let them wait."""
    passed, read, asked = world.Worker._passed, world.Store.read_incident, list[str]()

    def late(self: world.Worker, positions: dict[tuple[str, int], int]) -> dict[int, datetime]:
        return passed(self, positions) if self.world.now > 20 else {}

    async def counted(self: world.Store, incident: str, township: str) -> Versioned | None:
        asked.append(incident)
        return await read(self, incident, township)

    monkeypatch.setattr(world.Worker, "_passed", late)
    monkeypatch.setattr(world.Store, "read_incident", counted)
    posts = [("posts", place(HERE), county.post(f"p{n}", HERE, "chat"), 2.0 + n) for n in range(10)]
    about = incident_id(HERE, "forum", "never")
    action = Action(
        id="a", township=HERE, incident=about, revision=1, verb="note", role="duty", reason="seen", time=world.START
    )
    ended = after(("actions", place(HERE), json.encode(action), 1.0), *posts)
    assert set(dead(ended).values()) == {"orphan"}
    assert asked == [about, about]


def test_a_fetch_from_the_future_does_not_outrank_later_ones() -> None:
    """A crawler whose clock is wrong by a day is clamped to the log's; the next reading still replaces its post."""
    early = county.post("p1", HERE, "well", fetched=86_400)
    later = county.post("p1", HERE, "school", fetched=10)
    ended = after(("posts", place(HERE), early, 1.0), ("posts", place(HERE), later, 11.0))
    (stored,) = ended.posts.values()
    assert stored.places == ("school",)


def test_a_higher_generation_judges_a_stored_post_anew() -> None:
    """The same reading, judged by newer models, replaces the judgement under its id and counts nothing twice."""
    value = county.post("p1", HERE, "well", grade="IV")
    before = after(("posts", place(HERE), value, 1.0))
    again = world.World(
        0,
        world.numbered([("posts", place(HERE), value, 1.0), ("posts", place(HERE), value, 2.0)]),
        county.PARTITIONS,
        1,
        world.NO_FAULTS,
    )
    again.stored, again.incidents, again.sequence = dict(before.stored), dict(before.incidents), before.sequence
    again.committed["posts", place(HERE)] = 1
    again.run(lambda log, store, clock: county.processor(log, store, clock, timers=False, generation=1))
    ((old,), (new,)) = before.posts.values(), again.posts.values()
    assert (new.version, new.generation, new.incident) == (old.version + 1, 1, old.incident)
    assert [versioned.incident.posts for versioned in again.incidents.values()] == [1]


def test_a_reading_from_the_year_one_is_stored() -> None:
    """The zero time of other languages would make a negative version, which the store refuses whole requests for."""
    zero = county.post("p1", HERE, "well").replace(b"2026-03-01T08:00:00Z", b"0001-01-01T00:00:00Z", 1)
    ended = after(("posts", place(HERE), zero, 1.0))
    assert [stored.version >= 0 for stored in ended.posts.values()] == [True]


def test_chatter_that_becomes_a_report_gets_its_incident() -> None:
    """An edit may say what the first reading did not; it is counted where it became part of the matter."""
    first = county.post("p1", HERE, "chat")
    edit = county.post("p1", HERE, "school", fetched=2, grade="III")
    ended = after(("posts", place(HERE), first, 1.0), ("posts", place(HERE), edit, 2.0))
    (incident,) = [versioned.incident for versioned in ended.incidents.values()]
    assert (incident.grade, incident.posts) == ("III", 1)
    assert [message.role for message in ended.sent] == ["alerts"]


def test_an_edit_finds_an_incident_that_was_quiet_for_too_long_to_be_loaded() -> None:
    """What a worker does not hold in memory it reads when a record names it, instead of founding it again."""
    before = after(("posts", place(HERE), county.post("p1", HERE, "well"), 1.0))
    later = world.World(
        0,
        world.numbered(
            [
                ("posts", place(HERE), county.post("p1", HERE, "well"), 1.0),
                ("posts", place(HERE), county.post("p1", HERE, "well", fetched=30, grade="IV"), 30.0),
            ]
        ),
        county.PARTITIONS,
        1,
        world.NO_FAULTS,
    )
    later.stored, later.incidents, later.sequence = dict(before.stored), dict(before.incidents), before.sequence
    later.committed["posts", place(HERE)] = 1
    later.now = 29.0
    later.run(lambda log, store, clock: county.processor(log, store, clock, timers=False))
    (incident,) = [versioned.incident for versioned in later.incidents.values()]
    assert (incident.grade, incident.posts) == ("IV", 1)
    assert not later.deaths


def test_only_the_refused_version_of_a_post_is_dead(monkeypatch: Any) -> None:
    """Of two readings in one batch the store may refuse the newer; the older one stands, with its alert."""
    index = world.Store._index

    def refusing(self: world.Store, document: str, write: PostWrite) -> Outcome:
        return Rejected("too strange") if "bridge" in write.judged.places else index(self, document, write)

    monkeypatch.setattr(world.Store, "_index", refusing)
    sound = county.post("p1", HERE, "school", grade="IV")
    strange = county.post("p1", HERE, "bridge", fetched=1, grade="IV")
    ended = after(("posts", place(HERE), sound, 1.0), ("posts", place(HERE), strange, 1.0001))
    assert list(dead(ended).values()) == ["refused"]
    assert [stored.places for stored in ended.posts.values()] == [("school",)]
    assert "alerts" in {message.role for message in ended.sent}


def test_any_number_of_refused_versions_are_dead_one_by_one(monkeypatch: Any) -> None:
    """A batch may hold many readings that the store refuses: that is no other worker's doing, and ends nobody."""

    def everything(worker: world.Worker, positions: dict[tuple[str, int], int]) -> list[Record]:
        at = ("posts", place(HERE))
        batch = worker.world.topics[at][positions[at] :]
        positions[at] += len(batch)
        return batch

    monkeypatch.setattr(world.Worker, "_poll", everything)
    refused = county.post("p1", HERE, "well").replace(b"places", b"says=refused places")
    readings = [refused.replace(b"08:00:00Z", f"08:00:{number:02}Z".encode(), 1) for number in range(12)]
    ended = after(*(("posts", place(HERE), reading, 1.0) for reading in readings))
    assert list(dead(ended).values()) == ["refused"] * 12
    assert not ended.deaths


def test_a_decision_that_another_worker_logged_meanwhile_stands(monkeypatch: Any) -> None:
    """Between looking and writing another may decide, by an older generation too: ours is not written over theirs."""
    recall, theirs = world.Store.recall, "another incident"

    async def overtaken(self: world.Store, posts: Any, keys: Any = None) -> Recalled:
        recalled, ended = await recall(self, posts, keys), self.worker.world
        for document in posts.keys() - ended.stored.keys():
            ended.stored[document] = replace(there, incident=theirs), ended.done()
        return recalled

    inputs = ("posts", place(HERE), county.post("p1", HERE, "well"), 1.0)
    (there,) = after(inputs).posts.values()
    monkeypatch.setattr(world.Store, "recall", overtaken)
    ended = world.World(0, world.numbered([inputs]), county.PARTITIONS, 1, world.NO_FAULTS)
    ended.run(lambda log, store, clock: county.processor(log, store, clock, timers=False, generation=1))
    (stored,) = ended.posts.values()
    assert (stored.incident, stored.generation) == (theirs, 1)
    assert {identity: each.incident.posts for identity, each in ended.incidents.items()} == {theirs: 1}


def test_a_record_that_was_set_aside_comes_again_behind_those_applied_since() -> None:
    """Read again after its neighbours, it would be stored and not counted: it goes to the end of its partition."""
    records = [("posts", place(HERE), county.post(f"p{n}", HERE, "well"), 0.0) for n in range(3)]
    before = after(*records)
    (first,) = [document for document, judged in before.posts.items() if judged.position.offset == 1]
    again = world.World(0, world.numbered(records), county.PARTITIONS, 1, world.NO_FAULTS)
    again.stored = {document: each for document, each in before.stored.items() if document != first}
    again.incidents, again.sequence = shrunk(before), before.sequence
    again.committed["posts", place(HERE)] = 1
    again.run(lambda log, store, clock: county.processor(log, store, clock, timers=False))
    assert [message.headers["moved-from"] for message in again.sent] == [f"county.posts/{place(HERE)}/1".encode()]
    assert again.posts[first].first.offset == 3
    assert [versioned.incident.posts for versioned in again.incidents.values()] == [3]


def sent_again(ended: world.World, offset: int, headers: dict[str, bytes]) -> world.World:
    """The world after the record at this offset has come once more, with these headers."""
    (record,) = [each for each in ended.topics["posts", place(HERE)] if each.position.offset == offset]
    ended.append(replace(record, headers=headers, time=record.time + timedelta(minutes=9)))
    ended.run(lambda log, store, clock: county.processor(log, store, clock, timers=False))
    return ended


def test_a_stored_post_that_was_never_counted_is_counted_where_it_comes_again() -> None:
    """Two workers died between its two writes: sent again with a note of that, it counts once, however often."""
    ended = after(*[("posts", place(HERE), county.post(f"p{n}", HERE, "well"), 0.0) for n in range(3)])
    ended.incidents = shrunk(ended)
    note = {"uncounted": f"county.posts/{place(HERE)}/1".encode()}
    for _ in range(2):
        again = sent_again(ended, 1, note)
        assert [versioned.incident.posts for versioned in again.incidents.values()] == [3]
        assert sorted(judged.first.offset for judged in again.posts.values()) == [0, 2, 3]


def test_an_edit_that_came_meanwhile_stays_when_its_post_is_counted() -> None:
    """The letter holds the older reading: it adds to the count, and nothing of what it says replaces the newer one."""
    edit = county.post("p0", HERE, "well", fetched=5, grade="III")
    ended = after(("posts", place(HERE), county.post("p0", HERE, "well"), 0.0), ("posts", place(HERE), edit, 6.0))
    ended.incidents = shrunk(ended)
    again = sent_again(ended, 0, {"uncounted": f"county.posts/{place(HERE)}/0".encode()})
    assert [versioned.incident.posts for versioned in again.incidents.values()] == [1]
    assert [judged.severity.grade for judged in again.posts.values()] == ["III"]


def test_a_record_sent_again_without_a_note_counts_nothing_twice() -> None:
    """Whoever plants another place in the header gets what anybody gets who sends a post twice."""
    ended = after(*[("posts", place(HERE), county.post(f"p{n}", HERE, "well"), 0.0) for n in range(3)])
    for note in ({}, {"uncounted": b"county.posts/0/77"}, {"uncounted": b"\xff"}):
        assert [each.incident.posts for each in sent_again(ended, 1, note).incidents.values()] == [3]


def replayed(ended: world.World, value: bytes, **headers: bytes) -> world.World:
    """The world after a replay of this post to a worker of a newer generation."""
    position = Position("county.backfill", place(HERE), 0, "1")
    ended.topics["backfill", place(HERE)], ended.committed["backfill", place(HERE)] = [], 0
    when = world.START + timedelta(days=30)
    ended.append(Record(role="backfill", position=position, key=HERE.encode(), value=value, headers=headers, time=when))
    ended.run(lambda log, store, clock: county.processor(log, store, clock, timers=False, generation=1))
    return ended


def test_a_replayed_post_keeps_its_dates_its_incident_and_its_place() -> None:
    """Only what was said of it is new: the generation, and who said it when."""
    value = county.post("p1", HERE, "well", grade="II")
    before = after(("posts", place(HERE), value, 1.0))
    ((document, stored),) = before.posts.items()
    (incident,) = [each.incident for each in before.incidents.values()]
    alerted = len(before.sent)
    ended = replayed(before, value, happened=stored.happened.isoformat().encode())
    again = ended.posts[document]
    assert (again.generation, again.version) == (1, stored.version + 1)
    assert (again.happened, again.incident, again.first) == (stored.happened, stored.incident, stored.first)
    (kept,) = [each.incident for each in ended.incidents.values()]
    assert (kept.posts, kept.first_seen, kept.last_seen, kept.revision) == (
        1, incident.first_seen, incident.last_seen, incident.revision,
    )  # fmt: skip
    assert len(ended.sent) == alerted


def test_a_replay_goes_into_the_document_that_it_names() -> None:
    """The id of a stored post may have passed the door since: it counts once, and stands where it stood."""
    value = county.post("13812345678", HERE, "well")
    first, admitted = after(("posts", place(HERE), value, 0.0)), value.replace(b'"13812345678"', b'"h-digest"')
    document = document_id(HERE, "forum", "13812345678")
    again = replayed(first, admitted, generation=b"1", document=document.encode())
    assert {each: judged.generation for each, judged in again.posts.items()} == {document: 1}
    assert [each.incident.posts for each in again.incidents.values()] == [1]


@pytest.mark.parametrize("named", [b"", b"..", b"f" * 33, b"\xff"])
def test_what_is_no_name_of_a_document_is_not_believed(named: bytes) -> None:
    """Headers may hold anything."""
    value = county.post("p", HERE, "well")
    again = replayed(after(("posts", place(HERE), value, 0.0)), value, generation=b"1", document=named)
    assert again.posts.keys() == {document_id(HERE, "forum", "p")}


def test_a_replay_never_goes_before_an_edit() -> None:
    """What the crawler has read since is newer than what the replay took from the store."""
    value, edit = county.post("p1", HERE, "well"), county.post("p1", HERE, "well", fetched=5, grade="III")
    ended = replayed(after(("posts", place(HERE), edit, 6.0)), value)
    assert [judged.severity.grade for judged in ended.posts.values()] == ["III"]
    assert [each.incident.posts for each in ended.incidents.values()] == [1]


def shrunk(ended: world.World) -> dict[str, Versioned]:
    """The incidents as if one of their posts had been set aside."""
    return {
        identity: replace(each, incident=replace(each.incident, posts=each.incident.posts - 1))
        for identity, each in ended.incidents.items()
    }


def test_what_a_late_write_left_pending_is_sent_when_its_incident_is_read_back() -> None:
    """A dead worker's write may land after its successor has loaded: the alert in it waits for no other load."""
    record = ("posts", place(HERE), county.post("p1", HERE, "well", grade="II"), 1.0)
    before = after(record)
    (alert,) = before.sent
    pending = AlertMessage(id="late", headers={"ce_id": "late"}, value=alert.value.decode())
    late = world.World(0, world.numbered([record]), county.PARTITIONS, 1, world.NO_FAULTS)
    late.now = 29.0
    owner = county.processor

    def landing(log: world.Log, store: world.Store, clock: world.Clock) -> Any:
        processor = owner(log, store, clock, timers=False)
        load = processor.load

        async def loaded(partitions: Any) -> None:
            await load(partitions)
            late.stored = dict(before.stored)
            late.incidents = {
                identity: replace(each, incident=replace(each.incident, pending_alerts=(pending,)))
                for identity, each in before.incidents.items()
            }
            late.sequence = before.sequence

        processor.load = loaded  # type: ignore[method-assign]
        return processor

    late.run(landing)
    assert [message.headers["ce_id"] for message in late.sent] == [b"late"]
    assert not any(each.incident.unfinished for each in late.incidents.values())
