"""Which partition a key belongs to: the hash by which Java's clients and aiokafka choose."""

from typing import Final

SEED: Final = 0x9747B28C
MULTIPLIER: Final = 0x5BD1E995
"""Both from org.apache.kafka.common.utils.Utils.murmur2 (Apache Kafka)."""

MASK: Final = 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    """Return Java's murmur2 of the bytes as an unsigned 32-bit integer."""
    h = SEED ^ len(data)
    whole = len(data) & ~3
    for at in range(0, whole, 4):
        k = int.from_bytes(data[at : at + 4], "little") * MULTIPLIER & MASK
        k = (k ^ k >> 24) * MULTIPLIER & MASK
        h = (h * MULTIPLIER ^ k) & MASK
    if whole < len(data):
        h = (h ^ int.from_bytes(data[whole:], "little")) * MULTIPLIER & MASK
    h = (h ^ h >> 13) * MULTIPLIER & MASK
    return h ^ h >> 15


def partition(key: bytes, partitions: int) -> int:
    """Return the partition, 0 to `partitions` - 1, where Java's default partitioner puts this key."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions
