"""Produce records in order and wait until Kafka has all of them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import groupby
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from streams.errors import Refused
from streams.kafka.access import Servers, arguments
from streams.kafka.failures import busy_when_away, failure
from streams.kafka.ownership import Ownership
from streams.murmur2 import partition
from streams.protocols import Message
from streams.topics import PARTITIONS, topic

BATCH: Final = 512 * 1024
"""Bytes in one produce request of a partition: half of the least `max.message.bytes`. A larger record goes alone."""


Sent = Callable[[Sequence[Message]], None]
"""Told of messages once Kafka has all of them."""


def unheard(messages: Sequence[Message]) -> None:
    """Nobody needs to know."""


class KafkaLog:
    """The log on Kafka: implements `streams.protocols.Log`.

    Args:
        producer: a started producer with acks=all.
        servers: with which it was opened.
        deployment: topics are named `{deployment}.{role}`.
        partitions: of every topic of the deployment.
        ownership: None for a program that owns nothing: a crawler, an import.
        sent: told of messages once Kafka has all of them.
    """

    def __init__(
        self,
        producer: AIOKafkaProducer,
        servers: Servers,
        deployment: str,
        *,
        partitions: int = PARTITIONS,
        ownership: Ownership | None = None,
        sent: Sent = unheard,
    ) -> None:
        self._producer, self._servers, self._deployment = producer, servers, deployment
        self._partitions, self._ownership, self._sent = partitions, ownership, sent

    def partition(self, key: bytes) -> int:
        """The partition of a key, by Java's murmur2."""
        return partition(key, self._partitions)

    def assert_owned(self) -> None:
        """Raise Fenced when another worker may own our partitions by now."""
        if self._ownership:
            self._ownership.check()

    async def send(self, messages: Sequence[Message]) -> None:
        """Produce, and return when every message is acknowledged. Order holds within a partition.

        After Busy the caller sends all again: each message then stands once or more, and the first occurrences
        stand in order, because a partition's next request leaves only after the one before it was acknowledged.

        Raises:
            Busy: Kafka is away, or did not acknowledge in time.
            Refused: a message is larger than its topic takes.
            Misconfigured: Kafka does not let us in, or not write there.
        """

        def place(message: Message) -> tuple[str, int]:
            return topic(self._deployment, message.role), self.partition(message.key)

        sends = [
            self._send(name, number, list(group))
            for (name, number), group in groupby(sorted(messages, key=place), key=place)
        ]
        for outcome in await asyncio.gather(*sends, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome
        self._sent(messages)

    async def _send(self, name: str, number: int, messages: Sequence[Message]) -> None:
        try:
            for batch in self._batches(messages):
                acknowledged = await self._producer.send_batch(batch, name, partition=number)
                await acknowledged
        except MessageSizeTooLargeError as error:
            raise Refused(f"a record is too large for topic {name}: {error}") from error
        except KafkaError as error:
            raise await failure(self._servers, error, f"Write on topic {name}") from error

    def _batches(self, messages: Sequence[Message]) -> Iterator[Any]:
        batch = self._producer.create_batch()
        for message in messages:
            if not _append(batch, message):
                yield batch
                batch = self._producer.create_batch()
                _append(batch, message)
        if batch.record_count():
            yield batch


def _append(batch: Any, message: Message) -> bool:
    headers = list(message.headers.items())
    return batch.append(timestamp=None, key=message.key, value=message.value, headers=headers) is not None


@asynccontextmanager
async def open_producer(
    servers: Servers, *, idempotent: bool = False, patience: float = 10.0
) -> AsyncIterator[AIOKafkaProducer]:
    """A started producer that waits for all in-sync replicas.

    Args:
        servers: where Kafka is, and how to be let in.
        idempotent: let Kafka drop repeats of a retried request; the embedded broker cannot.
        patience: seconds after which an unacknowledged request fails.

    Raises:
        Busy: no broker answers.
        Misconfigured: it does not let us in.
    """
    producer = AIOKafkaProducer(
        **arguments(servers),
        acks="all",
        enable_idempotence=idempotent,
        max_batch_size=BATCH,
        request_timeout_ms=int(patience * 1000),
    )
    try:
        async with busy_when_away(servers, "Write on the deployment's topics"):
            await producer.start()
        yield producer
    finally:
        await producer.stop()
