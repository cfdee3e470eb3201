"""Unpack what a producer has packed, up to a size: a megabyte of zeros packed well is many gigabytes.

Source: Kafka protocol documentation, "Record Batch", bits 0-2 of the attributes; the blocks of snappy-java
(org.xerial.snappy.SnappyOutputStream) for Snappy.
"""

from collections.abc import Callable, Iterator, Mapping
from gzip import GzipFile
from io import BytesIO
from mmap import mmap
from struct import Struct
from typing import Final

import cramjam

MOST: Final = 32 * 1024 * 1024
"""Bytes that a batch may unpack to: thirty-two times the most that a topic takes packed."""

CODEC: Final = 0x07
"""The bits of a batch's attributes that name its codec."""

XERIAL: Final = b"\x82SNAPPY\0"
"""How a stream of snappy-java begins; two versions of four bytes each follow."""

SIZE: Final = Struct(">i")


def unpack(codec: int, packed: bytes, most: int = MOST) -> bytes:
    """What was packed with this codec.

    Raises:
        ValueError: the codec is not known, or it unpacks to more than `most` bytes.
        Exception: of each codec's own, when the bytes are not what it makes.
    """
    if codec not in CODECS:
        raise ValueError(f"codec {codec} is not known")
    return CODECS[codec][1](packed, most)


def name(codec: int) -> str:
    """The codec's name."""
    return CODECS[codec][0] if codec in CODECS else f"codec {codec}"


def _checked(unpacked: bytes, most: int) -> bytes:
    if len(unpacked) > most:
        raise ValueError(f"unpacks to more than {most} bytes")
    return unpacked


def _plain(packed: bytes, most: int) -> bytes:
    return _checked(packed, most)


def _gzip(packed: bytes, most: int) -> bytes:
    with GzipFile(fileobj=BytesIO(packed)) as file:
        return _checked(file.read(most + 1), most)


def _lz4(packed: bytes, most: int) -> bytes:
    return _within(most, lambda room: cramjam.lz4.decompress_into(packed, room))


def _zstd(packed: bytes, most: int) -> bytes:
    return _within(most, lambda room: cramjam.zstd.decompress_into(packed, room))


def _within(most: int, unpack_into: Callable[[mmap], int]) -> bytes:
    """What does not fit into the room raises. Mapped memory costs nothing until it is written to."""
    with mmap(-1, most) as room:
        return room[: unpack_into(room)]


def _snappy(packed: bytes, most: int) -> bytes:
    made = bytearray()
    for block in _blocks(packed) if packed.startswith(XERIAL) else (packed,):
        if len(made) + cramjam.snappy.decompress_raw_len(block) > most:
            raise ValueError(f"unpacks to more than {most} bytes")
        made += bytes(cramjam.snappy.decompress_raw(block))
    return bytes(made)


def _blocks(stream: bytes) -> Iterator[bytes]:
    begin = len(XERIAL) + 8
    while begin < len(stream):
        (size,) = SIZE.unpack_from(stream, begin)
        begin += SIZE.size
        if not 0 < size <= len(stream) - begin:
            raise ValueError("a block's length is not positive or beyond the end")
        yield stream[begin : begin + size]
        begin += size


CODECS: Final[Mapping[int, tuple[str, Callable[[bytes, int], bytes]]]] = {
    0: ("no codec", _plain),
    1: ("gzip", _gzip),
    2: ("snappy", _snappy),
    3: ("lz4", _lz4),
    4: ("zstd", _zstd),
}
