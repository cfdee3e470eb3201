"""Read a topic from its beginning to where it ends now, without a group."""

import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.errors import Busy
from streams.kafka.access import Servers, arguments
from streams.kafka.failures import busy_when_away

POLL: Final = 200
"""Milliseconds that one look waits for records."""

PATIENCE: Final = 20.0
"""Seconds without a record before the end, after which the broker is called busy."""


async def whole(servers: Servers, name: str, partitions: int) -> AsyncIterator[Any]:
    """Every record that stands in the topic now, in order within each partition.

    Where a partition ends is what the first fetch of it says: the embedded broker answers wrongly when it is asked.

    Raises:
        Busy: the broker is away, or stops answering.
        Misconfigured: it does not let us in, or not read this.
    """
    places = {TopicPartition(name, number) for number in range(partitions)}
    async with _consumer(servers, places) as consumer:
        ends: dict[TopicPartition, int] = {}
        deadline = time.monotonic() + PATIENCE
        while places:
            batches = await consumer.getmany(*places, timeout_ms=POLL, max_records=500)
            ends |= {each: end for each in places - ends.keys() if (end := consumer.highwater(each)) is not None}
            for place, records in batches.items():
                for record in records:
                    if record.offset < ends[place]:
                        yield record
            if batches:
                deadline = time.monotonic() + PATIENCE
            if time.monotonic() > deadline:
                raise Busy(f"Kafka at {servers} sends nothing more of {name} before its end")
            places = {each for each in places if each not in ends or await consumer.position(each) < ends[each]}


async def single(servers: Servers, name: str, places: Iterable[tuple[int, int]]) -> AsyncIterator[Any]:
    """The records at these places (partition, offset); one that is not there any more is left out.

    Raises:
        Busy: the broker is away, or stops answering.
        Misconfigured: it does not let us in, or not read this.
    """
    if not (wanted := list(places)):
        return
    async with _consumer(servers, {TopicPartition(name, partition) for partition, _ in wanted}) as consumer:
        for partition, offset in wanted:
            place = TopicPartition(name, partition)
            consumer.seek(place, offset)
            batches = await consumer.getmany(place, timeout_ms=int(PATIENCE * 1000), max_records=1)
            if not batches and (await consumer.beginning_offsets([place]))[place] <= offset:
                raise Busy(f"Kafka at {servers} does not send {name}, partition {partition}, offset {offset}")
            for record in batches.get(place, ()):
                if record.offset == offset:
                    yield record


@asynccontextmanager
async def _consumer(servers: Servers, places: Iterable[TopicPartition]) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(**arguments(servers), enable_auto_commit=False, auto_offset_reset="earliest")
    try:
        async with busy_when_away(servers):
            await consumer.start()
            consumer.assign(list(places))
            yield consumer
    finally:
        await consumer.stop()
