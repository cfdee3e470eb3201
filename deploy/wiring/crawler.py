"""Settings become a running crawler."""

import asyncio
import random
import secrets
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import structlog
from elasticsearch import AsyncElasticsearch
from msgspec.structs import replace

from deploy import health, ingest, knowledge
from deploy.keys import door, notebook
from deploy.manners import assert_awake, host_teller, show_permissions
from deploy.producing import message, open_log
from deploy.settings import sources, townships
from deploy.settings.deployment import Settings
from deploy.wiring.clock import SystemClock
from deploy.wiring.observed import observer, source_teller
from deploy.wiring.servers import open_search, serve_health
from deploy.wiring.web import open_web
from streams.batch.patience import Tell, untold
from streams.crawl.counts import Counts
from streams.crawl.crawler import Crawler
from streams.crawl.pace import Pace, Send
from streams.crawl.patient import patient
from streams.crawl.servers import Lookout, Servers
from streams.crawl.way import Way, Web
from streams.elasticsearch.archive import ElasticsearchArchive
from streams.elasticsearch.client import connect
from streams.elasticsearch.sources import ElasticsearchMemory
from streams.errors import Busy, Refused
from streams.kafka.failures import assert_answers
from streams.kafka.log import KafkaLog
from streams.kafka.pooled import Pooled
from streams.push import signature
from streams.push.nowhere import Nowhere
from streams.push.take import take
from streams.records import Post
from streams.source import AnySource, Webhook
from streams.web.address import Addresses
from streams.web.backoff import Backoff
from streams.web.fetch import Limits
from streams.web.turns import Turns
from streams.worker.status import Status

log = structlog.get_logger()

_ANSWER: Final = 5.0
"""Seconds in which a broker that is there answers."""

_BEAT: Final = 1.0
"""Seconds between two signs of life of a crawler."""


def sources_of(settings: Settings) -> Mapping[str, AnySource]:
    """The deployment's sources by name: thousands take seconds to read. Raises Misconfigured."""
    return sources.read_all(settings.sources, townships.read_all(settings.townships))


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
    servers = Servers(clock, tell)
    async with AsyncExitStack() as stack:
        kafka = await stack.enter_async_context(open_log(settings))
        client = await stack.enter_async_context(open_search(settings, clock, tell))
        of_hosts = host_teller(found.values(), Addresses(settings.allow_hosts), counts, kafka.send)
        turns = Turns()
        web = await stack.enter_async_context(open_web(settings, limits, of_hosts, turns, servers.are_there))
        tell(None, "")
        await show_permissions(found, clock, kafka.send)
        send = _into(kafka)
        pace = _pace(settings, counts, send)
        way = replace(_way(settings, counts, web, kafka, client, pace), turns=turns)
        # Who brings does not wait for a server, but is told to come again. The ledger asks for the store each minute;
        # where no site is visited nobody but the lookout would say that the log is away.
        lookout = Lookout(servers.log, lambda: assert_answers(settings.kafka_access(), _ANSWER))
        doors = await stack.enter_async_context(_ingesting(settings, found.values(), _watched(way, lookout)))

        async def insist(role: str, posts: Sequence[Post]) -> None:
            await servers.log.insist(lambda: send(role, posts))

        # Not the pace insists, which would plan anew at each attempt, but what it sends.
        way = patient(way, servers, pace.through(insist).publish)
        beside = [lookout.keep, *(door.until_broken for door in doors)]
        yield Crawler(list(found.values()), way, random.SystemRandom().random, backoff, beside)


def _watched(way: Way, lookout: Lookout) -> Way:
    """The same way, on which whatever cannot be published has somebody look whether the log is there."""

    async def publish(posts: Sequence[Post]) -> None:
        try:
            await way.publish(posts)
        except Busy:
            lookout.look()
            raise

    return replace(way, publish=publish)


@asynccontextmanager
async def open_entrance(settings: Settings) -> AsyncIterator[Way]:
    """The way of what a person brings, who does not wait for a server that is away, but is told.

    Raises:
        Misconfigured: as `open_crawler`, but for the contact: no site is asked.
        Busy: the broker or the search server is away.
    """
    async with open_log(settings) as kafka:
        client = await connect(settings.access())
        try:
            counts = Counts()
            yield _way(settings, counts, Nowhere(), kafka, client, _pace(settings, counts, _into(kafka)))
        finally:
            await client.close()


def _into(kafka: KafkaLog) -> Send:
    """Into the log, what many ask for in one go."""
    pooled = Pooled(kafka.send)

    async def send(role: str, posts: Sequence[Post]) -> None:
        try:
            await pooled.send([message(role, post) for post in posts])
        except Refused as refusal:
            if len(posts) == 1:  # Of several nobody knows which.
                (post,) = posts
                log.warning("the log refuses a post", source=post.source, id=post.id, reason=str(refusal))
            raise

    return send


def _pace(settings: Settings, counts: Counts, send: Send) -> Pace:
    towns = townships.read_all(settings.townships)
    alerts_for = timedelta(hours=max((town.alert_max_age_hours for town in towns.values()), default=0))
    return Pace(send, SystemClock(), counts, a_second=settings.posts_a_second, alerts_for=alerts_for)


def _way(settings: Settings, counts: Counts, web: Web, kafka: KafkaLog, client: AsyncElasticsearch, pace: Pace) -> Way:
    towns, clock = townships.read_all(settings.townships), SystemClock()
    return Way(
        web=web,
        door=door(settings),
        publish=pace.publish,
        report=source_teller(kafka.send),
        locate=knowledge.locate(towns.values()),
        memory=ElasticsearchMemory(
            client, server=settings.elasticsearch, deployment=settings.name, notebook=notebook(settings)
        ),
        archive=ElasticsearchArchive(client, server=settings.elasticsearch, deployment=settings.name),
        clock=clock,
        counts=counts,
        crawler=f"{clock.now():%Y%m%dT%H%M%S.%f}-{secrets.token_hex(4)}",  # Sorts by the start.
    )


@asynccontextmanager
async def _ingesting(
    settings: Settings, found: Iterable[AnySource], way: Way
) -> AsyncIterator[Sequence[ingest.Ingest]]:
    """Take messages as long as this lasts, where a source brings any: then there is a door."""
    entrances = {
        source.name: ingest.Entrance(signature.secrets_of(Path(source.secret_file)), partial(take, source, way))
        for source in found
        if isinstance(source, Webhook)
    }
    if not entrances:
        yield ()
        return
    host, door = settings.ingest_host, ingest.Ingest(entrances, way.clock, way.counts)
    async with ingest.serving(door, host, settings.ingest_port) as port:
        log.info("messages are taken", url=f"http://{host}:{port}/ingest/", sources=sorted(entrances))
        yield (door,)


async def crawl(settings: Settings, *, once: bool) -> bool:
    """Crawl every source on its schedule until cancelled; with `once` visit each once, and say what came of it.

    Returns:
        True when every source was read to its end.
    """
    found = sources_of(settings)
    metrics, status = health.Metrics(sources=found), Status()
    metrics.watch_waiting(status)
    counts = Counts(observer(metrics, {name: source.url for name, source in found.items()}))
    serve_health(settings, metrics, lambda: health.crawler_health(status))
    beating = asyncio.create_task(_beat(status))
    try:
        async with open_crawler(settings, counts, tell=status.tell, found=found) as crawler:
            if not once:
                await crawler.run()
                return True
            unread = await crawler.once()
            read = {name: counts.total(name) for name in ("listed", "published", "unchanged")}
            log.info("each source was visited", sources=len(found), not_read_to_its_end=unread, **read)
            return not unread
    finally:
        beating.cancel()


async def _beat(status: Status) -> None:
    while True:
        status.alive = time.monotonic()
        await asyncio.sleep(_BEAT)
