"""Read a damaged batch of records as far as it can be read, and keep the rest as bytes.

Source: Kafka protocol documentation, "Record Batch" and "Record" (message format v2); KIP-98, headers by KIP-82.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Any, Final, NamedTuple, Self, cast

from streams.kafka.codecs import CODEC, name, unpack

LAYOUT: Final = Struct(">qiibIhiqqqhii")
"""Of a batch's header; its fields are those of `Header`, in their order."""

LOG_APPEND_TIME, TRANSACTIONAL, CONTROL = 0x08, 0x10, 0x20
"""Bits of a batch's attributes; the codec's are in streams/kafka/codecs.py."""

LONGEST: Final = 10
"""Bytes of the longest varint: seven bits of 64 in each."""

HELD: Final = 1024 * 1024
"""Bytes of a record up to which it is held whole: the worker reads none that is larger."""

BEGINNING: Final = 65_536
"""Bytes that are held of the key and of the value of a larger one: enough to see what it was."""


class Damaged(bytes):
    """The bytes of something that could not be read; `why` tells the reason, and quotes nothing."""

    why: str

    def __new__(cls, content: bytes, why: str) -> Self:
        made = super().__new__(cls, content)
        made.why = why
        return made


class Found(NamedTuple):
    """A record; the names are aiokafka's. `value` is `Damaged` where it could not be read as it should be."""

    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    checksum: None = None


class Header(NamedTuple):
    """The first 61 bytes of a batch."""

    base: int
    length: int
    leader_epoch: int
    magic: int
    crc: int
    attributes: int
    last_delta: int
    first_timestamp: int
    max_timestamp: int
    producer_id: int
    producer_epoch: int
    sequence: int
    records: int

    @classmethod
    def of(cls, batch: bytes) -> "Header":
        """What a batch says of itself; zeros where it is too short to say anything."""
        return cls(*LAYOUT.unpack(batch[: LAYOUT.size].ljust(LAYOUT.size, b"\0")))

    @property
    def codec(self) -> int:
        """How the records are packed; 0 when they are not."""
        return self.attributes & CODEC

    @property
    def last(self) -> int:
        """Offset of the last record."""
        return self.base + max(0, self.last_delta)

    @property
    def timestamp_type(self) -> int:
        """1 when the broker's time counts (LogAppendTime), 0 when the producer's does."""
        return int(bool(self.attributes & LOG_APPEND_TIME))


def opened(batch: bytes) -> bytes:
    """The same batch with its records unpacked; its checksum is that of the packed ones still.

    Raises:
        Exception: of each codec's own; see `unpack`.
    """
    header = Header.of(batch)
    content = unpack(header.codec, batch[LAYOUT.size :])
    return LAYOUT.pack(*header._replace(attributes=header.attributes & ~CODEC)) + content


class _Malformed(ValueError):
    """Bytes that are not what the format says."""


class _Cursor:
    """Takes one field after the other, and nothing from beyond the end."""

    def __init__(self, data: bytes) -> None:
        self._data, self.at = data, 0

    def rest(self, begin: int) -> bytes:
        """All bytes from there on."""
        return self._data[begin:]

    @property
    def left(self) -> int:
        return len(self._data) - self.at

    def take(self, size: int) -> bytes:
        if not 0 <= size <= self.left:
            raise _Malformed("a length is negative or beyond the end")
        self.at += size
        return self._data[self.at - size : self.at]

    def number(self) -> int:
        """A zigzag varint, as in Protocol Buffers."""
        value = 0
        for place in range(LONGEST):
            (byte,) = self.take(1)
            value |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:  # noqa: PLR2004 - the bit that says that more bytes follow
                return (value >> 1) ^ -(value & 1)
        raise _Malformed("a number has no end")

    def nullable(self) -> bytes | None:
        size = self.number()
        return None if size < 0 else self.take(size)


def salvage(batch: bytes) -> Iterator[Found]:
    """The records of a batch whose checksum holds, in the order of their offsets.

    One that cannot be read has its own bytes as its value; where not even its end can be found, all that follows
    is one damaged record at the last offset. Each has an offset of its own within those of the batch, whatever it
    says itself: the group's offset is committed by it, and must not jump over what others have sent.
    """
    header = Header.of(batch)
    if not 0 <= header.records <= header.last - header.base + 1:
        yield lost(header, batch, header.base, header.last, f"their batch counts {header.records}")
        return
    try:
        records = _Cursor(unpack(header.codec, batch[LAYOUT.size :]))
    except Exception as error:  # noqa: BLE001 - each codec has errors of its own
        why = f"{name(header.codec)} does not unpack their batch ({type(error).__name__})"
        yield lost(header, batch, header.base, header.last, why)
        return
    yield from _walk(header, records)


def lost(header: Header, content: bytes, first: int, last: int, why: str, timestamp: int | None = None) -> Found:
    """One damaged record, at the last offset, for all from `first` to `last`."""
    which = f"record {last}" if first == last else f"records {first} to {last}"
    time = header.max_timestamp if timestamp is None else timestamp
    kept = Damaged(content, f"{which} of the partition could not be read, the bytes are as in the log: {why}")
    return Found(last, time, header.timestamp_type, None, kept, ())


def held(record: Any) -> Found:
    """The record, or the beginning of one that is too large: hundreds may wait for the worker at a time."""
    key, value = record.key or b"", record.value or b""
    size = len(key) + len(value) + sum(len(name) + len(content or b"") for name, content in record.headers)
    if size <= HELD:
        return cast("Found", record)
    said = f"{value.why}; " if isinstance(value, Damaged) else ""
    why = f"{said}the record has {size:,} bytes, more than the {HELD:,} that are read: its beginning is kept"
    kept = Damaged(value[:BEGINNING], why)
    return Found(record.offset, record.timestamp, record.timestamp_type, key[:BEGINNING], kept, ())


def _walk(header: Header, records: _Cursor) -> Iterator[Found]:
    offset = header.base
    for left in reversed(range(header.records)):
        begin = records.at
        try:
            record = records.take(records.number())
        except _Malformed as error:
            yield lost(header, records.rest(begin), offset, header.last, str(error))
            return
        found = _found(header, record, offset, header.last - left)
        yield found
        offset = found.offset + 1
    if records.left and offset <= header.last:
        yield lost(header, records.rest(records.at), offset, header.last, "they follow the last record of the batch")


def _found(header: Header, record: bytes, earliest: int, latest: int) -> Found:
    """The record at its offset, or what is left of it at the earliest."""
    try:
        found = _read(header, _Cursor(record))
    except _Malformed as error:
        return lost(header, record, earliest, earliest, str(error))
    if not earliest <= found.offset <= latest:
        return lost(header, record, earliest, earliest, "its offset is not its place in the batch")
    return found


def _read(header: Header, record: _Cursor) -> Found:
    record.take(1)  # Attributes, of which none is in use.
    timestamp = header.first_timestamp + record.number()
    offset = header.base + record.number()
    key, value = record.nullable(), record.nullable()
    count = record.number()
    if count < 0:
        raise _Malformed("the count of headers is negative")
    headers = [(record.take(record.number()), record.nullable()) for _ in range(count)]
    if record.left:
        raise _Malformed("bytes follow the last header")
    try:
        names = [name.decode() for name, _ in headers]
    except UnicodeDecodeError:
        names = [name.decode(errors="backslashreplace") for name, _ in headers]
        value = Damaged(value or b"", "the name of a header is not UTF-8")
    if header.timestamp_type:
        timestamp = header.max_timestamp
    held = zip(names, (content for _, content in headers), strict=True)
    return Found(offset, timestamp, header.timestamp_type, key, value, tuple(held))
