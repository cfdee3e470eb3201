"""Produce records in order and wait until Kafka has all of them."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from streams.errors import Busy, Refused
from streams.kafka.access import Servers
from streams.kafka.failures import failure
from streams.kafka.ownership import Ownership
from streams.kafka.producer import Producer
from streams.murmur2 import partition
from streams.protocols import Message
from streams.topics import PARTITIONS, topic

Sent = Callable[[Sequence[Message]], None]
"""Told of messages once Kafka has all of them."""


def unheard(messages: Sequence[Message]) -> None:
    """Nobody needs to know."""


class KafkaLog:
    """The log on Kafka: implements `streams.protocols.Log`.

    Args:
        producer: see `open_producer`.
        servers: with which it was opened.
        deployment: topics are named `{deployment}.{role}`.
        partitions: of every topic of the deployment.
        ownership: None for a program that owns nothing: a crawler, an import.
        sent: told of messages once Kafka has all of them.
    """

    def __init__(
        self,
        producer: Producer,
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

        After Busy or Refused each message stands, or may come yet, or not. Who sends all again has each once or more,
        and the first occurrences in order, because a partition's next request leaves only after the one before it was
        acknowledged; so every message has an id by which repeats are known.

        Raises:
            Busy: Kafka is away, or did not acknowledge in time.
            Refused: a message is larger than its topic takes.
            Misconfigured: Kafka does not let us in, or not write there.
        """

        def place(message: Message) -> tuple[str, int]:
            return topic(self._deployment, message.role), self.partition(message.key)

        client = await self._producer.client()
        sends = [
            self._send(client, name, number, list(group))
            for (name, number), group in groupby(sorted(messages, key=place), key=place)
        ]
        outcomes = await asyncio.gather(*sends, return_exceptions=True)
        if failures := [each for each in outcomes if each]:
            await self._producer.replace(client)
            raise failures[0]
        self._sent(messages)

    async def send_what_fits(self, messages: Sequence[Message]) -> Sequence[int]:
        """Produce as `send` does, and answer which of them are larger than their topic takes: they hold up no other."""
        try:
            await self.send(messages)
        except Refused:
            return [number for number, each in enumerate(messages) if not await self._fits(each)]
        return ()

    async def _fits(self, message: Message) -> bool:
        try:
            await self.send([message])
        except Refused:
            return False
        return True

    async def _send(self, client: AIOKafkaProducer, name: str, number: int, messages: Sequence[Message]) -> None:
        try:
            for batch in self._batches(client, messages):
                await asyncio.wait_for(_acknowledged(client, batch, name, number), self._producer.patience)
        except MessageSizeTooLargeError as error:
            raise Refused(f"a record is too large for topic {name} (max.message.bytes)") from error
        except TimeoutError as error:
            raise Busy(
                f"Kafka at {self._servers} has not acknowledged records of {name} for {self._producer.patience:g} s"
            ) from error
        except KafkaError as error:
            raise await failure(self._servers, error, f"Write on topic {name}") from error

    @staticmethod
    def _batches(client: AIOKafkaProducer, messages: Sequence[Message]) -> Iterator[Any]:
        batch = client.create_batch()
        for message in messages:
            if not _append(batch, message):
                yield batch
                batch = client.create_batch()
                _append(batch, message)
        if batch.record_count():
            yield batch


async def _acknowledged(client: AIOKafkaProducer, batch: Any, name: str, number: int) -> None:
    """Return when Kafka has the batch. The client trips over a batch whose future was cancelled, so that is not."""
    await asyncio.shield(await client.send_batch(batch, name, partition=number))


def _append(batch: Any, message: Message) -> bool:
    headers = list(message.headers.items())
    return batch.append(timestamp=None, key=message.key, value=message.value, headers=headers) is not None
