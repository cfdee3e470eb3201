"""The crawler that reads the county's sites: the real one, only more impatient."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Final

from deploy import knowledge, wiring
from deploy.settings import sources, townships
from deploy.settings.deployment import Settings
from streams.crawl.backoff import Backoff
from streams.crawl.counts import Counts
from streams.crawl.crawler import Crawler
from streams.crawl.fetch import Limits, fetcher
from streams.crawl.memory import Here
from streams.crawl.visit import Way
from streams.kafka.producer import KafkaLog, open_producer
from streams.records import Post
from streams.topics import POSTS

LIMITS: Final = Limits(interval=0.01)
"""The sites are our own: no pause between two requests."""

BACKOFF: Final = Backoff(base=0.5, longest=2.0)
CONTACT: Final = "demo@qinglan.invalid"


@asynccontextmanager
async def crawler(settings: Settings, allow_hosts: Sequence[str]) -> AsyncIterator[Crawler]:
    """A crawler of the deployment's sources, which publishes to its posts topic.

    Args:
        settings: of the deployment; its topics are there.
        allow_hosts: `host:port` of the sites, which are on this machine.
    """
    towns = townships.read_all(settings.townships)
    found, clock = sources.read_all(settings.sources, towns), wiring.SystemClock()
    async with (
        open_producer(settings.kafka) as producer,
        fetcher(
            contact=CONTACT, version=version("xiangyin"), clock=clock, limits=LIMITS, allow_hosts=allow_hosts
        ) as web,
    ):
        log = KafkaLog(producer, settings.name, partitions=settings.partitions)

        async def publish(posts: Sequence[Post]) -> None:
            await log.send([wiring.message(POSTS, post) for post in posts])

        way = Way(web, wiring.door(settings), publish, knowledge.locate(towns.values()), Here(), clock, Counts())
        yield Crawler(list(found.values()), way, random.SystemRandom().random, BACKOFF)
