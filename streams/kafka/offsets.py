"""Where the log begins: what retention has left of each partition."""

from collections.abc import Collection

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from streams.errors import Busy
from streams.kafka.access import Servers, arguments


async def earliest(servers: Servers, places: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """Return the first offset that is still there, by topic and partition.

    Asked over a connection of its own: over the worker's, the answer waits behind a fetch for up to 1.5 s.

    Raises:
        Busy: the broker is away.
    """
    consumer = AIOKafkaConsumer(**arguments(servers))
    try:
        await consumer.start()
        found = await consumer.beginning_offsets([TopicPartition(*place) for place in places])
    except (KafkaError, OSError) as error:
        raise Busy(f"Kafka at {servers}: {type(error).__name__}: {error}") from error
    finally:
        await consumer.stop()
    return {(place.topic, place.partition): offset for place, offset in found.items()}
