"""A record that kills its worker is found and set aside; the others go on."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from streams.batch.care import GRACE, Care
from streams.batch.patience import Patience
from streams.protocols import Attempts, Record, Store
from streams.records import Position


class Notes:
    """The store's notes."""

    def __init__(self) -> None:
        self.notes: dict[int, Attempts] = {}

    async def attempts(self, partitions: Collection[int]) -> Mapping[int, Attempts]:
        return {each: self.notes[each] for each in partitions if each in self.notes}

    async def note_attempts(self, note: Attempts) -> None:
        self.notes[note.partition] = note


class Never:
    """A world that is never busy, and whose clock is put forward by hand."""

    time = datetime(2026, 3, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


def record(offset: int) -> Record:
    time = datetime(2026, 3, 1, tzinfo=UTC)
    return Record(role="posts", position=Position("county.posts", 0, offset), key=None, value=b"", time=time)


async def worker(notes: Notes, never: Never | None = None) -> Care:
    world = cast("Any", never or Never())
    care = Care(cast("Store", notes), Patience(world, world, world), world, alone=2)
    await care.take([0])
    return care


async def dies(notes: Notes, times: int = 2) -> None:
    """So many workers die, one after the other, each soon after its start."""
    for _ in range(times):
        await worker(notes)


async def test_after_a_clean_end_batches_stay_whole() -> None:
    """Being careful costs two writes a record, so it is kept for after a death."""
    notes = Notes()
    await (await worker(notes)).release()
    assert list((await worker(notes)).portions([record(1), record(2)])) == [([record(1), record(2)], False)]


async def test_one_death_slows_nobody() -> None:
    """A machine that was restarted: the next worker goes on by whole batches."""
    notes = Notes()
    await dies(notes, 1)
    assert not (await worker(notes)).needed(0)


async def test_after_deaths_in_a_row_records_are_judged_alone() -> None:
    """As many as a batch holds, each alone; then whole batches again."""
    notes = Notes()
    await dies(notes)
    care = await worker(notes)
    assert care.needed(0)
    portions = list(care.portions([record(1), record(2), record(3), record(4)]))
    assert not care.needed(0)
    assert portions == [([record(1)], True), ([record(2)], True), ([record(3), record(4)], False)]


async def test_deaths_far_apart_are_not_in_a_row() -> None:
    """A worker that is killed every hour, for whatever reason, slows nobody; one that just lived a second does."""
    notes = Notes()
    for _ in range(4):
        never = Never()
        care = await worker(notes, never)
        assert not care.needed(0)
        never.time += GRACE
        await care.calm()
    await dies(notes, 1)
    never = Never()
    care = await worker(notes, never)
    assert care.needed(0)
    never.time += GRACE - timedelta(seconds=1)
    await care.calm()
    assert (await worker(notes)).needed(0)


async def test_two_deaths_at_one_offset_are_enough() -> None:
    """The third worker does not try it again, although the records before it came again and again."""
    notes = Notes()
    await dies(notes)
    for _ in range(2):
        care = await worker(notes)
        for sound in (record(5), record(6)):
            await care.begin(sound)
            await care.survived(sound)
        await care.begin(record(7))  # Dies while it judges.
    care = await worker(notes)
    assert not care.deadly(record(5))
    await care.begin(record(5))
    await care.survived(record(5))
    assert care.deadly(record(7))


async def test_dying_elsewhere_is_not_the_records_fault() -> None:
    """A worker that is killed after judging, as often as it may be, makes no record a dead letter."""
    notes = Notes()
    for _ in range(5):
        care = await worker(notes)
        await care.begin(record(7))
        await care.survived(record(7))


async def test_an_unforeseen_failure_is_blamed_on_the_record() -> None:
    """What no step raised and no server's absence explains counts like a death."""
    notes = Notes()
    await dies(notes)
    for _ in range(2):
        care = await worker(notes)
        await care.begin(record(7))
        await care.survived(record(7))
        await care.blame(record(7))
    assert (await worker(notes)).deadly(record(7))
