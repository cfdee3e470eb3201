"""What producers pack is unpacked, in each of Kafka's ways, and never to more than was meant."""

import contextlib
import zlib
from struct import pack

import cramjam
import pytest
from aiokafka.codec import gzip_encode, lz4_encode, snappy_encode, zstd_encode
from hypothesis import given
from hypothesis import strategies as st

from streams.kafka.codecs import MOST, XERIAL, unpack

PACK = {1: gzip_encode, 2: snappy_encode, 3: lz4_encode, 4: zstd_encode}
BLOCK = bytes(snappy_encode(b"abc" * 100, xerial_compatible=False))


@pytest.mark.parametrize("codec", PACK)
@given(content=st.binary(max_size=200_000))
def test_what_is_packed_is_unpacked(codec: int, content: bytes) -> None:
    """gzip, Snappy in blocks, LZ4, Zstandard: the same bytes come out."""
    assert unpack(codec, PACK[codec](content)) == content


def test_snappy_without_blocks_is_read_too() -> None:
    """librdkafka, and all that is built on it, writes one raw block."""
    assert unpack(2, BLOCK) == b"abc" * 100


@pytest.mark.parametrize("codec", PACK)
def test_a_bomb_is_not_unpacked(codec: int) -> None:
    """A gigabyte of zeros in a batch that any topic takes would end the worker at every start."""
    assert len(unpack(codec, PACK[codec](bytes(1000)), most=1000)) == 1000
    with pytest.raises(Exception, match=r".+"):
        unpack(codec, PACK[codec](bytes(1001)), most=1000)


def test_snappys_lengths_are_looked_at() -> None:
    """A block that claims four gigabytes gets none; one of a negative length leads nowhere, and not back."""
    with pytest.raises(ValueError, match="more than"):
        unpack(2, b"\xff\xff\xff\xff\x0f" + BLOCK)
    for size in (0, -4, -8, -2_000_000_000, 2_000_000_000):
        with pytest.raises(ValueError, match="a block's length"):
            unpack(2, XERIAL + bytes(8) + pack(">i", size) + BLOCK)


@pytest.mark.parametrize("codec", PACK)
@given(content=st.binary(max_size=300))
def test_other_bytes_raise_and_do_nothing_worse(codec: int, content: bytes) -> None:
    """Whatever bytes: an answer or an error."""
    with contextlib.suppress(ValueError, OSError, EOFError, zlib.error, cramjam.DecompressionError):
        assert len(unpack(codec, content)) <= MOST
