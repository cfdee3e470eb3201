"""The one place where settings become a running worker or crawler."""

import asyncio
import os
import random
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final, TypeVar

import structlog
from elasticsearch import AsyncElasticsearch
from msgspec.structs import replace

from agents import flow
from deploy import health, ingest, knowledge, templates
from deploy.burials import Burials
from deploy.child import Child, supervise
from deploy.embedded import is_embedded
from deploy.keys import door, seal
from deploy.manners import assert_awake, host_teller, show_permissions
from deploy.older import Older
from deploy.producing import message, open_log, report
from deploy.settings import sources, townships
from deploy.settings.deployment import CONFIG, HEALTH_PORT, Settings, load
from streams.batch.letters import Letters
from streams.batch.patience import Tell, untold
from streams.batch.processor import Processor
from streams.crawl.address import Addresses
from streams.crawl.backoff import Backoff
from streams.crawl.counts import Counts, Observe
from streams.crawl.crawler import Crawler
from streams.crawl.fetch import Fetcher, Limits, fetcher
from streams.crawl.fetch import untold as untold_of_hosts
from streams.crawl.host import Tell as TellOfHosts
from streams.crawl.pace import Pace
from streams.crawl.watch import Event
from streams.crawl.way import Way, Web
from streams.elasticsearch.admission import Admission
from streams.elasticsearch.archive import ElasticsearchArchive
from streams.elasticsearch.client import connect
from streams.elasticsearch.sources import ElasticsearchMemory
from streams.elasticsearch.store import ElasticsearchStore
from streams.errors import Busy, Misconfigured
from streams.flow import Flow
from streams.kafka.log import KafkaLog
from streams.kafka.ownership import Ownership
from streams.kafka.pooled import Pooled
from streams.matter import Deployment
from streams.murmur2 import partition
from streams.protocols import Clock
from streams.push import signature
from streams.push.nowhere import Nowhere
from streams.push.take import take
from streams.records import Post
from streams.source import AnySource, Webhook
from streams.worker.run import run_worker
from streams.worker.settings import Exit, WorkerSettings
from streams.worker.status import Status

log = structlog.get_logger()

T = TypeVar("T")

WORKER_PATIENCE: Final = 40.0
"""Seconds that a worker may take to end: more than its own deadline (`WorkerSettings.stop`)."""

_BEAT: Final = 1.0
"""Seconds between two signs of life of a crawler."""

WAIT: Final = 1.0
"""Seconds between two looks for a server that is away."""


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


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


# The worker


def work(settings: Settings) -> int:
    """Run a worker in this process until SIGTERM or SIGINT; its exit code (`streams.worker.settings.Exit`).

    Raises:
        Misconfigured: a township's file, the keys or the models cannot be used.
    """
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
async def open_search(settings: Settings, clock: Clock, tell: Tell = untold) -> AsyncIterator[AsyncElasticsearch]:
    """A connection to the search server, once it answers.

    Raises:
        Misconfigured: it refuses our credentials, and not only because it starts.
    """
    admission = Admission(settings.elasticsearch)

    async def connected() -> AsyncElasticsearch:
        with admission.asking():
            return await connect(settings.access())

    client = await _answer(connected, clock, tell)
    try:
        yield client
    finally:
        await client.close()


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
        await _answer(store.assert_ready, clock, tell)
        tell(None, "")
        yield store


async def _answer(request: Callable[[], Awaitable[T]], clock: Clock, tell: Tell) -> T:
    """What the search server answers, however long it is away."""
    while True:
        try:
            return await request()
        except Busy as busy:
            log.warning("waiting for the search server", reason=str(busy))
            tell(busy.why, str(busy))
            await clock.sleep(WAIT)


# The crawler


def sources_of(settings: Settings) -> Mapping[str, AnySource]:
    """The deployment's sources by name: thousands take seconds to read. Raises Misconfigured."""
    return sources.read_all(settings.sources, townships.read_all(settings.townships))


def open_web(
    settings: Settings, limits: Limits | None = None, tell: TellOfHosts = untold_of_hosts
) -> AbstractAsyncContextManager[Fetcher]:
    """The only way out to the web, on this deployment's terms. Raises Misconfigured when there is no contact."""
    return fetcher(
        contact=settings.contact,
        version=version("xiangyin"),
        clock=SystemClock(),
        limits=replace(limits or Limits(), hours=settings.hours, budget=settings.budget),
        allow_hosts=settings.allow_hosts,
        tell=tell,
    )


@asynccontextmanager
async def open_crawler(
    settings: Settings,
    counts: Counts,
    *,
    limits: Limits | None = None,
    backoff: Backoff | None = None,
    tell: Tell = untold,
    found: Mapping[str, AnySource] | None = None,
) -> AsyncIterator[Crawler]:
    """A crawler of the deployment's sources, which publishes to `.posts`, and to `.backfill` what is beyond the pace.

    `found` are the sources, where they have been read.

    Raises:
        Misconfigured: a file, the keys, or the contact that stands in the User-Agent is missing.
        Busy: the broker is away.
    """
    found = sources_of(settings) if found is None else found
    assert_awake(found.values(), settings.hours)
    found = {name: replace(each, hours=each.hours or settings.hours or None) for name, each in found.items()}
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        kafka = await stack.enter_async_context(open_log(settings))
        client = await stack.enter_async_context(open_search(settings, clock, tell))
        of_hosts = host_teller(found.values(), Addresses(settings.allow_hosts), counts, kafka.send)
        web = await stack.enter_async_context(open_web(settings, limits, of_hosts))
        tell(None, "")
        await show_permissions(found, clock, kafka.send)
        way = _way(settings, counts, web, kafka, client)
        await stack.enter_async_context(_ingesting(settings, found.values(), way))
        yield Crawler(list(found.values()), way, random.SystemRandom().random, backoff)


@asynccontextmanager
async def open_entrance(settings: Settings) -> AsyncIterator[Way]:
    """The way of what a person brings. Raises as `open_crawler`, but for the contact: no site is asked."""
    async with open_log(settings) as kafka, open_search(settings, SystemClock()) as client:
        yield _way(settings, Counts(), Nowhere(), kafka, client)


def _way(settings: Settings, counts: Counts, web: Web, kafka: KafkaLog, client: AsyncElasticsearch) -> Way:
    towns, clock = townships.read_all(settings.townships), SystemClock()
    alerts_for = timedelta(hours=max((town.alert_max_age_hours for town in towns.values()), default=0))
    pooled = Pooled(kafka.send)

    async def publish(role: str, posts: Sequence[Post]) -> None:
        await pooled.send([message(role, post) for post in posts])

    async def tell_operators(event: Event) -> None:
        await kafka.send([report(event)])

    return Way(
        web=web,
        door=door(settings),
        publish=Pace(publish, clock, counts, a_second=settings.posts_a_second, alerts_for=alerts_for).publish,
        report=tell_operators,
        locate=knowledge.locate(towns.values()),
        memory=ElasticsearchMemory(client, server=settings.elasticsearch, deployment=settings.name),
        archive=ElasticsearchArchive(client, server=settings.elasticsearch, deployment=settings.name),
        clock=clock,
        counts=counts,
        crawler=f"{clock.now():%Y%m%dT%H%M%S.%f}-{secrets.token_hex(4)}",  # Sorts by the start.
    )


@asynccontextmanager
async def _ingesting(settings: Settings, found: Iterable[AnySource], way: Way) -> AsyncIterator[None]:
    """Take messages as long as this lasts, where a source brings any."""
    entrances = {
        source.name: ingest.Entrance(signature.secrets_of(Path(source.secret_file)), partial(take, source, way))
        for source in found
        if isinstance(source, Webhook)
    }
    if not entrances:
        yield
        return
    host = settings.ingest_host
    async with ingest.serving(ingest.Ingest(entrances, way.clock), host, settings.ingest_port) as port:
        log.info("messages are taken", url=f"http://{host}:{port}/ingest/", sources=sorted(entrances))
        yield


def observe(metrics: health.Metrics) -> Observe:
    """Counts what the crawler did, and says why a source could not be read.

    A signal counts as `signal:<what>`: what follows may be a page's own words, which are no label.
    """

    def observed(source: str, name: str, number: int) -> None:
        kind, _, rest = name.partition(":")
        what = rest.partition(":")[0] if kind == "signal" else rest
        metrics.add(f"{kind}:{what}" if what else kind, number, source=source)
        if name in {"source_silent", "source_loud"}:
            log.warning("a source is not as expected", source=source, event_name=name, remedy="docs/sources.md")
        if name == "unalerted":
            remedy = "more posts at once than posts_a_second lets through in a minute; docs/sources.md"
            log.warning(
                "posts that might have alerted went to the backfill", source=source, posts=number, remedy=remedy
            )
        if name == "source_recovered":
            log.info("a source is as expected again", source=source)
        if kind == "error":
            log.warning("a source could not be read", source=source, reason=what, remedy="docs/sources.md")

    return observed


async def crawl(settings: Settings, *, once: bool) -> bool:
    """Crawl every source on its schedule until cancelled; with `once` until each lists nothing new.

    Returns:
        True when every source was read to its end.
    """
    found = sources_of(settings)
    metrics, status = health.Metrics(sources=found), Status()
    counts = Counts(observe(metrics))
    serve_health(settings, metrics, lambda: health.crawler_health(status))
    beating = asyncio.create_task(_beat(status))
    try:
        async with open_crawler(settings, counts, tell=status.tell, found=found) as crawler:
            if once:
                return await crawler.once()
            await crawler.run()
            return True
    finally:
        beating.cancel()


async def _beat(status: Status) -> None:
    while True:
        status.alive = time.monotonic()
        await asyncio.sleep(_BEAT)


# Both, supervised


async def run(config: Path) -> int:
    """A crawler and a worker on one machine, started again when they die, until SIGINT or SIGTERM.

    Returns:
        0 after a signal; 78 when a configuration cannot work.
    """
    environment, port = {**os.environ, CONFIG: str(config)}, load(config).health_port
    # The worker answers on the port that the settings name, the crawler on the one above; 0 is a free one for each.
    ports = {"work": str(port), "crawl": str(port + 1 if port else 0)}
    children = [
        Child(name, environment={**environment, HEALTH_PORT: ports[name]}, patience=WORKER_PATIENCE) for name in ports
    ]
    gone = await supervise(children)
    if gone:
        log.error("stopped", reason=gone)
    return Exit.CONFIGURATION if gone else Exit.DONE
