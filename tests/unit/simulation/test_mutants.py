"""The simulation is worth trusting because it catches each way of getting the protocol wrong."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from streams.batch import erase
from streams.batch.decide import Decider
from streams.batch.draft import Arrived, Draft, Refusals
from streams.batch.erase import Eraser
from streams.batch.processor import Processor
from streams.batch.write import Writer
from streams.protocols import Done, Erasure, IncidentWrite, Outcome, Recalled, Record
from tests.unit.simulation import test_forgotten, test_interleaved, world
from tests.unit.simulation.test_schedules import INPUTS, check, schedule, uninterrupted

MOST = 1_500
"""Schedules within which a wrong protocol must be caught."""

Mutate = Callable[[pytest.MonkeyPatch], None]


def forgets_what_was_applied(patch: pytest.MonkeyPatch) -> None:
    """Applies a record again that the incident has seen."""
    original = Decider._apply

    def apply(self: Decider, matter: Any, position: Any, draft: Any) -> None:
        unmarked = replace(matter, now=replace(matter.now, applied={}))
        original(self, unmarked, position, draft)

    patch.setattr(Decider, "_apply", apply)


def trusts_no_stored_decision(patch: pytest.MonkeyPatch) -> None:
    """Decides anew about a post that the store holds."""

    async def recall(_self: Processor, _arrived: object) -> Recalled:
        return Recalled({})

    patch.setattr(Processor, "_recall", recall)


def writes_over_other_writers(patch: pytest.MonkeyPatch) -> None:
    """Writes incidents without compare-and-set."""

    def write(self: world.Store, write: IncidentWrite) -> Outcome:
        there = self.worker.world.incidents.get(write.incident.id)
        return original(self, IncidentWrite(write.incident, there))

    original = world.Store._compare_and_set
    patch.setattr(world.Store, "_compare_and_set", write)


def takes_any_conflict_for_its_own(patch: pytest.MonkeyPatch) -> None:
    """Goes on after another worker's write as if it had been its own."""

    async def reread(self: Writer, ours: Any) -> bool:
        found = await self._store.read_incident(ours.id, ours.township)
        if found:
            self._memory.hold(replace(found, incident=ours))
        return True

    patch.setattr(Writer, "_reread", reread)


def writes_by_numbers_of_another_index(patch: pytest.MonkeyPatch) -> None:
    """Writes upon what was read in an index that was replaced since, where its numbers stand for something else."""
    patch.setattr(world, "_fence", lambda seen: (seen.seq_no, seen.primary_term) if seen else None)


def writes_on_whatever_replaced_an_index(patch: pytest.MonkeyPatch) -> None:
    """Takes every incident that stands in another index for the one that it knew."""

    async def reread(self: Writer, ours: Any) -> bool:
        found, known = await self.read(ours.id, ours.township), self._memory.stored(ours.id)
        if found and known and found.index != known.index:
            self._memory.moved(found)
            return False
        return await original(self, ours)

    original = Writer._reread
    patch.setattr(Writer, "_reread", reread)


def acknowledges_first(patch: pytest.MonkeyPatch) -> None:
    """Acknowledges a batch before it is written."""
    original = Processor.process

    async def process(self: Processor, records: Sequence[Record]) -> Sequence[Record]:
        owned = self._log.worker  # type: ignore[attr-defined]
        for record in records:
            place = (record.role, record.position.partition)
            owned.world.committed[place] = max(owned.world.committed[place], record.position.offset + 1)
        return await original(self, records)

    patch.setattr(Processor, "process", process)


def leaves_pending_alerts(patch: pytest.MonkeyPatch) -> None:
    """Does not send on start what its predecessor left unsent."""
    original = Processor.load

    async def load(self: Processor, partitions: Any) -> None:
        with pytest.MonkeyPatch.context() as loading:
            loading.setattr(self._writer, "finish", _nothing)
            await original(self, partitions)

    async def _nothing(_incidents: object, _messages: object) -> None: ...

    patch.setattr(Processor, "load", load)


def writes_incidents_before_posts(patch: pytest.MonkeyPatch) -> None:
    """Counts a post before its decision is logged."""
    original = Writer.posts

    async def posts(self: Writer, draft: Draft, refused: Refusals) -> bool:
        stored = self._memory.stored
        changed = [i for i, now in self._memory._now.items() if not (there := stored(i)) or there.incident != now]
        await self.incidents(changed)
        return await original(self, draft, refused)

    patch.setattr(Writer, "posts", posts)


def takes_a_conflicting_decision_for_agreement(patch: pytest.MonkeyPatch) -> None:
    """Does not look at what stands in the store where a post is there already."""

    async def agreed(_self: Writer, _contested: object, _draft: object) -> bool:
        return True

    patch.setattr(Writer, "_agreed", agreed)


MUTANTS: tuple[Mutate, ...] = (
    forgets_what_was_applied,
    trusts_no_stored_decision,
    writes_over_other_writers,
    takes_any_conflict_for_its_own,
    writes_by_numbers_of_another_index,
    writes_on_whatever_replaced_an_index,
    acknowledges_first,
    leaves_pending_alerts,
    writes_incidents_before_posts,
    takes_a_conflicting_decision_for_agreement,
)


@pytest.mark.parametrize("mutate", MUTANTS, ids=lambda mutate: mutate.__name__)
def test_a_wrong_protocol_is_caught(mutate: Mutate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of these ways to lose or double something fails within so many schedules."""
    assert caught(mutate, monkeypatch)


def caught(mutate: Mutate, monkeypatch: pytest.MonkeyPatch) -> int | None:
    """The number of the schedule that fails, or None."""
    for seed in range(INPUTS):
        uninterrupted(seed, timers=seed % 2 == 1)  # By the right protocol, before it is made wrong.
    mutate(monkeypatch)
    for number in range(MOST):
        try:
            after, reference = schedule(number)
            check(after, reference, timers=number % 2 == 1)
        except Exception:  # noqa: BLE001  Whatever goes wrong is a catch.
            return number + 1
    return None


def moves_no_stray(patch: pytest.MonkeyPatch) -> None:
    """Acknowledges what lies in another township's place, and leaves it there."""
    patch.setattr(Decider, "_move", lambda *_, **__: None)


def stores_what_was_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Does not ask what must not come back."""
    original = Processor._recall

    async def recall(self: Processor, arrived: Any) -> Recalled:
        return Recalled((await original(self, arrived)).posts)

    patch.setattr(Processor, "_recall", recall)


def reads_no_incident_back(patch: pytest.MonkeyPatch) -> None:
    """Founds anew what was quiet for so long that it was not loaded."""

    async def reach_back(_self: Processor, _arrived: object, _recalled: object) -> None: ...

    patch.setattr(Processor, "_reach_back", reach_back)


INTERLEAVED: tuple[Mutate, ...] = (
    moves_no_stray,
    stores_what_was_forgotten,
    reads_no_incident_back,
)


def deletes_without_a_mark(patch: pytest.MonkeyPatch) -> None:
    """Leaves nothing of a forgotten post: who sleeps may create it."""

    def mark(self: world.Store, document: str, erasure: Any) -> Outcome:
        done = original(self, document, erasure)
        if isinstance(done, Done):
            del self.worker.world.stored[document]
        return done

    original = world.Store._mark
    patch.setattr(world.Store, "_mark", mark)


def erases_the_post_first(patch: pytest.MonkeyPatch) -> None:
    """Forgets which incident a post belongs to before that has been told."""

    async def change(self: Eraser, incidents: Any, gone: Any) -> None:
        wanted = {d: each.township for d, each in gone.items()}
        stored = (await self._patience.insist(lambda: self._store.recall(wanted))).posts
        times = {d: Erasure(each.township, each.record.time, stored.get(d)) for d, each in gone.items()}
        await self._writer.erase({d: each for d, each in times.items() if not (each.after and each.after.forgotten)})
        await original(self, incidents, gone)

    original = Eraser._change
    patch.setattr(Eraser, "_change", change)


def keeps_what_was_said(patch: pytest.MonkeyPatch) -> None:
    """Erases the posts and leaves their incidents as they are."""

    async def change(_self: Eraser, _incidents: object, _gone: object) -> None: ...

    patch.setattr(Eraser, "_change", change)


def keeps_the_answer(patch: pytest.MonkeyPatch) -> None:
    """Drops what a forgotten author wrote, and not what an office answers to it."""
    patch.setattr(Arrived, "documents", property(lambda arrived: (arrived.document,)))
    patch.setattr(erase, "_keys", lambda _: ())


FORGETTING: tuple[Mutate, ...] = (
    keeps_the_answer,
    deletes_without_a_mark,
    erases_the_post_first,
    keeps_what_was_said,
)


@pytest.mark.parametrize("mutate", FORGETTING, ids=lambda mutate: mutate.__name__)
def test_a_wrong_way_of_forgetting_is_caught(mutate: Mutate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of these fails within so many schedules in which posts are forgotten."""
    mutate(monkeypatch)
    with pytest.raises(AssertionError):
        all(test_forgotten.one(number) >= 0 for number in range(MOST))


@pytest.mark.parametrize("mutate", INTERLEAVED, ids=lambda mutate: mutate.__name__)
def test_a_wrong_protocol_is_caught_where_logs_interleave(mutate: Mutate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of these fails within so many schedules of live posts, backfill, strays and forgotten posts."""
    mutate(monkeypatch)
    with pytest.raises(AssertionError):
        all(test_interleaved.one(number) >= 0 for number in range(MOST))
