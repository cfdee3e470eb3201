"""Where the log begins, which retention decides."""

from collections.abc import Collection

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.kafka.access import Servers, arguments
from streams.kafka.failures import busy_when_away


async def earliest(servers: Servers, places: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """Return the first offset that is still there, by topic and partition.

    Asked over a connection of its own: over the worker's, the answer waits behind a fetch for up to 1.5 s.

    Raises:
        Busy: the broker is away.
        Misconfigured: it does not let us in, or not read this.
    """
    consumer = AIOKafkaConsumer(**arguments(servers))
    try:
        async with busy_when_away(servers):
            await consumer.start()
            found = await consumer.beginning_offsets([TopicPartition(*place) for place in places])
    finally:
        await consumer.stop()
    return {(place.topic, place.partition): offset for place, offset in found.items()}
