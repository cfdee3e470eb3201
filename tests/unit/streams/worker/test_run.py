"""How a worker's process ends, and what the supervisor learns from it."""

import threading

import pytest

from streams.errors import Busy, Fenced, Misconfigured, NewerState, Refused, StoreRefuses
from streams.worker.deadline import Deadline
from streams.worker.run import describe, exit_code, how_to_mend


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
