"""A producer that sends at least once: what is not acknowledged in time is sent again, with others behind it."""

import asyncio
from collections.abc import Iterable, Sequence
from itertools import islice
from types import TracebackType
from typing import Any, Final, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from tests.real.chaos.content import Made

CHUNK: Final = 100


class Producer:
    """Sends records to one topic.

    Attributes:
        acknowledged: names of the records that the broker has.
        again: how many were sent once more because no acknowledgement came.
    """

    def __init__(self, kafka: str, topic: str) -> None:
        self._topic, self.acknowledged, self.again = topic, set[str](), 0
        self._producer = AIOKafkaProducer(
            bootstrap_servers=kafka, acks="all", request_timeout_ms=4_000, retry_backoff_ms=200, linger_ms=5
        )

    async def __aenter__(self) -> Self:
        await self._producer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await asyncio.wait({asyncio.ensure_future(self._producer.stop())}, timeout=10)

    async def send(self, records: Iterable[Made], *, rate: float) -> None:
        """Send all, so many a second at most; returns when all are acknowledged."""
        waiting, clock = iter(records), asyncio.get_running_loop().time
        next_at = clock()
        while chunk := list(islice(waiting, CHUNK)):
            next_at = max(next_at + len(chunk) / rate, clock())
            while chunk := await self._unacknowledged(chunk):
                self.again += len(chunk)
                await asyncio.sleep(0.5)
            await asyncio.sleep(next_at - clock())

    async def _unacknowledged(self, chunk: Sequence[Made]) -> list[Made]:
        answers = await asyncio.gather(*(self._one(made) for made in chunk), return_exceptions=True)
        for made, answer in zip(chunk, answers, strict=True):
            if isinstance(answer, BaseException) and not isinstance(answer, KafkaError):
                raise answer
            if not isinstance(answer, BaseException):
                self.acknowledged.add(made.name)
        return [made for made, answer in zip(chunk, answers, strict=True) if isinstance(answer, KafkaError)]

    async def _one(self, made: Made) -> Any:
        sending = await self._producer.send(
            self._topic, made.value, key=made.key, partition=made.partition, headers=list(made.headers)
        )
        return await sending
