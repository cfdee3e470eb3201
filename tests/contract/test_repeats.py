"""The producer as production has it, which lets Kafka drop repeats: no failure of it lasts, and none is waited out.

The embedded broker knows no idempotent producer, so all of this is asked of Apache Kafka.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import ProducerFenced

from streams.errors import Busy, Refused
from streams.kafka.log import KafkaLog
from streams.kafka.producer import Producer, open_producer
from streams.protocols import Message
from tests.contract.bench import Bench
from tests.contract.test_log import KEY, stored
from tests.real.servers import RealServers
from tests.servers import ONLY_REAL, silenced

pytestmark = ONLY_REAL

PATIENCE = 2.0


@pytest.fixture
async def producer(bench: Bench) -> AsyncIterator[Producer]:
    """An idempotent producer. However the test left it, it is closed at once."""
    async with open_producer(bench.servers, idempotent=True, patience=PATIENCE) as producer:
        yield producer
        closing = time.monotonic()
    assert time.monotonic() - closing < 2.5


@pytest.fixture
def log(bench: Bench, producer: Producer) -> KafkaLog:
    return KafkaLog(producer, bench.servers, bench.deployment, partitions=bench.partitions)


def message(value: str) -> Message:
    return Message(role="posts", key=KEY.encode(), value=value.encode())


async def test_nobody_waits_for_ever_for_a_broker_that_is_silent(bench: Bench, log: KafkaLog) -> None:
    """It holds a record and acknowledges nothing: Busy within the patience, again and again, naming the server.

    What was not acknowledged is given up, so that it stands no oftener than it was sent; each stands in order.
    """
    await log.send([message("a")])
    with silenced(bench.servers):
        for _ in range(2):
            began = time.monotonic()
            with pytest.raises(Busy, match=bench.servers):
                await log.send([message("b"), message("c")])
            assert time.monotonic() - began < 2 * PATIENCE + 2
    await log.send([message("b"), message("c")])
    await log.send([message("d")])
    found = [value for _, value in await stored(bench, "posts", 4)]
    assert list(dict.fromkeys(found)) == ["a", "b", "c", "d"]
    assert found.count("b") <= 3


async def test_nobody_waits_for_ever_for_a_broker_that_is_away(
    servers: RealServers, bench: Bench, log: KafkaLog
) -> None:
    """It dies: Busy within the patience; what is sent once it is back stands."""
    await log.send([message("a")])
    await asyncio.to_thread(servers.broker.kill)
    try:
        began = time.monotonic()
        with pytest.raises(Busy, match=bench.servers):
            await log.send([message("b")])
        assert time.monotonic() - began < PATIENCE + 2
    finally:
        await asyncio.to_thread(servers.broker.start)
    await _insist(log, message("b"))
    assert list(dict.fromkeys(value for _, value in await stored(bench, "posts", 2))) == ["a", "b"]


async def test_a_record_that_is_too_large_harms_none_behind_it(bench: Bench, log: KafkaLog) -> None:
    """Refused, and the next one of its partition is taken: no gap is left in the numbers by which repeats are known."""
    await log.send([message("a")])
    for value in ("b", "c"):
        with pytest.raises(Refused, match=r"too large for topic .*\.posts"):
            await log.send([message("x" * 1_500_000)])
        await log.send([message(value)])
    assert [value for _, value in await stored(bench, "posts", 3)] == ["a", "b", "c"]


def _leave_a_gap(client: AIOKafkaProducer) -> None:
    """As a broker sees it that has lost the end of its log."""
    numbers = client._txn_manager._sequence_numbers
    for place in numbers:
        numbers[place] += 7


def _fail_for_good(client: AIOKafkaProducer) -> None:
    client._message_accumulator.fail_all(ProducerFenced())


@pytest.mark.parametrize("harm", [_leave_a_gap, _fail_for_good])
async def test_a_producer_that_is_refused_is_replaced(
    bench: Bench, producer: Producer, log: KafkaLog, harm: Callable[[AIOKafkaProducer], None]
) -> None:
    """Numbers out of order, or a state that nothing mends: Busy once, and the same record is taken the next time."""
    await log.send([message("a")])
    harm(await producer.client())
    with pytest.raises(Busy, match=rf"{bench.servers}.*(OutOfOrderSequenceNumber|ProducerFenced)"):
        await log.send([message("b")])
    await log.send([message("b")])
    assert [value for _, value in await stored(bench, "posts", 2)] == ["a", "b"]


async def _insist(log: KafkaLog, message: Message) -> None:
    for _ in range(100):
        try:
            return await log.send([message])
        except Busy:
            await asyncio.sleep(0.1)
    raise AssertionError("never taken")
