"""Reading a topic to its end, and records by their place, asked of a broker."""

import asyncio

import pytest

from streams.errors import Busy
from streams.kafka import reading
from streams.topics import topic
from tests.contract.bench import Bench

HERE, THERE = "330206104000", "330206105000"


async def read(bench: Bench, role: str = "dead") -> list[bytes]:
    """The values of a topic."""
    return [
        record.value async for record in reading.whole(bench.servers, topic(bench.deployment, role), bench.partitions)
    ]


async def test_an_empty_topic_has_an_end_too(bench: Bench) -> None:
    """Nobody waits for a first record."""
    assert await asyncio.wait_for(read(bench), 15) == []


async def test_a_topic_is_read_from_its_beginning_to_its_end(bench: Bench) -> None:
    """Every record once, in order within a partition, batches and single ones, over all partitions."""
    values = [str(number) for number in range(700)]
    await bench.publish("dead", values, keys=[HERE, THERE])
    await bench.publish("dead", ["last"])
    found = [value.decode() for value in await read(bench)]
    assert sorted(found) == sorted([*values, "last"])
    assert [each for each in found if each.isdigit() and int(each) % 2] == [each for each in values if int(each) % 2]


async def test_a_record_is_found_by_its_place(bench: Bench) -> None:
    """In whatever order they are asked for; one that is not there is left out."""
    await bench.publish("dead", [str(number) for number in range(9)])
    name = topic(bench.deployment, "dead")
    (partition,) = {record.partition async for record in reading.whole(bench.servers, name, bench.partitions)}
    places = [(partition, 7), (partition, 2), (partition, 3)]
    assert [record.value async for record in reading.single(bench.servers, name, places)] == [b"7", b"2", b"3"]
    assert [record async for record in reading.single(bench.servers, name, [])] == []


async def test_a_broker_that_is_away_is_named() -> None:
    """Whoever asks gets the address to look at."""
    with pytest.raises(Busy, match=r"127\.0\.0\.1:1"):
        assert [record async for record in reading.whole("127.0.0.1:1", "d.dead", 1)] == []
