"""Create a deployment's topics, and refuse what would move townships to other partitions."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, TopicAuthorizationFailedError

from streams.errors import Busy, Misconfigured
from streams.kafka.access import Servers, access, arguments
from streams.kafka.failures import busy_when_away, lacking
from streams.topics import PARTITIONS, PLANS, topic

RETENTION: Final = "retention.ms"
SEGMENT: Final = "segment.ms"

HEARD: Final = 30.0
"""Seconds within which a broker knows of a topic that Kafka has acknowledged."""


async def create_topics(
    servers: Servers, deployment: str, *, partitions: int = PARTITIONS, replication: int = 1
) -> tuple[str, ...]:
    """Create what is missing; return the names created. Running it again changes nothing.

    Args:
        servers: where Kafka is, and how to be let in.
        deployment: the topics are named `{deployment}.{role}`.
        partitions: of every topic, fixed for the life of the deployment.
        replication: copies of each partition.

    Raises:
        Misconfigured: a topic stands with another number of partitions; or Kafka does not let us in, or not do this.
        Busy: the broker is away, or does not know the topics in time; names it.
    """
    plans = {topic(deployment, plan.role): plan for plan in PLANS}
    admin = AIOKafkaAdminClient(**arguments(servers))
    try:
        async with busy_when_away(servers, f"Create on topics {deployment}."):
            await admin.start()
            standing = await _partitions(admin, plans)
            _refuse_other_counts(standing, partitions)
            missing = [name for name in plans if name not in standing]
            created = [NewTopic(name, partitions, replication, topic_configs=plans[name].settings) for name in missing]
            if created:
                _check(servers, await admin.create_topics(created))
                await _known(admin, missing)
            _refuse_other_counts(await _partitions(admin, plans), partitions)
    finally:
        await admin.close()
    return tuple(missing)


async def check_topics(servers: Servers, deployment: str, *, partitions: int = PARTITIONS) -> None:
    """Return when every topic of the deployment stands with this number of partitions.

    To be called before anything subscribes or produces: some brokers create an unknown topic for whoever names it,
    with a number of partitions of their own.

    Raises:
        Misconfigured: a topic is missing, or has another number of partitions; or Kafka does not let us in.
        Busy: the broker is away; names it.
    """
    wanted = {topic(deployment, plan.role): plan for plan in PLANS}
    admin = AIOKafkaAdminClient(**arguments(servers))
    try:
        async with busy_when_away(servers):
            await admin.start()
            standing = await _partitions(admin, wanted)
    finally:
        await admin.close()
    if missing := sorted(wanted.keys() - standing.keys()):
        raise Misconfigured(f"Kafka at {servers} has no topic {', '.join(missing)}: {unseen(servers)}")
    _refuse_other_counts(standing, partitions)


async def kept(servers: Servers, deployment: str, roles: Collection[str]) -> Mapping[str, timedelta | None]:
    """How long a record may stand in each topic after it was written, at most, by role; None: for ever.

    Kafka deletes segments, once the newest record in them is older than `retention.ms`; one that stands still is begun
    anew after `segment.ms`. Of a broker that does not tell, as the embedded one, what the topic was made with.

    Raises:
        Busy: the broker is away.
        Misconfigured: it does not let us in.
    """
    names = {topic(deployment, role): role for role in roles}
    found: dict[str, timedelta | None] = {plan.role: plan.retention for plan in PLANS if plan.role in roles}
    admin = AIOKafkaAdminClient(**arguments(servers))
    try:
        async with busy_when_away(servers, f"DescribeConfigs on topics {deployment}."):
            await admin.start()
            asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
            for response in await admin.describe_configs(asked):
                for _, _, _, name, entries in response.resources:
                    said = {entry[0]: int(entry[1]) for entry in entries if entry[0] in (RETENTION, SEGMENT)}
                    if RETENTION in said:
                        longest = timedelta(milliseconds=said[RETENTION] + said.get(SEGMENT, 0))
                        found[names[name]] = None if said[RETENTION] < 0 else longest
    finally:
        await admin.close()
    return found


def unseen(servers: Servers) -> str:
    """What to do about a topic that the broker does not show: it hides those on which its user has no right."""
    user = access(servers).user
    return "run `xiangyin topics create`" + (f", or give user {user} Read and Write on it" if user else "")


async def _known(admin: AIOKafkaAdminClient, names: Collection[str]) -> None:
    """Return when the broker knows who leads each partition: the controller answers before it has told the brokers."""
    until = asyncio.get_running_loop().time() + HEARD
    while True:
        described = await admin.describe_topics(list(names))
        faults = [each["error_code"] for topic in described for each in (topic, *topic["partitions"])]
        if not any(faults) and all(topic["partitions"] for topic in described):
            return
        if asyncio.get_running_loop().time() > until:
            raise Busy(f"topics {', '.join(sorted(names))} were created, but the broker does not know of them yet")
        await asyncio.sleep(0.1)


async def _partitions(admin: AIOKafkaAdminClient, wanted: Mapping[str, object]) -> dict[str, int]:
    # Only topics that stand are described: asking about another one by name creates it on some brokers.
    standing = [name for name in await admin.list_topics() if name in wanted]
    described = await admin.describe_topics(standing) if standing else []
    return {each["topic"]: len(each["partitions"]) for each in described}


def _refuse_other_counts(standing: Mapping[str, int], partitions: int) -> None:
    for name, count in standing.items():
        if count != partitions:
            raise Misconfigured(
                f"topic {name} has {count} partitions, the configuration says {partitions}. The count is fixed, "
                "because townships would move to other partitions: "
                f"set partitions to {count}, or begin a new deployment under another name"
            )


def _check(servers: Servers, response: Any) -> None:
    for name, code, message in response.topic_errors:
        if code == TopicAuthorizationFailedError.errno:
            raise lacking(servers, f"Create on topic {name}")
        if code not in (0, TopicAlreadyExistsError.errno):  # Another process was as quick: then its count is checked.
            raise Busy(f"topic {name} was not created: {message or code}")
