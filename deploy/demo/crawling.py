"""The crawler that reads the county's sites: the real one, only more impatient."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from typing import Final

from msgspec import json

from deploy.settings import sources, townships
from deploy.settings.deployment import Settings
from models.gazetteer import Gazetteer, GazetteerEntry, townships_of
from streams.crawl.backoff import Backoff
from streams.crawl.counts import Counts
from streams.crawl.crawler import Crawler
from streams.crawl.fetch import Limits, fetcher
from streams.crawl.memory import Here
from streams.crawl.visit import Way
from streams.identity import document_id
from streams.kafka.producer import KafkaLog, open_producer
from streams.privacy import keyring
from streams.privacy.door import Door
from streams.privacy.pseudonym import Pseudonyms
from streams.protocols import Message
from streams.records import SCHEMA_VERSION, Post
from streams.topics import POSTS
from streams.township import Township

INTERVAL: Final = 0.01
"""Seconds between two requests to a site: the sites are our own."""

BACKOFF: Final = Backoff(base=0.5, longest=2.0)


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """Wall-clock time in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


@asynccontextmanager
async def crawler(settings: Settings, allow_hosts: Sequence[str]) -> AsyncIterator[Crawler]:
    """A crawler of the deployment's sources, which publishes to its posts topic.

    Args:
        settings: of the deployment; its topics are there.
        allow_hosts: `host:port` of the sites, which are on this machine.
    """
    towns = townships.read_all(settings.townships)
    clock = SystemClock()
    async with (
        open_producer(settings.kafka) as producer,
        fetcher(
            contact="demo@qinglan.invalid",
            version=version("xiangyin"),
            clock=clock,
            limits=Limits(interval=INTERVAL),
            allow_hosts=allow_hosts,
        ) as web,
    ):
        way = Way(
            web=web,
            door=Door(Pseudonyms(keyring.read(settings.key_file))),
            publish=partial(_publish, KafkaLog(producer, settings.name, partitions=settings.partitions)),
            locate=partial(townships_of, gazetteers=_gazetteers(towns)),
            memory=Here(),
            clock=clock,
            counts=Counts(),
        )
        found = sources.read_all(settings.sources, towns)
        yield Crawler(list(found.values()), way, random.SystemRandom().random, BACKOFF)


async def _publish(log: KafkaLog, posts: Sequence[Post]) -> None:
    await log.send([_message(post) for post in posts])


def _message(post: Post) -> Message:
    identity = f"{document_id(post.township, post.source, post.id)}:{post.fetched.isoformat()}"
    headers = {
        "schema": str(SCHEMA_VERSION).encode(),
        "idempotency-key": identity.encode(),
        "traceparent": f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01".encode(),  # W3C Trace Context
    }
    return Message(role=POSTS, key=post.township.encode(), value=json.encode(post), headers=headers)


def _gazetteers(towns: Mapping[str, Township]) -> Mapping[str, Gazetteer]:
    return {
        code: Gazetteer(GazetteerEntry(place.name, place.kind, place.aliases) for place in town.places)
        for code, town in towns.items()
    }
