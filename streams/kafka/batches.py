"""Batches that can always be read: what aiokafka's parser refuses comes out as damaged records in their place.

aiokafka raises on the first byte that it cannot parse, at every attempt, so that one broken producer would stop a
partition for ever, and with it the worker's others (decision 0008).
"""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import pairwise
from struct import Struct
from typing import Any, Final

from aiokafka.consumer import fetcher
from aiokafka.consumer.fetcher import PartitionRecords
from aiokafka.record.default_records import DefaultRecordBatch
from aiokafka.record.legacy_records import LegacyRecordBatch

from streams.kafka.salvage import CONTROL, TRANSACTIONAL, Found, Header, held, lost, opened, salvage

FRAME: Final = Struct(">qi")
"""What every message format begins with: an offset, and how many bytes follow."""

SHORTEST: Final = FRAME.size + 14
"""Bytes of the smallest batch, one empty record of format v0."""

V2: Final = 2
UNKNOWN_TIME: Final = -1


def install() -> None:
    """Let every consumer that this process opens from now on read by these batches."""
    fetcher.MemoryRecords, fetcher.PartitionRecords = Batches, _Records


class _Records(PartitionRecords):  # type: ignore[misc]
    """The fetched records of a partition, told where the reading begins."""

    def __init__(self, tp: Any, records: "Batches", aborted: Any, fetch_offset: int, *others: Any) -> None:
        records.wanted = fetch_offset
        super().__init__(tp, records, aborted, fetch_offset, *others)


class Batches:
    """The batches in the bytes of a fetch; stands for aiokafka's MemoryRecords.

    The last one may be cut off and is left for the next fetch. That each begins where the one before it ends is the
    broker's word: it finds its own way through the log by it.
    """

    wanted: int = 0
    """Offset that was asked for; the first batch may begin before it."""

    def __init__(self, data: bytes) -> None:
        self._size = len(data)
        self._frames = deque(_frames(data))

    def size_in_bytes(self) -> int:
        return self._size

    def has_next(self) -> bool:
        return bool(self._frames)

    def next_batch(self) -> "Batch | None":
        if not self._frames:
            return None
        batch = self._frames.popleft()
        following = FRAME.unpack_from(self._frames[0])[0] if self._frames else None
        return Batch(batch, wanted=self.wanted, following=following)


def _frames(data: bytes) -> Iterator[bytes]:
    begin = 0
    while len(data) - begin >= FRAME.size:
        end = begin + FRAME.size + FRAME.unpack_from(data, begin)[1]
        if not begin + SHORTEST <= end <= len(data):
            return
        yield data[begin:end]
        begin = end


class Batch:
    """One batch; stands for aiokafka's DefaultRecordBatch and LegacyRecordBatch.

    Args:
        content: the batch with its header.
        wanted: offset that was asked for.
        following: first offset of the next batch, None when this is the last one at hand.
    """

    def __init__(self, content: bytes, *, wanted: int = 0, following: int | None = None) -> None:
        self._content, self._header = content, (header := Header.of(content))
        self.base_offset, self.next_offset = header.base, header.base + 1
        self.producer_id: int | None = None
        self.is_transactional = self.is_control_batch = False
        parsed = _parsed(content, header)
        if parsed is None:
            self.next_offset = 1 + _last(header, wanted, following)
            self._records = iter([self._lost()])
        elif header.magic < V2:
            self._records = self._read_legacy(parsed)
        else:
            self.next_offset = header.last + 1
            self.producer_id = header.producer_id
            self.is_transactional = bool(header.attributes & TRANSACTIONAL)
            self.is_control_batch = bool(header.attributes & CONTROL)
            self._records = self._read(parsed)

    def validate_crc(self) -> bool:
        """A wrong checksum is a damaged record, not an error."""
        return True

    def __iter__(self) -> "Batch":
        return self

    def __next__(self) -> Any:
        return next(self._records)

    def _read(self, parsed: Iterable[Any]) -> Iterator[Any]:
        if not self._header.codec:
            return self._found(parsed)
        # What was packed may be a thousand times what was sent, and a fetch may hold many such batches.
        return map(held, self._found(parsed))

    def _found(self, parsed: Iterable[Any]) -> Iterator[Any]:
        try:
            records = list(DefaultRecordBatch(opened(self._content)) if self._header.codec else parsed)
        except Exception:  # noqa: BLE001 - whatever it is, our own parser finds the place
            return salvage(self._content)
        return iter(records) if self._in_place(records) else salvage(self._content)

    def _read_legacy(self, parsed: Iterable[Any]) -> Iterator[Any]:
        try:
            return iter(list(parsed))
        except Exception:  # noqa: BLE001 - one old message: there is nothing in it to be saved
            return iter([self._lost()])

    def _in_place(self, records: list[Any]) -> bool:
        """Whether the records' offsets rise, and stay within those of the batch."""
        offsets = [self.base_offset - 1, *(record.offset for record in records), self.next_offset]
        return all(one < next_one for one, next_one in pairwise(offsets))

    def _lost(self) -> Found:
        why = "the checksum of their batch is wrong, or its format is none that is known"
        return lost(self._header, self._content, self.base_offset, self.next_offset - 1, why, UNKNOWN_TIME)


def _parsed(content: bytes, header: Header) -> Any:
    """The batch as aiokafka has it, or None when its bytes are not those that were sent."""
    try:
        batch = DefaultRecordBatch(content) if header.magic == V2 else LegacyRecordBatch(content, header.magic)
        return batch if 0 <= header.magic <= V2 and batch.validate_crc() else None
    except Exception:  # noqa: BLE001 - too short, or of no format
        return None


def _last(header: Header, wanted: int, following: int | None) -> int:
    """The last offset of a batch none of whose own numbers can be trusted alone; never one that is not there yet.

    Too low costs another fetch, which begins within the batch; too high would commit over what comes behind it.
    """
    if following is not None and following > header.base:
        return following - 1
    agreed = min(header.last_delta, header.records - 1) if header.magic == V2 else 0
    return max(header.base + max(0, agreed), wanted)
