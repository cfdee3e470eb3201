"""How a worker's process ends, and what the supervisor learns from it."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from streams.errors import Busy, Fenced, Misconfigured, NewerState, Refused, StoreRefuses
from streams.kafka.ownership import Ownership
from streams.worker import run
from streams.worker.deadline import Deadline
from streams.worker.processor import Processor
from streams.worker.run import describe, exit_code, how_to_mend
from streams.worker.settings import WorkerSettings
from streams.worker.status import Status


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ValueError("x"), 70),
        (Busy("x"), 75),
        (Fenced("x"), 75),
        (NewerState("x"), 78),
        (Misconfigured("x"), 78),
        (StoreRefuses("x"), 78),
        (Refused("a record is too large for topic x"), 78),
    ],
)
def test_the_exit_code_tells_the_remedy(error: Exception, code: int) -> None:
    """70 is a failure, 75 asks for a fresh start, 78 for a person."""
    assert exit_code(error) == code


def test_a_deadline_ends_the_process_unless_cancelled() -> None:
    """The end comes from a thread of its own, with the code that was given; a cancelled deadline never comes."""
    ended = threading.Event()
    codes: list[int] = []

    def end(code: int) -> None:
        codes.append(code)
        ended.set()

    Deadline(0.3, 1, "cancelled", end=end).cancel()
    Deadline(0.6, 70, "passed", end=end)
    assert ended.wait(5)
    assert codes == [70]


def test_a_foreign_message_is_not_logged() -> None:
    """A library's message may quote a resident's words; the log names its kind only. Our own say what to do."""
    assert describe(KeyError("13800000000")) == "KeyError"
    assert describe(Busy("Elasticsearch at 127.0.0.1:1")) == "Busy: Elasticsearch at 127.0.0.1:1"


def test_what_can_be_expected_is_no_trace() -> None:
    """A server that is away or a missing topic is a message with a remedy; only a defect shows where it happened."""
    assert how_to_mend(Busy("Kafka at 127.0.0.1:9092")) == {"remedy": "xiangyin check"}
    with pytest.raises(KeyError) as defect:
        dict[str, int]()["13800000000"]
    shown = how_to_mend(defect.value)
    assert list(shown) == ["trace"]
    assert "test_run.py" in str(shown)


class Idle:
    """A reader that joins its group, and reads nothing."""

    def __init__(self, *_: object) -> None: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


@pytest.mark.parametrize("what", ["watch_broker", "_turn"])
async def test_what_goes_on_beside_the_reading_ends_with_the_worker_only(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A watch that dies unseen would let the next outage of Kafka end the worker as stalled: its error is a failure."""

    @asynccontextmanager
    async def opened(_: Ownership) -> AsyncIterator[Processor]:
        yield None  # type: ignore[misc]

    async def fine(*_: object, **__: object) -> None: ...

    async def dies(*_: object) -> None:
        await asyncio.sleep(0)
        raise ValueError("of a library")

    for name, instead in (("Reader", Idle), ("check_topics", fine), ("watch", lambda *_: None), (what, dies)):
        monkeypatch.setattr(run, name, instead)
    settings, ownership = WorkerSettings(servers="127.0.0.1:1", deployment="d"), Ownership(session=6, rebalance=6)
    asked, failed = asyncio.get_running_loop().create_future(), asyncio.get_running_loop().create_future()
    failures: list[BaseException] = []

    def fail(error: BaseException) -> None:
        failures.append(error)
        asked.set_result(None)  # Else the process would end.

    await asyncio.wait_for(run._work(settings, opened, ownership, Status(), fail, asked, failed), 5)
    assert [str(each) for each in failures] == ["of a library"]
