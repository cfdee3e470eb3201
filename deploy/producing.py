"""What the deployment's programs write into its log, and through what."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import json

from deploy.embedded import is_embedded
from deploy.settings.deployment import Settings
from streams.crawl.watch import Event
from streams.identity import content_digest, document_id
from streams.kafka.admin import check_topics
from streams.kafka.log import KafkaLog, Sent, unheard
from streams.kafka.ownership import Ownership
from streams.kafka.producer import open_producer
from streams.protocols import Message
from streams.records import SCHEMA_VERSION, Post
from streams.source import Shown
from streams.topics import OPERATIONS
from streams.web.host import HostEvent


@asynccontextmanager
async def open_log(
    settings: Settings, ownership: Ownership | None = None, sent: Sent = unheard
) -> AsyncIterator[KafkaLog]:
    """Where records are produced; `sent` is told of those that Kafka has.

    Raises:
        Misconfigured: a topic is missing, or has another number of partitions; checked first, because some brokers
            create an unknown topic for whoever names it.
        Busy: the broker is away.
    """
    access = settings.kafka_access()
    await check_topics(access, settings.name, partitions=settings.partitions)
    idempotent = not await is_embedded(access)
    async with open_producer(access, idempotent=idempotent) as producer:
        yield KafkaLog(producer, access, settings.name, partitions=settings.partitions, ownership=ownership, sent=sent)


def message(role: str, post: Post) -> Message:
    """A post on its way into the log, under its township's key."""
    document = document_id(post.township, post.source, post.id)
    identity = content_digest(document, post.fetched.isoformat())
    return Message(role=role, key=post.township.encode(), value=json.encode(post), headers=_headers(identity))


def report(event: Event) -> Message:
    """What operators are told of a source; it may come twice, under one idempotency key."""
    return _report(event, event.township, event.event, event.source, event.reason, event.since.isoformat())


def host_report(event: HostEvent) -> Message:
    """What they are told of a host."""
    return _report(event, event.township, event.event, event.host, event.time.isoformat())


def permission_report(shown: Shown) -> Message:
    """By which permission a source is read, at each start."""
    return _report(shown, shown.township, shown.event, shown.source, shown.time.isoformat())


def _report(event: Event | HostEvent | Shown, township: str, *identity: str) -> Message:
    headers = _headers(content_digest(*identity))
    return Message(role=OPERATIONS, key=township.encode(), value=json.encode(event), headers=headers)


def _headers(identity: str) -> dict[str, bytes]:
    return {
        "schema": str(SCHEMA_VERSION).encode(),
        "idempotency-key": identity.encode(),
        "traceparent": f"00-{identity}-{identity[:16]}-01".encode(),
        "content-type": b"application/json",
    }
