"""What many send at the same time goes together, and each knows of its own."""

import asyncio
from collections.abc import Sequence

import pytest

from streams.errors import Busy, Refused
from streams.kafka.pooled import Pooled
from streams.protocols import Message


def message(value: str) -> Message:
    return Message(role="posts", key=b"330206104000", value=value.encode())


class Slow:
    """A log whose requests take a turn of the loop; `fails` are raised by those that hold this value."""

    def __init__(self, **fails: Exception) -> None:
        self.requests: list[list[str]] = []
        self.fails = fails
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    async def send(self, messages: Sequence[Message]) -> None:
        values = [each.value.decode() for each in messages]
        self.requests.append(values)
        await self.goes_on.wait()
        await asyncio.sleep(0)
        for value in values:
            if value in self.fails:
                raise self.fails[value]


async def all_sent(log: Slow, *values: str) -> list[BaseException | None]:
    pooled = Pooled(log.send)
    return await asyncio.gather(*[pooled.send([message(value)]) for value in values], return_exceptions=True)


async def test_what_comes_while_a_request_is_under_way_goes_together() -> None:
    """A hundred pages that were read at the same time cost two requests, in the order in which they were asked for."""
    log = Slow()
    values = [str(number) for number in range(100)]
    assert await all_sent(log, *values) == [None] * 100
    assert log.requests == [values[:1], values[1:]]


async def test_a_failure_is_everybodys_in_it() -> None:
    """After it nobody knows what stands: each sends again. The next request is another matter."""
    log = Slow(b=Busy("away"))
    outcomes = await all_sent(log, "a", "b", "c")
    assert [type(outcome) for outcome in outcomes] == [type(None), Busy, Busy]
    pooled = Pooled(log.send)
    await pooled.send([message("d")])


async def test_a_record_that_is_refused_refuses_no_other() -> None:
    """One that is too large for its topic: the others are sent without it."""
    log = Slow(b=Refused("too large"))
    outcomes = await all_sent(log, "a", "b", "c")
    assert [type(outcome) for outcome in outcomes] == [type(None), Refused, type(None)]
    assert log.requests[-1] == ["c"]


async def test_whoever_waits_is_not_left_when_another_is_cancelled() -> None:
    """A crawler that is asked to end in the middle of a request: nobody hangs, and nobody takes it for sent."""
    log = Slow()
    log.goes_on.clear()
    pooled = Pooled(log.send)
    tasks = [asyncio.create_task(pooled.send([message(value)])) for value in "abc"]
    await asyncio.sleep(0.01)
    tasks[0].cancel()
    await asyncio.sleep(0.01)
    assert log.requests == [["a"], ["b", "c"]]
    tasks[1].cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(tasks[2], 1)
