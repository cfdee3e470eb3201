"""After workers died one after the other, judge what they had in hand record by record; set aside one that kills.

One death says nothing: machines are restarted and memory runs out, and to judge five hundred records one by one takes
many times as long as all at once. A record that kills does so again, within seconds of the next worker's start.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from streams.batch.patience import Patience
from streams.protocols import Attempts, Clock, Record, Store

DEADLY: Final = 2
"""So many workers may die of one record, alone, before it becomes a dead letter."""

IN_A_ROW: Final = 2
"""After so many workers that died within `GRACE` of their start, records are judged alone."""

GRACE: Final = timedelta(seconds=60)
"""Whoever lives longer has acknowledged, many times over, what its predecessor had in hand."""


class Care:
    """Notes in the store say which partitions are in work; one found open means that its worker died.

    Args:
        store: keeps the notes.
        patience: for a busy store.
        clock: says how long this worker has lived.
        alone: how many records are judged alone after such a death: at least a batch.
    """

    def __init__(self, store: Store, patience: Patience, clock: Clock, alone: int) -> None:
        self._store, self._patience, self._clock, self._alone = store, patience, clock, alone
        self._taken: datetime | None = None
        self._notes: dict[int, Attempts] = {}
        self._left: dict[int, int] = {}

    async def take(self, partitions: Collection[int]) -> None:
        """Open the notes of these partitions, and be careful where several were found open in a row."""
        found = await self._patience.insist(lambda: self._store.attempts(partitions))
        for partition in partitions:
            note = _mourned(found.get(partition) or Attempts(partition))
            if note.suspect or note.deaths >= IN_A_ROW:
                self._left[partition] = self._alone
            await self._leave(replace(note, open=True))
        self._taken = self._clock.now()

    async def calm(self) -> None:
        """Forget the deaths before this worker's life once that has lasted: the next death is another matter."""
        if self._taken is None or self._clock.now() - self._taken < GRACE:
            return
        self._taken = None
        for note in list(self._notes.values()):
            if note.deaths and not note.suspect:
                await self._leave(replace(note, deaths=0))

    async def release(self) -> None:
        """Close the notes: whoever comes next need not be careful."""
        for partition in list(self._notes):
            await self._leave(Attempts(partition))
        self.forget()

    def forget(self) -> None:
        self._notes.clear()
        self._left.clear()
        self._taken = None

    def needed(self, partition: int) -> bool:
        """Whether the next record of this partition is to be judged alone."""
        return bool(self._left.get(partition))

    def portions(self, records: Sequence[Record]) -> Iterator[tuple[Sequence[Record], bool]]:
        """The records as they came, in portions; with each whether it is one record to be judged alone."""
        portion: list[Record] = []
        for record in records:
            if not self.needed(record.position.partition):
                portion.append(record)
                continue
            if portion:
                yield portion, False
                portion = []
            self._left[record.position.partition] -= 1
            yield [record], True
        if portion:
            yield portion, False

    def deadly(self, record: Record) -> bool:
        """Whether this record has killed too often to be tried again."""
        note = self._notes[record.position.partition]
        return note.suspect == record.position and note.deaths >= DEADLY

    async def begin(self, record: Record) -> None:
        """Note that this record is judged now, alone. Not before: waiting for a server is nobody's fault."""
        await self._leave(replace(self._notes[record.position.partition], position=record.position))

    async def survived(self, record: Record) -> None:
        """Note that judging it killed nobody: what happens to us from now on is not the record's fault."""
        await self._leave(replace(self._notes[record.position.partition], position=None))

    async def blame(self, record: Record) -> None:
        """Note that the record led to a failure that nobody foresaw, which is about to end us."""
        await self._leave(replace(self._notes[record.position.partition], position=record.position))

    async def _leave(self, note: Attempts) -> None:
        self._notes[note.partition] = note
        await self._patience.insist(lambda: self._store.note_attempts(note))


def _mourned(note: Attempts) -> Attempts:
    """The note as whoever finds it reads it: open, and the worker that left it is dead."""
    if not note.open:
        return Attempts(note.partition)
    if note.position:
        deaths = note.deaths + 1 if note.position == note.suspect else 1
        return replace(note, position=None, suspect=note.position, deaths=deaths)
    return note if note.suspect else replace(note, deaths=note.deaths + 1)
