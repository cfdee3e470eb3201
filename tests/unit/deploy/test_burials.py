"""An operator sees that records die, how many, why and where; nobody sees what was in them."""

import asyncio
from datetime import UTC, datetime

from prometheus_client import generate_latest
from structlog.testing import capture_logs

from deploy.burials import Burials
from deploy.health import Metrics
from streams.batch.letters import Letters
from streams.protocols import Message, Record
from streams.records import Position, Reason

WORDS = "张三的电话是 13800000000"


def letter(offset: int, *, reason: Reason = "unreadable", step: str = "read", partition: int = 3) -> Message:
    """A dead letter as the worker writes it."""
    at = Position("county.posts", partition, offset)
    record = Record(role="posts", position=at, key=None, value=WORDS.encode(), time=datetime(2026, 1, 1, tzinfo=UTC))
    letters = Letters(lambda raw: raw.hex())
    return letters.of(record, step=step, reason=reason, error=WORDS, township="990101101000", source="made up by x")


def alert() -> Message:
    return Message(role="alerts", key=b"990101101000", value=b"{}")


async def test_a_line_says_how_many_why_and_where() -> None:
    """One line for what was buried together; no line for anything else that is produced; no word of a record."""
    with capture_logs() as lines:
        burials = Burials(Metrics())
        burials([alert()])
        burials([letter(17), alert(), letter(42), letter(5, reason="step", step="classify", partition=1)])
        burials.close()
    assert lines == [
        {
            "event": "records became dead letters",
            "log_level": "warning",
            "count": 3,
            "reasons": {"unreadable (read)": 2, "step (classify)": 1},
            "places": {"county.posts/3": "17-42", "county.posts/1": "5"},
        }
    ]


async def test_a_flood_is_told_now_and_then() -> None:
    """The first burial is told at once, those behind it together after a pause, and the last ones at the end."""
    with capture_logs() as lines:
        burials = Burials(Metrics(), pause=0.05)
        for offset in range(100):
            burials([letter(offset)])
        assert [line["count"] for line in lines] == [1]
        await asyncio.sleep(0.08)
        assert [line["count"] for line in lines] == [1, 99]
        burials([letter(100)])
        burials.close()
        burials.close()
    assert [line["count"] for line in lines] == [1, 99, 1]


async def test_metrics_count_by_reason_and_step() -> None:
    """By reason, step, township and source; a source that nobody configured is `other`."""
    metrics = Metrics(["990101101000"], ["forum"])
    burials = Burials(metrics)
    burials([letter(1), letter(2), letter(3, reason="step", step="classify")])
    burials.close()
    text = generate_latest(metrics.registry).decode()
    place = 'source="other",step="{}",township="990101101000"'
    assert f'xiangyin_dead_letters_total{{reason="unreadable",{place.format("read")}}} 2.0' in text
    assert f'xiangyin_dead_letters_total{{reason="step",{place.format("classify")}}} 1.0' in text
