"""Topics, incarnations and producing: what the log promises, asked of a broker."""

import asyncio
from datetime import timedelta

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.embedded import is_embedded
from streams.errors import Busy, Fenced, Misconfigured
from streams.kafka.admin import check_topics, create_topics, kept
from streams.kafka.incarnations import incarnations
from streams.kafka.log import KafkaLog
from streams.kafka.ownership import Ownership
from streams.kafka.producer import open_producer
from streams.protocols import Message
from streams.topics import PLANS, topic
from tests.contract.bench import Bench
from tests.servers import Servers, silenced

KEY = "330206104000"


async def test_creating_again_changes_nothing(servers: Servers, deployment: str) -> None:
    """The first call creates every topic of the deployment, the second none."""
    created = await create_topics(servers.kafka, deployment)
    assert created == tuple(topic(deployment, plan.role) for plan in PLANS)
    assert await create_topics(servers.kafka, deployment) == ()


async def test_a_partition_count_is_never_changed(servers: Servers, deployment: str) -> None:
    """Another number of partitions is refused, with the topic and both counts, and nothing is created."""
    await create_topics(servers.kafka, deployment, partitions=4)
    with pytest.raises(Misconfigured, match=rf"{deployment}\.\w+ has 4 partitions, the configuration says 12"):
        await create_topics(servers.kafka, deployment, partitions=12)


async def test_it_is_known_until_when_copies_are_kept(servers: Servers, deployment: str) -> None:
    """As the topics' own settings say, of a broker that tells them; never less than what they were made with."""
    await create_topics(servers.kafka, deployment)
    longest = await kept(servers.kafka, deployment, ["posts", "alerts"])
    day = timedelta(days=1)
    assert longest["posts"] in (7 * day, 8 * day)
    assert longest["alerts"] in (90 * day, 97 * day)
    if not await is_embedded(servers.kafka):
        assert longest == {"posts": 8 * day, "alerts": 97 * day}


async def test_topics_are_checked_without_making_them(servers: Servers, deployment: str) -> None:
    """Missing topics are named with the remedy, and asking does not create them; a right deployment passes."""
    for _ in range(2):
        with pytest.raises(Misconfigured, match=rf"no topic {deployment}\.actions.*topics create"):
            await check_topics(servers.kafka, deployment)
    await create_topics(servers.kafka, deployment)
    await check_topics(servers.kafka, deployment)
    with pytest.raises(Misconfigured, match="has 12 partitions"):
        await check_topics(servers.kafka, deployment, partitions=3)


async def test_a_recreated_topic_has_another_incarnation(servers: Servers, deployment: str) -> None:
    """Deleted and created again under its name, a topic is told from the one before; the others stay.

    Apache Kafka acknowledges the deletion before its broker has heard of it.
    """
    await create_topics(servers.kafka, deployment, partitions=1)
    posts, actions = topic(deployment, "posts"), topic(deployment, "actions")
    before = await incarnations(servers.kafka, [posts, actions])
    admin = AIOKafkaAdminClient(bootstrap_servers=servers.kafka)
    await admin.start()
    await admin.delete_topics([posts])
    while posts in await admin.list_topics():  # noqa: ASYNC110 - the broker tells nobody
        await asyncio.sleep(0.05)
    await admin.close()
    with pytest.raises(Misconfigured, match="topics create"):
        await incarnations(servers.kafka, [posts])
    await create_topics(servers.kafka, deployment, partitions=1)
    after = await incarnations(servers.kafka, [posts, actions])
    assert after[posts] != before[posts]
    assert after[actions] == before[actions]


async def test_records_keep_their_order_and_their_place(bench: Bench) -> None:
    """Many records, over several requests, stand in the order in which they were sent, where Java would put them."""
    sent = [f"{number:05d}" + "x" * 300 for number in range(4000)]
    await bench.publish("posts", sent)
    assert [value for _, value in await stored(bench, "posts", len(sent))] == sent


async def test_a_large_record_goes_alone(bench: Bench) -> None:
    """A dead letter above the size of a batch is taken, between small ones, in order."""
    sent = ["small", "x" * 1_500_000, "small too"]
    await bench.publish("dead", sent)
    assert [value for _, value in await stored(bench, "dead", 3)] == sent


async def test_a_broker_that_is_away_is_busy(deployment: str) -> None:
    """Neither topics nor a producer hang on an address where nobody answers; both say which."""
    with pytest.raises(Busy, match=r"at 127[.]0[.]0[.]1:1"):
        await create_topics("127.0.0.1:1", deployment)
    with pytest.raises(Busy, match=r"at 127[.]0[.]0[.]1:1"):
        async with open_producer("127.0.0.1:1"):
            pass


async def test_a_broker_that_goes_away_is_busy(bench: Bench) -> None:
    """A record that nobody acknowledges raises Busy within the producer's patience; sent again later, it stands."""
    message = Message(role="posts", key=KEY.encode(), value=b"a")
    async with open_producer(bench.servers, patience=1.0) as producer:
        log = KafkaLog(producer, bench.servers, bench.deployment, partitions=bench.partitions)
        with silenced(bench.servers), pytest.raises(Busy):
            await log.send([message])
        await log.send([message])
    assert {value for _, value in await stored(bench, "posts", 1)} == {"a"}


async def test_who_is_no_member_owns_nothing(bench: Bench) -> None:
    """A worker's log is fenced until its worker has joined the group; a crawler's log owns nothing to lose."""
    bench.log.assert_owned()
    async with open_producer(bench.servers) as producer:
        ownership = Ownership(session=6, rebalance=6)
        with pytest.raises(Fenced):
            KafkaLog(producer, bench.servers, bench.deployment, ownership=ownership).assert_owned()


async def stored(bench: Bench, role: str, count: int) -> list[tuple[int, str]]:
    """Records of a role's partition for KEY, until so many different ones are read: offset and value."""
    place = TopicPartition(topic(bench.deployment, role), bench.log.partition(KEY.encode()))
    consumer = AIOKafkaConsumer(bootstrap_servers=bench.servers)
    await consumer.start()
    consumer.assign([place])
    await consumer.seek_to_beginning()
    found: list[tuple[int, str]] = []
    while len({value for _, value in found}) < count:
        for records in (await consumer.getmany(timeout_ms=1000)).values():
            found += [(record.offset, record.value.decode()) for record in records]
    await consumer.stop()
    return found
