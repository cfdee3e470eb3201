"""After a worker died, judge what it had in hand record by record, and set aside a record that kills."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from streams.batch.patience import Patience
from streams.protocols import Attempts, Record, Store

DEADLY: Final = 2
"""So many workers may die of one record before it becomes a dead letter."""


class Care:
    """Notes in the store say which partitions are in work; one found open means that its worker died.

    Args:
        store: keeps the notes.
        patience: for a busy store.
        alone: how many records are judged alone after such a death: at least a batch.
    """

    def __init__(self, store: Store, patience: Patience, alone: int) -> None:
        self._store, self._patience, self._alone = store, patience, alone
        self._notes: dict[int, Attempts] = {}
        self._left: dict[int, int] = {}

    async def take(self, partitions: Collection[int]) -> None:
        """Open the notes of these partitions, and be careful where one was open."""
        found = await self._patience.insist(lambda: self._store.attempts(partitions))
        for partition in partitions:
            note = found.get(partition) or Attempts(partition)
            if note.open:
                self._left[partition] = self._alone
            await self._leave(replace(_mourned(note), open=True))

    async def release(self) -> None:
        """Close the notes: whoever comes next need not be careful."""
        for partition in list(self._notes):
            await self._leave(Attempts(partition))
        self.forget()

    def forget(self) -> None:
        self._notes.clear()
        self._left.clear()

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
    """The note after the death of the worker that left it."""
    if note.position is None:
        return note
    deaths = note.deaths + 1 if note.position == note.suspect else 1
    return replace(note, position=None, suspect=note.position, deaths=deaths)
