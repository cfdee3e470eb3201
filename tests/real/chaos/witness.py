"""What the servers themselves say, asked without the proxy and without the worker's code."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from elastic_transport import TransportError
from elasticsearch import ApiError, AsyncElasticsearch
from elasticsearch.helpers import async_scan

from agents.alert import OF_GRADE, OF_WARNING
from streams.identity import document_id
from streams.kafka.coordinator import heed_errors
from tests.embedded.county import PARTITIONS
from tests.real.chaos.content import GRAVE, MATTER, NAME, REASON
from tests.real.chaos.invariants import Alert, Letter, Logged, Matter, Offsets, Stored
from tests.real.servers import RealServers


class Witness:
    """Reads a deployment's topics, offsets and indices."""

    def __init__(self, servers: RealServers, deployment: str) -> None:
        self._servers, self._deployment = servers, deployment
        self._client = AsyncElasticsearch(servers.elasticsearch, request_timeout=60)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def has(self, names: Collection[str]) -> bool:
        """Whether these posts can be found; false also while the server is away."""
        with contextlib.suppress(ApiError, TransportError):
            # By id and in real time, as a search would have to wait for the next refresh.
            docs = [{"_index": index, "_id": name} for index in await self._posts() for name in names]
            answer = await self._client.mget(docs=docs, source=False)
            return {each["_id"] for each in answer["docs"] if each.get("found")} >= set(names)
        return False

    async def _posts(self) -> list[str]:
        return list(await self._client.indices.get(index=f"{self._deployment}-posts-*"))

    async def offsets(self, *, within: float) -> dict[int, Offsets]:
        """How far each partition of the posts topic has been acknowledged.

        Raises:
            KafkaError, TimeoutError: the broker did not say within so many seconds.
        """
        return await asyncio.wait_for(self._offsets(), within)

    async def _offsets(self) -> dict[int, Offsets]:
        async with self._consumer(group_id=f"{self._deployment}-worker", enable_auto_commit=False) as consumer:
            places = self._places("posts")
            heed_errors(consumer._coordinator)
            consumer.assign(places)
            earliest, end = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
            return {
                place.partition: Offsets(earliest[place], await consumer.committed(place) or 0, end[place])
                for place in places
            }

    async def logged(self) -> list[Logged]:
        """The posts topic."""
        return [_logged(record) async for record in self._records("posts")]

    async def alerts(self) -> list[Alert]:
        """The alerts topic."""
        return [_alert(record) async for record in self._records("alerts")]

    async def letters(self) -> list[Letter]:
        """The dead letters' topic; a letter may be there more than once."""
        found = [json.loads(record.value) async for record in self._records("dead")]
        return [Letter((each["topic"], each["partition"], each["offset"]), each["reason"]) for each in found]

    async def stored(self) -> list[Stored]:
        """All posts."""
        fields = ["id", "township", "source", "fetched", "incident", "severity"]
        return [_stored(each) for each in await self._scan("posts", fields)]

    async def incidents(self) -> list[Matter]:
        """All incidents."""
        fields = ["id", "posts", "revision", "alert_started", "pending_alerts", "voices"]
        return [
            Matter(each["id"], each["posts"], each["revision"], bool(each.get("alert_started")),
                   len(each.get("pending_alerts") or ()), each.get("voices", 0))
            for each in await self._scan("incidents", fields)
        ]  # fmt: skip

    async def history(self) -> set[tuple[str, int]]:
        """Incident and revision of all that the history holds."""
        return {(each["incident"], each["revision"]) for each in await self._scan("history", ["incident", "revision"])}

    async def _scan(self, kind: str, fields: Sequence[str]) -> list[dict[str, Any]]:
        index = f"{self._deployment}-{kind}*"
        await self._client.indices.refresh(index=index)
        return [hit["_source"] async for hit in async_scan(self._client, index=index, source=fields, size=2_000)]

    async def _records(self, role: str) -> AsyncIterator[Any]:
        """All of a topic, partition by partition in order."""
        async with self._consumer(auto_offset_reset="earliest") as consumer:
            places = self._places(role)
            consumer.assign(places)
            ends = await consumer.end_offsets(places)
            await consumer.seek_to_beginning(*places)
            while any([await consumer.position(place) < ends[place] for place in places]):
                for records in (await consumer.getmany(timeout_ms=1_000)).values():
                    for record in records:
                        yield record

    @contextlib.asynccontextmanager
    async def _consumer(self, **options: Any) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = AIOKafkaConsumer(bootstrap_servers=self._servers.kafka, **options)
        try:
            await consumer.start()
            yield consumer
        finally:
            await consumer.stop()

    def _places(self, role: str) -> list[TopicPartition]:
        return [TopicPartition(f"{self._deployment}.{role}", number) for number in range(PARTITIONS)]


def _logged(record: Any) -> Logged:
    said = dict(record.headers)
    name = said[NAME].decode()
    reason = said.get(REASON, b"").decode()
    fetched = "" if reason else _utc(json.loads(record.value)["fetched"])
    place = (record.topic, record.partition, record.offset)
    return Logged(place, name, reason, fetched, said.get(MATTER, b"").decode(), GRAVE in said)


def _alert(record: Any) -> Alert:
    said = json.loads(record.value)
    first = said["cap"]["msgType"] == "Alert"
    content = repr((record.key, sorted(record.headers), record.value)).encode()
    return Alert(dict(record.headers)["ce_id"].decode(), said["fingerprint"], said["revision"], first, content)


def _stored(source: dict[str, Any]) -> Stored:
    severity = source["severity"]
    grave = OF_GRADE[severity["grade"]] or OF_WARNING[severity["warning"]]
    name = document_id(source["township"], source["source"], source["id"])
    return Stored(name, _utc(source["fetched"]), source.get("incident"), bool(grave))


def _utc(time: str) -> str:
    """One form for one time."""
    return datetime.fromisoformat(time).astimezone(UTC).isoformat()
