"""Batches of records made by hand, after the protocol's own description: also such as no client would make."""

from collections.abc import Sequence
from struct import pack, pack_into

from aiokafka.record.util import calc_crc32c, encode_varint

from streams.kafka.salvage import LAYOUT, Header

CRC = 21
"""Byte after the checksum: from there on it counts."""

NOON = 1_767_268_800_000
"""2026-01-01 12:00 UTC in milliseconds."""

Headers = Sequence[tuple[bytes, bytes | None]]


def number(value: int) -> bytes:
    """A zigzag varint."""
    made = bytearray()
    encode_varint(value, made.append)
    return bytes(made)


def nullable(content: bytes | None) -> bytes:
    """A length and that many bytes; a length of -1 for null."""
    return number(-1) if content is None else number(len(content)) + content


def body(delta: int, value: bytes | None, *, key: bytes | None = None, headers: Headers = ()) -> bytes:
    """A record without its length."""
    names = b"".join(nullable(name) + nullable(content) for name, content in headers)
    return b"\0" + number(delta) + number(delta) + nullable(key) + nullable(value) + number(len(headers)) + names


def record(delta: int, value: bytes | None, *, key: bytes | None = None, headers: Headers = ()) -> bytes:
    """A record `delta` offsets and milliseconds behind the first one."""
    return nullable(body(delta, value, key=key, headers=headers))


def batch(records: Sequence[bytes], /, base: int = 0, **changes: int) -> bytes:
    """A batch of these records, its checksum right; `changes` are of fields of its header."""
    content = b"".join(records)
    fields = Header(
        base=base,
        length=LAYOUT.size - 12 + len(content),
        leader_epoch=0,
        magic=2,
        crc=0,
        attributes=0,
        last_delta=len(records) - 1,
        first_timestamp=NOON,
        max_timestamp=NOON + len(records) - 1,
        producer_id=-1,
        producer_epoch=-1,
        sequence=-1,
        records=len(records),
    )
    return signed(LAYOUT.pack(*fields._replace(**changes)) + content)


def signed(made: bytes) -> bytes:
    """The same bytes with the checksum that they ought to have."""
    return made[: CRC - 4] + pack(">I", calc_crc32c(made[CRC:])) + made[CRC:]


def moved(made: bytes, base: int) -> bytes:
    """The same batch elsewhere in the log, as a broker writes it."""
    placed = bytearray(made)
    pack_into(">q", placed, 0, base)
    return bytes(placed)
