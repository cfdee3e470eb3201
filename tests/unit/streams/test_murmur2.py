"""A key's partition is the one that Java's clients choose."""

import pytest
from aiokafka.partitioner import murmur2 as reference
from hypothesis import given
from hypothesis import strategies as st

from streams.murmur2 import murmur2, partition


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_hashes_are_those_of_apache_kafka(key: bytes, expected: int) -> None:
    """The vectors of Apache Kafka's own UtilsTest (testMurmur2), there as signed integers."""
    assert murmur2(key) == expected & 0xFFFFFFFF


@given(st.binary(max_size=64))
def test_any_key_hashes_as_in_aiokafka(key: bytes) -> None:
    """Whatever the bytes, our hash is the one of the client that other programs use."""
    assert murmur2(key) == reference(key) & 0xFFFFFFFF


@given(st.binary(max_size=64), st.integers(1, 100))
def test_a_partition_is_one_of_those_there_are(key: bytes, partitions: int) -> None:
    """A partition lies between 0 and the last."""
    assert 0 <= partition(key, partitions) < partitions
