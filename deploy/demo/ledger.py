"""Count what went in and where it is, by asking Kafka and Elasticsearch: the worker is not asked."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from elasticsearch import AsyncElasticsearch
from msgspec import Struct, json

from deploy.demo.content import PLANTED
from deploy.demo.state import Sums
from streams.elasticsearch.names import Names
from streams.kafka.access import arguments
from streams.murmur2 import partition
from streams.records import DeadLetter, Post
from streams.topics import ALERTS, DEAD, PARTITIONS, POSTS, topic

Version = tuple[str, str, str, str]
"""Township, source, id, and when it was fetched: one version of one post."""

_MANY = 10_000
"""Incidents of the county; the search server answers with no more at once."""


class News(Struct, frozen=True):
    """What the topics told since the last look."""

    posts: tuple[Post, ...] = ()
    alerts: tuple[ConsumerRecord, ...] = ()


class Counts(Struct, frozen=True):
    """Posts of one township: on the topic, acknowledged by the worker's group, in the index."""

    crawled: int
    judged: int
    indexed: int


class Ledger:
    """Reads the topics from their beginning, and asks the store; see `ledger` for its arguments."""

    def __init__(
        self, consumer: AIOKafkaConsumer, group: AIOKafkaConsumer, store: AsyncElasticsearch, deployment: str
    ) -> None:
        self._consumer, self._group, self._store, self._deployment = consumer, group, store, deployment
        self._names = Names(deployment)
        self._versions: dict[Version, None] = {}
        self._at: dict[tuple[int, int], Version] = {}
        self._dead: set[Version | str] = set()
        self.leaked: set[str] = set()
        """Planted numbers that were seen beyond the door."""
        self.causes: Counter[str] = Counter()
        """Of dead letters: step and error."""

    async def read(self) -> News:
        """What has come in since the last look; each version of a post once."""
        batches = await self._consumer.getmany(timeout_ms=50, max_records=5000)
        posts: list[Post] = []
        alerts: list[ConsumerRecord] = []
        for at, records in batches.items():
            if at.topic == topic(self._deployment, ALERTS):
                alerts += records
            elif at.topic == topic(self._deployment, DEAD):
                self._bury(json.decode(record.value, type=DeadLetter) for record in records)
            else:
                posts += (post for record in records if (post := self._enter(record)))
        return News(tuple(posts), tuple(alerts))

    async def counts(self, townships: list[str]) -> dict[str, Counts]:
        """Counts by township; townships of the demo have each a partition of their own."""
        crawled = Counter(version[0] for version in self._versions)
        return {
            code: Counts(
                crawled[code],
                await self._acknowledged(code),
                await self._count(self._names.posts(code)),
            )
            for code in townships
        }

    async def sums(self) -> Sums:
        """Where every version of every post is; `doubled` and `missed` are voices counted twice or not at all."""
        crawled, posts = len(self._versions), len({version[:3] for version in self._versions})
        told = await self._told()
        founded = await self._count(self._names.all_posts, {"exists": {"field": "incident"}})
        return Sums(
            crawled=crawled,
            indexed=await self._count(self._names.all_posts),
            unchanged=crawled - posts,
            dead=len(self._dead),
            doubled=max(0, told - founded),
            missed=max(0, founded - told),
        )

    def _enter(self, record: ConsumerRecord) -> Post | None:
        post = json.decode(record.value, type=Post)
        self.leaked |= {planted for planted in PLANTED if planted.encode() in record.value}
        version = (post.township, post.source, post.id, post.fetched.isoformat())
        self._at[record.partition, record.offset] = version
        if version in self._versions:
            return None
        self._versions[version] = None
        return post

    def _bury(self, letters: Iterator[DeadLetter]) -> None:
        """A dead letter stands for the version that it holds; one of another topic for itself."""
        for letter in letters:
            self._dead.add(self._at.get((letter.partition, letter.offset), letter.id))
            self.causes[f"{letter.step}: {letter.error.strip().splitlines()[-1] if letter.error.strip() else ''}"] += 1

    async def _acknowledged(self, township: str) -> int:
        """Records that the worker's group has acknowledged: its offset, for the topic begins with this deployment."""
        place = TopicPartition(topic(self._deployment, POSTS), partition(township.encode(), PARTITIONS))
        return await self._group.committed(place) or 0

    async def _count(self, index: str, query: dict[str, object] | None = None) -> int:
        answer = await self._store.count(index=index, query=query or {"match_all": {}})
        return int(answer["count"])

    async def _told(self) -> int:
        """Posts that the incidents say they have."""
        answer = await self._store.search(
            index=self._names.all_incidents, size=_MANY, source={"includes": ["posts"]},
            allow_partial_search_results=False,
        )  # fmt: skip
        return sum(int(hit["_source"]["posts"]) for hit in answer["hits"]["hits"])


@asynccontextmanager
async def ledger(kafka: str, store: AsyncElasticsearch, deployment: str) -> AsyncIterator[Ledger]:
    """A ledger of a deployment.

    Args:
        kafka: `host:port`.
        store: client of the search server, which stays the caller's.
        deployment: name of it; its topics and indices are there.
    """
    async with (
        _reader(kafka, deployment, (POSTS, ALERTS, DEAD)) as consumer,
        _reader(kafka, deployment, (POSTS,), group=f"{deployment}-worker") as group,
    ):
        await consumer.seek_to_beginning()
        yield Ledger(consumer, group, store, deployment)


@asynccontextmanager
async def _reader(
    kafka: str, deployment: str, roles: Sequence[str], group: str | None = None
) -> AsyncIterator[AIOKafkaConsumer]:
    """A plain reader that joins no group; with one it may ask what that group has acknowledged."""
    consumer = AIOKafkaConsumer(
        **arguments(kafka), group_id=group, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    try:
        await consumer.start()
        names = [topic(deployment, role) for role in roles]
        consumer.assign([TopicPartition(name, number) for name in names for number in range(PARTITIONS)])
        yield consumer
    finally:
        await consumer.stop()
