"""Health and metrics over HTTP, from a thread of their own: they answer even when the worker hangs."""

import collections
import json
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from streams.errors import WHYS
from streams.worker.status import Status

RECENT: Final = 60.0
"""Seconds without a sign of life after which a worker is not healthy."""


OTHER: Final = "other"
"""Label of what the deployment does not know by name."""


class Metrics:
    """Counts by name; implements `streams.batch.patience.Tally`.

    Every name is a label value of one counter, so that what the flow counts needs no second list here. A record's
    township and source are anybody's words: those that the deployment does not know count together as `other`, so
    that they neither show in a metric nor fill the memory.

    Args:
        townships: codes that have a label of their own.
        sources: names that have one; officers' decisions count as `actions`.
    """

    def __init__(self, townships: Iterable[str] = (), sources: Iterable[str] = ()) -> None:
        self._townships, self._sources = frozenset(("", *townships)), frozenset(("", "actions", *sources))
        self.registry = CollectorRegistry()
        self._records = Counter(
            "xiangyin_records", "Records by what came of them.", ["what", "township", "source"], registry=self.registry
        )
        self._dead = Counter(
            "xiangyin_dead_letters",
            "Records that became dead letters.",
            ["reason", "step", "township", "source"],
            registry=self.registry,
        )
        self._events = Counter("xiangyin_events", "Events of the pipeline.", ["what"], registry=self.registry)

    def add(self, name: str, amount: int = 1, **labels: str) -> None:
        """Count so many of a name; with a township and a source where it is about a record."""
        if labels:
            self._records.labels(name, *self._shown(labels.get("township", ""), labels.get("source", ""))).inc(amount)
        else:
            self._events.labels(name).inc(amount)

    def bury(self, reason: str, step: str, township: str, source: str, *, again: bool = False) -> None:
        """Count one dead letter; township and source are empty where the record could not be read.

        `again`: of a record that had been sent again from an earlier letter.
        """
        self._dead.labels(reason, step, *self._shown(township, source)).inc()
        if again:
            self.add("dead_again")

    def _shown(self, township: str, source: str) -> tuple[str, str]:
        return _known(township, self._townships), _known(source, self._sources)

    def watch(self, status: Status) -> None:
        """Show a worker's numbers, too."""
        self.registry.register(_Worker(status))

    def watch_waiting(self, status: Status) -> None:
        """Show of a crawler whether it waits for a server."""
        self.registry.register(_Waiting(status))

    def watch_quarantine(self, held: Callable[[], Collection[tuple[str, str]]]) -> None:
        """Show which sources are set aside: township and source of each, asked for whenever metrics are."""
        self.registry.register(_Quarantined(lambda: collections.Counter(self._shown(*each) for each in held())))


def _known(name: str, names: frozenset[str]) -> str:
    return name if name in names else OTHER


class _Worker(Collector):
    """A worker's status as metrics, read when they are asked for."""

    def __init__(self, status: Status) -> None:
        self._status = status

    def collect(self) -> Iterable[Metric]:
        status = self._status
        lag = GaugeMetricFamily("xiangyin_lag", "Records not yet acknowledged.", labels=["role", "partition"])
        for (role, partition), behind in list(status.behind.items()):
            lag.add_metric([role, str(partition)], behind)
        lost = CounterMetricFamily(
            "xiangyin_lost", "Records deleted before they were read.", labels=["role", "partition"]
        )
        for (role, partition), number in list(status.lost.items()):
            lost.add_metric([role, str(partition)], number)
        done = CounterMetricFamily("xiangyin_acknowledged", "Records acknowledged.", labels=["role"])
        for role, number in list(status.acknowledged.items()):
            done.add_metric([role], number)
        again = CounterMetricFamily("xiangyin_recreated", "Topics found created again.", labels=["role"])
        for role, number in list(status.recreated.items()):
            again.add_metric([role], number)
        ready = GaugeMetricFamily(
            "xiangyin_ready",
            "1 when partitions are assigned and loaded, and Kafka is there.",
            value=float(status.reads),
        )
        turns = CounterMetricFamily("xiangyin_rebalances", "Rebalances.", value=status.rebalances)
        return [lag, lost, done, again, ready, turns, *_Waiting(status).collect()]


class _Waiting(Collector):
    """Whether a server is waited for, read when it is asked for."""

    def __init__(self, status: Status) -> None:
        self._status = status

    def collect(self) -> Iterable[Metric]:
        waits = GaugeMetricFamily("xiangyin_waiting", "1 while a server is waited for, by reason.", labels=["reason"])
        waiting = self._status.waiting
        for why in WHYS:
            waits.add_metric([why], float(waiting is not None and waiting.why == why))
        return [waits]


class _Quarantined(Collector):
    """Sources in quarantine, read when they are asked for."""

    def __init__(self, held: Callable[[], Mapping[tuple[str, str], int]]) -> None:
        self._held = held

    def collect(self) -> Iterable[Metric]:
        gauge = GaugeMetricFamily(
            "xiangyin_quarantined",
            "Sources whose records go unread to the dead letters.",
            labels=["township", "source"],
        )
        for (township, source), number in self._held().items():
            gauge.add_metric([township, source], number)
        return [gauge]


def worker_health(status: Status) -> dict[str, object]:
    """What `/health` says of a worker; `healthy` is False when it has shown no sign of life for a minute.

    Trying a server again is one: a worker that waits for it is well, and to be left alone.
    """
    said = crawler_health(status)
    return {"healthy": said.pop("healthy"), "ready": status.reads, **said}


def crawler_health(status: Status) -> dict[str, object]:
    """What `/health` says of a crawler, whose sign of life is that its event loop turns."""
    now, waiting = time.monotonic(), status.waiting
    quiet = now - max(status.alive, waiting.seen if waiting else status.alive)
    said: dict[str, object] = {"healthy": quiet < RECENT, "quiet_seconds": round(quiet, 1)}
    if waiting:
        seconds = round(now - waiting.since, 1)
        said["waiting"] = {"reason": waiting.why, "detail": waiting.detail, "seconds": seconds}
    return said


def serve(host: str, port: int, metrics: Metrics, health: Callable[[], dict[str, object]]) -> ThreadingHTTPServer:
    """Answer `/health` (200 or 503) and `/metrics` (Prometheus text) until the process ends.

    Returns:
        The server; `server_port` is the port, a free one when 0 was asked for.
    """
    handler = type("Handler", (_Handler,), {"metrics": metrics, "health": staticmethod(health)})
    server = ThreadingHTTPServer((host, port), handler)
    threading.Thread(target=server.serve_forever, daemon=True, name="health").start()
    return server


class _Handler(BaseHTTPRequestHandler):
    metrics: Metrics
    health: Callable[[], dict[str, object]]

    def do_GET(self) -> None:
        if self.path == "/metrics":
            self._answer(200, CONTENT_TYPE_LATEST, generate_latest(self.metrics.registry))
        elif self.path == "/health":
            said = self.health()
            self._answer(200 if said["healthy"] else 503, "application/json", json.dumps(said).encode())
        else:
            self._answer(404, "text/plain", b"/health or /metrics\n")

    def _answer(self, code: int, kind: str, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Scrapes are not news."""
