"""Health and metrics answer over HTTP, on loopback, whatever the worker does."""

import json
import time
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
from prometheus_client import generate_latest
from structlog.testing import capture_logs

from deploy import health
from streams.worker.status import Status


@pytest.fixture
def served() -> Iterator[tuple[HTTPConnection, health.Metrics, Status]]:
    metrics, status = health.Metrics(["990101101000"], ["forum"]), Status()
    metrics.watch(status)
    server = health.serve("127.0.0.1", 0, metrics, lambda: health.worker_health(status))
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    yield connection, metrics, status
    connection.close()
    server.shutdown()
    server.server_close()


def get(connection: HTTPConnection, path: str) -> tuple[int, str]:
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_metrics_count_by_name_and_show_lag(served: tuple[HTTPConnection, health.Metrics, Status]) -> None:
    """What came of the records, by township and source; what is behind, by role and partition."""
    connection, metrics, status = served
    metrics.add("judged", 3, township="990101101000", source="forum")
    metrics.add("busy")
    status.behind["posts", 2] = 7
    status.lost["posts", 2] = 1
    text = get(connection, "/metrics")[1]
    assert 'xiangyin_records_total{source="forum",township="990101101000",what="judged"} 3.0' in text
    assert 'xiangyin_events_total{what="busy"} 1.0' in text
    assert 'xiangyin_lag{partition="2",role="posts"} 7.0' in text
    assert 'xiangyin_lost_total{partition="2",role="posts"} 1.0' in text


def test_made_up_names_do_not_show(served: tuple[HTTPConnection, health.Metrics, Status]) -> None:
    """Anybody may publish under any source's name: what the deployment does not know counts together.

    It cannot fill the memory, nor write a person's number into a metric.
    """
    connection, metrics, _ = served
    for number in range(1500):
        metrics.add("judged", township="990101101000", source=f"made-up-{number}")
    metrics.add("dead", township="13812345678", source="13812345678")
    metrics.add("acted", township="990101101000", source="actions")
    metrics.add("dead", township="", source="")
    text = get(connection, "/metrics")[1]
    lines = {line for line in text.splitlines() if line.startswith("xiangyin_records_total{")}
    assert lines == {
        'xiangyin_records_total{source="other",township="990101101000",what="judged"} 1500.0',
        'xiangyin_records_total{source="other",township="other",what="dead"} 1.0',
        'xiangyin_records_total{source="actions",township="990101101000",what="acted"} 1.0',
        'xiangyin_records_total{source="",township="",what="dead"} 1.0',
    }


def test_health_tells_a_worker_that_shows_no_sign_of_life(
    served: tuple[HTTPConnection, health.Metrics, Status],
) -> None:
    """200 while it lives, 503 after a minute of silence."""
    connection, _, status = served
    code, said = get(connection, "/health")
    assert (code, json.loads(said)["healthy"]) == (200, True)
    status.alive = time.monotonic() - health.RECENT - 1
    assert get(connection, "/health")[0] == 503
    assert get(connection, "/elsewhere")[0] == 404


def test_metrics_say_which_sources_are_set_aside(served: tuple[HTTPConnection, health.Metrics, Status]) -> None:
    """One line a source, as long as it lasts; those that the deployment does not know count together."""
    connection, metrics, _ = served
    held = [("990101101000", "forum"), ("990101101000", "made up"), ("990101101000", "made up, too")]
    metrics.watch_quarantine(lambda: held)
    text = get(connection, "/metrics")[1]
    assert 'xiangyin_quarantined{source="forum",township="990101101000"} 1.0' in text
    assert 'xiangyin_quarantined{source="other",township="990101101000"} 2.0' in text
    assert "made up" not in text
    held.clear()
    assert "xiangyin_quarantined{" not in get(connection, "/metrics")[1]


def test_a_second_death_is_counted_by_name(served: tuple[HTTPConnection, health.Metrics, Status]) -> None:
    """Letters of records that had been sent again: a retry that did not help."""
    connection, metrics, _ = served
    metrics.bury("step", "classify", "990101101000", "forum")
    metrics.bury("step", "classify", "990101101000", "forum", again=True)
    assert 'xiangyin_events_total{what="dead_again"} 1.0' in get(connection, "/metrics")[1]


def test_a_worker_that_waits_says_why_and_is_well(served: tuple[HTTPConnection, health.Metrics, Status]) -> None:
    """A full disk has a name in `/health`, in the metrics and in the log, once; nobody restarts who waits for it."""
    connection, _, status = served
    status.alive = time.monotonic() - health.RECENT - 1
    with capture_logs() as logged:
        for _ in range(3):
            status.tell("disk_full", "http://es answered: make room")
        code, said = get(connection, "/health")
        metrics = get(connection, "/metrics")[1]
        status.tell(None, "")
    waiting = json.loads(said)["waiting"]
    assert code == 200
    assert (waiting["reason"], waiting["detail"]) == ("disk_full", "http://es answered: make room")
    assert 'xiangyin_waiting{reason="disk_full"} 1.0' in metrics
    assert 'xiangyin_waiting{reason="away"} 0.0' in metrics
    assert [(line["event"], line.get("why")) for line in logged] == [
        ("waiting for a server", "disk_full"),
        ("no longer waiting for a server", None),
    ]
    assert "waiting" not in json.loads(get(connection, "/health")[1])
    assert 'xiangyin_waiting{reason="disk_full"} 0.0' in get(connection, "/metrics")[1]


def test_a_crawler_that_waits_says_for_which_server() -> None:
    """In its metrics as in its health, and nothing of partitions, of which it has none."""
    status, metrics = Status(), health.Metrics()
    metrics.watch_waiting(status)
    status.tell("away", "http://127.0.0.1:9200 is away")
    said = generate_latest(metrics.registry).decode()
    assert 'xiangyin_waiting{reason="away"} 1.0' in said
    assert "xiangyin_ready" not in said
    waiting = health.crawler_health(status)["waiting"]
    assert isinstance(waiting, dict)
    assert (waiting["reason"], waiting["detail"]) == ("away", "http://127.0.0.1:9200 is away")
