"""A record that kills its worker is found and set aside; the others go on."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from streams.batch.care import Care
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
    """A world that is never busy."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


def record(offset: int) -> Record:
    time = datetime(2026, 3, 1, tzinfo=UTC)
    return Record(role="posts", position=Position("county.posts", 0, offset), key=None, value=b"", time=time)


async def worker(notes: Notes) -> Care:
    never = Never()
    patience = Patience(cast("Any", never), cast("Any", never), cast("Any", never))
    care = Care(cast("Store", notes), patience, alone=2)
    await care.take([0])
    return care


async def test_after_a_clean_end_batches_stay_whole() -> None:
    """Being careful costs two writes a record, so it is kept for after a death."""
    notes = Notes()
    await (await worker(notes)).release()
    assert list((await worker(notes)).portions([record(1), record(2)])) == [([record(1), record(2)], False)]


async def test_after_a_death_records_are_judged_alone() -> None:
    """As many as a batch holds, each alone; then whole batches again."""
    notes = Notes()
    await worker(notes)  # Dies.
    care = await worker(notes)
    assert care.needed(0)
    portions = list(care.portions([record(1), record(2), record(3), record(4)]))
    assert not care.needed(0)
    assert portions == [([record(1)], True), ([record(2)], True), ([record(3), record(4)], False)]


async def test_two_deaths_at_one_offset_are_enough() -> None:
    """The third worker does not try it again, although the records before it came again and again."""
    notes = Notes()
    await worker(notes)
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
    await worker(notes)
    for _ in range(2):
        care = await worker(notes)
        await care.begin(record(7))
        await care.survived(record(7))
        await care.blame(record(7))
    assert (await worker(notes)).deadly(record(7))
