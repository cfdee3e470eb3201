"""Settings become a running worker."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager, closing
from functools import partial
from typing import NoReturn

import structlog
from msgspec.structs import replace

from agents import flow
from deploy import health, knowledge, templates
from deploy.burials import Burials
from deploy.embedded import is_embedded
from deploy.keys import door, seal
from deploy.older import Older
from deploy.producing import open_log
from deploy.settings import sources, townships
from deploy.settings.deployment import Settings
from deploy.wiring.clock import SystemClock
from deploy.wiring.servers import answered, open_search, serve_health
from streams.batch.letters import Letters
from streams.batch.patience import Tell, untold
from streams.batch.processor import Processor
from streams.elasticsearch.store import ElasticsearchStore
from streams.errors import Misconfigured
from streams.flow import Flow
from streams.kafka.ownership import Ownership
from streams.matter import Deployment
from streams.murmur2 import partition
from streams.protocols import Clock
from streams.worker.run import run_worker
from streams.worker.settings import Exit, WorkerSettings
from streams.worker.status import Status

log = structlog.get_logger()


def work(settings: Settings) -> int:
    """Run a worker in this process until SIGTERM or SIGINT; its exit code (`streams.worker.settings.Exit`).

    Raises:
        Misconfigured: a township's file, the keys or the models cannot be used.
    """
    # Until the worker listens itself: the broker, which is asked first what it is, may say nothing for seconds.
    signal.signal(signal.SIGTERM, _end)
    served = townships.read_all(settings.townships)
    known = knowledge.knowledge(served, Deployment(settings.name, settings.console), door(settings))
    metrics, status = health.Metrics(knowledge.with_inboxes(served), source_names(settings, served)), Status()
    metrics.watch(status)
    serve_health(settings, metrics, lambda: health.worker_health(status))
    letters, clock = Letters(seal(settings).seal), SystemClock()
    quiet = max(township.quiet_days for township in served.values())
    stages = Flow(flow.POST, flow.ACTION, flow.FORGET, flow.TIMER, knowledge.empty_matters())

    @asynccontextmanager
    async def open_processor(ownership: Ownership) -> AsyncIterator[Processor]:
        with closing(Burials(metrics)) as burials:
            log_of = open_log(settings, ownership, burials)
            async with open_store(settings, served, clock, quiet, status.tell) as store, log_of as kafka:
                processor = Processor(
                    flow=stages,
                    knowledge=known,
                    log=kafka,
                    store=store,
                    clock=clock,
                    letters=letters,
                    tally=Older(metrics, settings.generation),
                    generation=settings.generation,
                    alone=settings.batch_size,
                    tell=status.tell,
                )
                metrics.watch_quarantine(lambda: processor.quarantined)
                yield processor

    return run_worker(worker_settings(settings), open_processor, status)


def _end(*_: object) -> NoReturn:
    sys.exit(Exit.DONE)


def source_names(settings: Settings, served: Collection[str]) -> Collection[str]:
    """Names of the sources that a worker counts one by one; it works without, or when another machine crawls."""
    try:
        return sources.read_all(settings.sources, served)
    except Misconfigured as error:
        log.warning("sources count as `other` in the metrics", reason=str(error))
        return ()


def worker_settings(settings: Settings) -> WorkerSettings:
    """How the worker reads; times are shorter for the embedded broker, which waits for a group's members."""
    access = settings.kafka_access()
    embedded = asyncio.run(is_embedded(access))
    make = WorkerSettings.embedded if embedded else partial(WorkerSettings.of_session, settings.session_seconds)
    made = make(access, settings.name, partitions=settings.partitions)
    return replace(made, batch=settings.batch_size, linger=settings.batch_seconds)


@asynccontextmanager
async def open_store(
    settings: Settings, served: Iterable[str], clock: Clock, quiet_days: int, tell: Tell = untold
) -> AsyncIterator[ElasticsearchStore]:
    """The store, once it answers: a worker joins no group before it can write.

    Raises:
        Misconfigured: an index is missing, of one of the townships that are served, or of all.
    """
    async with open_search(settings, clock, tell) as client:
        store = ElasticsearchStore(
            client,
            server=settings.elasticsearch,
            deployment=settings.name,
            partition=lambda township: partition(township.encode(), settings.partitions),
            clock=clock,
            wanted=templates.indices(settings.name, list(served)),
            quiet_days=quiet_days,
        )
        await answered(store.assert_ready, clock, tell)
        tell(None, "")
        yield store
