"""Tell a topic from one that was deleted and created again under its name, by Kafka's topic id (KIP-516)."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any
from uuid import UUID

from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.abstract import AbstractType
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

from streams.errors import Misconfigured
from streams.kafka.access import Servers, arguments
from streams.kafka.failures import busy_when_away


class _Uuid(AbstractType[UUID]):  # type: ignore[misc]
    @classmethod
    def encode(cls, value: UUID) -> bytes:
        return value.bytes

    @classmethod
    def decode(cls, data: BytesIO) -> UUID:
        return UUID(bytes=data.read(16))


_STRING = CompactString("utf-8")
_TAGS = ("tags", TaggedFields)
_PARTITION = (
    ("error_code", Int16),
    ("partition", Int32),
    ("leader", Int32),
    ("leader_epoch", Int32),
    ("replicas", CompactArray(Int32)),
    ("isr", CompactArray(Int32)),
    ("offline_replicas", CompactArray(Int32)),
    _TAGS,
)


class _MetadataResponse(Response):  # type: ignore[misc]
    """Version 10, the first with topic ids; aiokafka's own classes stop at 5."""

    API_KEY = 3
    API_VERSION = 10
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("brokers", CompactArray(("node_id", Int32), ("host", _STRING), ("port", Int32), ("rack", _STRING), _TAGS)),
        ("cluster_id", _STRING),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("name", _STRING),
                ("topic_id", _Uuid),
                ("is_internal", Boolean),
                ("partitions", CompactArray(*_PARTITION)),
                ("authorized_operations", Int32),
                _TAGS,
            ),
        ),
        ("authorized_operations", Int32),
        _TAGS,
    )


class _MetadataRequestStruct(RequestStruct):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 10
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = _MetadataResponse
    SCHEMA = Schema(
        ("topics", CompactArray(("topic_id", _Uuid), ("name", _STRING), _TAGS)),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
        _TAGS,
    )


class _MetadataRequest(Request[_MetadataRequestStruct]):  # type: ignore[misc]
    API_KEY = 3

    def __init__(self, topics: Iterable[str]) -> None:
        self._topics: list[tuple[UUID, str, dict[int, bytes]]] = [(UUID(int=0), name, {}) for name in topics]

    def build(self, request_struct_class: type[_MetadataRequestStruct]) -> _MetadataRequestStruct:
        return request_struct_class(self._topics, False, False, False, {})  # noqa: FBT003 - the protocol's own order


async def incarnations(servers: Servers, topics: Iterable[str]) -> dict[str, str]:
    """Return the id of each topic: a topic created again under its name has another one.

    Raises:
        Misconfigured: a topic does not stand, says how to create it; or the broker does not let us in.
        Busy: the broker is away.
    """
    client = AIOKafkaClient(**arguments(servers))
    try:
        async with busy_when_away(servers):
            await client.bootstrap()
            answer: Any = await client.send(client.get_random_node(), _MetadataRequest(topics))
    finally:
        await client.close()
    return {name: _id(name, code, topic_id) for code, name, topic_id, *_ in answer.topics}


def _id(name: str, code: int, topic_id: UUID) -> str:
    if code or not topic_id.int:
        raise Misconfigured(f"topic {name} is not there (error {code}): run `xiangyin topics create`")
    return str(topic_id)
