"""How far each topic-partition has been read, given to the processor, and acknowledged."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from streams.errors import Busy

Place = tuple[str, int]
"""Topic and partition."""

TICK = timedelta(milliseconds=1)
"""Kafka's times are whole milliseconds, and the next record may have the same one."""


class Look(NamedTuple):
    """How a partition stood when it was last read from."""

    begin: int
    """Offset at which this reading began."""
    position: int
    """Offset that is read next."""
    highwater: int
    """Offset that the next record will get."""
    at: datetime


class _Partition:
    __slots__ = ("last", "look", "next", "queued", "unacknowledged")

    def __init__(self, start: int) -> None:
        self.next = start
        """Offset up to which everything was delivered."""
        self.look: Look | None = None
        self.queued: deque[tuple[int, int]] = deque()
        """Offset and size of each."""
        self.unacknowledged: dict[int, None] = {}
        self.last: datetime | None = None


class Progress:
    """Counts of this worker's own partitions; all offsets are Kafka's."""

    def __init__(self) -> None:
        self._partitions: dict[Place, _Partition] = {}

    def reset(self, starts: Mapping[Place, int]) -> None:
        """Begin anew with these partitions, at these offsets: everything unacknowledged will be delivered again."""
        self._partitions = {place: _Partition(start) for place, start in starts.items()}

    @property
    def places(self) -> Iterable[Place]:
        """The partitions at hand."""
        return self._partitions.keys()

    @property
    def queued(self) -> int:
        """Records that were fetched and not yet given to the processor."""
        return sum(len(partition.queued) for partition in self._partitions.values())

    @property
    def queued_bytes(self) -> int:
        """The size of these records."""
        return sum(size for partition in self._partitions.values() for _, size in partition.queued)

    def fetched(self, records: Mapping[Place, Mapping[int, int]], looks: Mapping[Place, Look]) -> Sequence[Place]:
        """Records were fetched: their offsets and sizes. The looks are from the same moment.

        An unknown partition was lost meanwhile.

        Returns:
            Partitions whose log ends before where the reading stood, so that it began at the beginning.

        Raises:
            Busy: a reading began behind where the one before it ended. What lies between was handed to nobody, and a
                later commit would pass over it: the worker must begin again from what is committed.
        """
        cut_off = []
        for place, look in looks.items():
            if partition := self._partitions.get(place):
                if look.begin > partition.next:
                    raise Busy(
                        f"{place[0]}, partition {place[1]}: read up to offset {partition.next}, then from {look.begin}"
                    )
                if look.begin < partition.next:
                    cut_off.append(place)
                partition.look, partition.next = look, look.position
        for place, sizes in records.items():
            if partition := self._partitions.get(place):
                for offset, size in sizes.items():
                    if offset not in partition.unacknowledged:
                        partition.queued.append((offset, size))
                        partition.unacknowledged[offset] = None
        return cut_off

    def given(self, place: Place, offset: int, time: datetime) -> None:
        """The processor has answered for this record and all before it, whether it may be acknowledged or waits."""
        if partition := self._partitions.get(place):
            while partition.queued and partition.queued[0][0] <= offset:
                partition.queued.popleft()
            partition.last = time if partition.last is None else max(partition.last, time)

    def acknowledged(self, place: Place, offset: int) -> None:
        """The record is done."""
        if partition := self._partitions.get(place):
            partition.unacknowledged.pop(offset, None)

    def lowest(self, place: Place) -> int | None:
        """The lowest offset that was delivered and is not acknowledged: no commit may pass it."""
        partition = self._partitions.get(place)
        return min(partition.unacknowledged, default=None) if partition else None

    def behind(self, place: Place) -> int | None:
        """Records not yet acknowledged, here or still in the broker; None before the first look."""
        partition = self._partitions[place]
        if partition.look is None:
            return None
        return max(0, partition.look.highwater - partition.look.position) + len(partition.unacknowledged)

    def unseen(self, place: Place) -> int | None:
        """Records that the processor has not been given yet; None before the first look."""
        partition = self._partitions[place]
        if partition.look is None:
            return None
        return max(0, partition.look.highwater - partition.look.position) + len(partition.queued)

    def passed(self, places: Iterable[Place]) -> datetime | None:
        """Record time that all of these have passed; None when one of them has passed none yet."""
        times = [self._passed(self._partitions.get(place)) for place in places]
        known = [time for time in times if time is not None]
        return min(known) if known and len(known) == len(times) else None

    def _passed(self, partition: _Partition | None) -> datetime | None:
        if partition is None or partition.look is None:
            return None
        if not partition.queued and partition.look.position >= partition.look.highwater:
            return partition.look.at
        return partition.last - TICK if partition.last else None


def from_milliseconds(stamp: int | None) -> datetime:
    """A Kafka timestamp in UTC; 1970 where a record carries none, or one that no calendar has."""
    try:
        return datetime.fromtimestamp(max(0, stamp or 0) / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return datetime.fromtimestamp(0, UTC)
