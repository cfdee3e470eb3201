"""What a worker and a crawler need alike: the time, the search server, and a port that answers for their health."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, TypeVar

import structlog
from elasticsearch import AsyncElasticsearch

from deploy import health
from deploy.settings.deployment import Settings
from streams.batch.patience import Tell, untold
from streams.elasticsearch.admission import Admission
from streams.elasticsearch.client import connect
from streams.errors import Busy
from streams.protocols import Clock

log = structlog.get_logger()

T = TypeVar("T")

WAIT: Final = 1.0
"""Seconds between two looks for a server that is away."""


def serve_health(settings: Settings, metrics: health.Metrics, said: Callable[[], dict[str, object]]) -> None:
    """Answer `/health` and `/metrics` until the process ends, and say where.

    Raises:
        Busy: another program has the port: perhaps one of ours that is about to end.
    """
    try:
        server = health.serve(settings.health_host, settings.health_port, metrics, said)
    except OSError as error:
        raise Busy(
            f"health_host {settings.health_host}, health_port {settings.health_port}: {error.strerror or error}; "
            "name another port, or 0 for a free one"
        ) from error
    log.info("health and metrics", url=f"http://{settings.health_host}:{server.server_port}/health")


@asynccontextmanager
async def open_search(settings: Settings, clock: Clock, tell: Tell = untold) -> AsyncIterator[AsyncElasticsearch]:
    """A connection to the search server, once it answers.

    Raises:
        Misconfigured: it refuses our credentials, and not only because it starts.
    """
    admission = Admission(settings.elasticsearch)

    async def connected() -> AsyncElasticsearch:
        with admission.asking():
            return await connect(settings.access())

    client = await answered(connected, clock, tell)
    try:
        yield client
    finally:
        await client.close()


async def answered(request: Callable[[], Awaitable[T]], clock: Clock, tell: Tell) -> T:
    """What the search server answers, however long it is away."""
    while True:
        try:
            return await request()
        except Busy as busy:
            log.warning("waiting for the search server", reason=str(busy))
            tell(busy.why, str(busy))
            await clock.sleep(WAIT)
