"""Health and metrics answer over HTTP, on loopback, whatever the worker does."""

import json
import time
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from deploy import health
from streams.worker.status import Status


@pytest.fixture
def served() -> Iterator[tuple[HTTPConnection, health.Metrics, Status]]:
    metrics, status = health.Metrics(), Status()
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


def test_made_up_sources_do_not_fill_the_memory(served: tuple[HTTPConnection, health.Metrics, Status]) -> None:
    """Anybody may publish under any source's name: beyond a thousand they count together."""
    connection, metrics, _ = served
    for number in range(health.MOST + 500):
        metrics.add("judged", township="990101101000", source=f"made-up-{number}")
    text = get(connection, "/metrics")[1]
    assert 'xiangyin_records_total{source="other",township="other",what="judged"} 500.0' in text
    assert text.count("xiangyin_records_total{") == health.MOST + 1


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
