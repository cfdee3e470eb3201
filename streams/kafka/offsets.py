"""Where the log begins, which retention decides, and where the group stands, which its coordinator may not know yet."""

from collections.abc import Collection
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import NotCoordinatorForGroupError, for_code
from aiokafka.protocol.commit import OffsetFetchRequest

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


def heed_errors(coordinator: Any) -> None:
    """Have aiokafka's group coordinator ask again when the broker could not say what is committed.

    A broker that has just started answers with an error beside an empty list of partitions (OffsetFetch, version 2 and
    later). aiokafka 0.14 looks into the list only, and takes that for a group that has committed nothing: after a
    broker's restart everything that the topic keeps would be read again.
    """
    send = coordinator._send_req  # noqa: SLF001 - aiokafka has no public way

    async def heeded(request: Any) -> Any:
        answer = await send(request)
        if isinstance(request, OffsetFetchRequest) and (code := getattr(answer, "error_code", 0)):
            error = for_code(code)
            if error is NotCoordinatorForGroupError:
                coordinator.coordinator_dead()
            raise error
        return answer

    coordinator._send_req = heeded  # noqa: SLF001
