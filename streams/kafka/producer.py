"""Kafka's client for producing, which is thrown away when it has failed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from aiokafka import AIOKafkaProducer

from streams.errors import Busy
from streams.kafka.access import Servers, arguments
from streams.kafka.failures import busy_when_away

BATCH: Final = 512 * 1024
"""Bytes in one produce request of a partition: half of the least `max.message.bytes`. A larger record goes alone."""

CLOSING: Final = 1.0
"""Seconds that each part of a client has to end."""


class Producer:
    """A client, and another one after each failure.

    An idempotent client numbers what it sends in each partition. A record that the broker refused, or of which nobody
    knows, leaves a gap there, over which the broker takes nothing more; a client in a fatal state sends nothing more;
    and one whose broker is away tries for ever. So one that failed is thrown away with all that it still holds: whoever
    sent that sends it again, at most as often as it was told to.

    Args:
        servers: where Kafka is, and how to be let in.
        idempotent: let Kafka drop repeats of a retried request; the embedded broker cannot.
        patience: seconds within which Kafka must acknowledge a request.
    """

    def __init__(self, servers: Servers, *, idempotent: bool, patience: float) -> None:
        self.patience = patience
        self._servers, self._idempotent = servers, idempotent
        self._client: AIOKafkaProducer | None = None
        self._opening, self._closed = asyncio.Lock(), False

    async def client(self) -> AIOKafkaProducer:
        """The client, started.

        Raises:
            Busy: no broker answers; or this producer is closed.
            Misconfigured: it does not let us in.
        """
        async with self._opening:
            if self._closed:
                raise Busy(f"the producer for Kafka at {self._servers} is closed")
            if self._client is None:
                self._client = await self._opened()
            return self._client

    async def _opened(self) -> AIOKafkaProducer:
        client = AIOKafkaProducer(
            **arguments(self._servers),
            acks="all",
            enable_idempotence=self._idempotent,
            max_batch_size=BATCH,
            request_timeout_ms=int(self.patience * 1000),
        )
        try:
            async with busy_when_away(self._servers, "Write on the deployment's topics"):
                await asyncio.wait_for(client.start(), self.patience)
        except BaseException:
            await _discard(client)
            raise
        return client

    async def replace(self, client: AIOKafkaProducer) -> None:
        """This client has failed: the next request opens another."""
        if client is self._client:
            self._client = None
            await _discard(client)

    async def close(self) -> None:
        """Give up what is not acknowledged, and send nothing more."""
        self._closed = True
        if self._client:
            await self.replace(self._client)


async def _discard(client: AIOKafkaProducer) -> None:
    """End a client without its own `stop`, which waits until the broker has taken all that it holds."""
    client._closed = True  # noqa: SLF001 - else it warns
    for end in (client._sender.close, client.client.close):  # noqa: SLF001 - aiokafka has no public way
        with suppress(Exception):  # Also what the client failed of, which was told when it did.
            await asyncio.wait_for(end(), CLOSING)


@asynccontextmanager
async def open_producer(
    servers: Servers, *, idempotent: bool = False, patience: float = 10.0
) -> AsyncIterator[Producer]:
    """A started producer that waits for all in-sync replicas; see `Producer`.

    Raises:
        Busy: no broker answers.
        Misconfigured: it does not let us in.
    """
    producer = Producer(servers, idempotent=idempotent, patience=patience)
    await producer.client()
    try:
        yield producer
    finally:
        await producer.close()
