"""Where settings become objects: what a crawler's and a worker's metrics may name."""

import json
import socket
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from prometheus_client import generate_latest
from structlog.testing import capture_logs

from deploy import health
from deploy.initialise import initialise
from deploy.producing import report
from deploy.settings.deployment import Settings, load
from deploy.wiring.observed import log_event, observer, source_teller
from deploy.wiring.servers import serve_health
from deploy.wiring.worker import source_names
from streams.crawl.servers import Servers
from streams.crawl.watch import Event
from streams.errors import Busy
from streams.protocols import Message
from tests.unit.streams.crawl.test_patient import Minutes


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A fresh deployment."""
    initialise(tmp_path, "town")
    return load(tmp_path / "deployment.yaml")


def counted(metrics: health.Metrics) -> Mapping[str, float]:
    lines = generate_latest(metrics.registry).decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if "records_total{" in line)}


def test_a_pages_own_words_are_no_label() -> None:
    """A board names its fields as it likes, and may do so after a person: signals count without them."""
    metrics = health.Metrics(sources=["board"])
    observe = observer(metrics)
    for number in range(300):
        observe("board", f"signal:unused:13812345678-{number}", 1)
    observe("board", "signal:items:missing", 1)
    observe("board", "error:RobotsDenied", 1)
    observe("board", "published", 7)
    assert counted(metrics) == {
        'xiangyin_records_total{source="board",township="",what="signal:unused"}': 300,
        'xiangyin_records_total{source="board",township="",what="signal:items:missing"}': 1,
        'xiangyin_records_total{source="board",township="",what="error:RobotsDenied"}': 1,
        'xiangyin_records_total{source="board",township="",what="published"}': 7,
    }


def test_messages_that_strangers_send_fill_no_log() -> None:
    """They are counted; a page that could not be read is said each time."""
    metrics = health.Metrics(sources=["hotline"])
    with capture_logs() as said:
        for name in ("error:message:unsigned", "error:message:unsigned", "error:server"):
            observer(metrics)("hotline", name, 1)
    assert [each["reason"] for each in said] == ["server"]
    assert counted(metrics)['xiangyin_records_total{source="hotline",township="",what="error:message:unsigned"}'] == 2


def test_a_file_that_could_not_be_read_is_named_in_the_log() -> None:
    """In the metrics it counts without its name: each would be a label of its own."""
    metrics = health.Metrics(sources=["exports"])
    with capture_logs() as said:
        for name in ("error:file:1123.xlsx", "error:file:1124.xlsx"):
            observer(metrics)("exports", name, 1)
    assert [each["reason"] for each in said] == ["file:1123.xlsx", "file:1124.xlsx"]
    assert counted(metrics) == {'xiangyin_records_total{source="exports",township="",what="error:file"}': 2}


def test_a_file_that_is_never_read_is_named_in_the_log_once() -> None:
    """Each visit meets it; by source and name, and in the metrics without its name."""
    metrics = health.Metrics(sources=["exports", "hotline"])
    observe = observer(metrics)
    with capture_logs() as said:
        for source in ("exports", "exports", "hotline"):
            observe(source, "signal:file:ignored:日报.xls", 1)
    assert [(each["source"], each["file"]) for each in said] == [("exports", "日报.xls"), ("hotline", "日报.xls")]
    assert counted(metrics)['xiangyin_records_total{source="exports",township="",what="signal:file:ignored"}'] == 2


def test_posts_that_are_refused_stand_in_the_log() -> None:
    """By our own servers; what a gateway's site closes is the rule and not news."""
    with capture_logs() as said:
        for name in ("refused:robots", "refused:log", "refused:store"):
            observer(health.Metrics())("board", name, 2)
    assert [(each["server"], each["posts"]) for each in said] == [("log", 2), ("store", 2)]


def test_what_could_not_be_read_is_named_with_where_it_is() -> None:
    """Its source's address, or folder: who reads the log need not look into the file of the source."""
    with capture_logs() as said:
        observe = observer(health.Metrics(), {"exports": "file:///srv/dropped"})
        observe("exports", "error:folder", 1)
        observe("hotline", "error:visit:KeyError", 1)
    assert [each.get("url") for each in said] == ["file:///srv/dropped", None]


def test_a_silent_source_shows_in_the_metrics_and_is_told_to_operators() -> None:
    """As a record of `.operations` with its own key, headers and what was expected; said twice it is one thing."""
    at = datetime(2026, 3, 1, 8, tzinfo=UTC)
    event = Event(
        event="source_silent", source="news", township="330206104000", reason="few", seen=0, since=at, time=at,
        expected=(1, 20), window_days=5,
    )  # fmt: skip
    told, again = report(event), report(replace(event, time=at + timedelta(hours=1)))
    assert (told.role, told.key) == ("operations", b"330206104000")
    assert json.loads(told.value) == {
        "event": "source_silent", "source": "news", "township": "330206104000", "reason": "few", "seen": 0,
        "since": "2026-03-01T08:00:00Z", "time": "2026-03-01T08:00:00Z", "expected": [1, 20], "window_days": 5,
    }  # fmt: skip
    assert told.headers["idempotency-key"] == again.headers["idempotency-key"]
    assert report(replace(event, event="source_recovered")).headers != told.headers
    metrics = health.Metrics(sources=["news"])
    observer(metrics)("news", "source_silent", 1)
    assert counted(metrics) == {'xiangyin_records_total{source="news",township="",what="source_silent"}': 1}


def test_a_worker_knows_its_sources_by_name(settings: Settings) -> None:
    """So that each counts by itself; where no source is configured, others publish, and the worker works."""
    assert list(source_names(settings, ["990101101000"])) == ["news"]
    for file in settings.sources.iterdir():
        file.unlink()
    assert list(source_names(settings, ["990101101000"])) == []


def test_a_health_port_that_is_taken_is_named(settings: Settings) -> None:
    """Two programs with one port: the second says which setting to change, and may be started again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Busy, match=f"health_port {port}: .* name another port"):
            serve_health(settings.model_copy(update={"health_port": port}), health.Metrics(), dict)


def test_the_log_of_a_trouble_says_the_trouble() -> None:
    """Its reason and what posts lack, beside the source: nobody has to read a topic to know."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    event = Event(
        event="source_silent", source="news", township="330206104000", reason="bare", seen=3, since=at, time=at,
        missing=("published",),
    )  # fmt: skip
    with capture_logs() as lines:
        log_event(event)
        log_event(replace(event, reason="barren", missing=(), why=("page:login",)))
    assert (lines[0]["source"], lines[0]["reason"], lines[0]["missing"]) == ("news", "bare", ("published",))
    assert (lines[1]["reason"], lines[1]["why"]) == ("barren", ("page:login",))


async def test_a_trouble_stands_in_the_log_once_however_long_kafka_is_away() -> None:
    """A visit insists on telling operators, for hours: who reads the log sees one line of it, when they were told."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    event = Event(event="source_silent", source="news", township="", reason="few", seen=0, since=at, time=at)
    attempts, sent = 0, list[Message]()

    async def send(messages: Sequence[Message]) -> None:
        nonlocal attempts
        attempts += 1
        if attempts < 10:
            raise Busy("Kafka is away")
        sent.extend(messages)

    tell, servers = source_teller(send), Servers(Minutes())
    with capture_logs() as lines:
        await servers.log.insist(lambda: tell(event))
    assert (len(sent), [line["event"] for line in lines]) == (1, ["a source is not as expected"])
