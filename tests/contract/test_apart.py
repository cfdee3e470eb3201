"""Where the real servers are not as the embedded ones: the promise is kept where it is harder to keep.

what                                         | embedded                 | real
a write is found by a search                 | at once                  | after a refresh
a deletion is remembered                     | for ever                 | for a minute (index.gc_deletes)
what was acknowledged outlasts the server    | no, it is in memory      | yes
a full disk, a blocked index                 | unknown                  | refuses each write
a shard that is away                         | unknown                  | answers are of the others
a topic that was created or deleted is known | at once                  | a moment later (test_log.py)
a damaged batch                              | is taken                 | is refused (test_worker.py)
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete

from streams.elasticsearch.store import ElasticsearchStore
from streams.elasticsearch.whole import counted, scanned
from streams.errors import Busy
from streams.kafka.log import KafkaLog
from streams.kafka.offsets import earliest
from streams.kafka.producer import open_producer
from streams.protocols import Conflict, Done, IncidentWrite, Message, Overloaded, PostWrite
from streams.topics import topic
from tests.contract.bench import Bench
from tests.contract.stored import TOWN, incident, judged, put, written
from tests.contract.test_log import KEY, stored
from tests.real.servers import RealServers
from tests.servers import ONLY_REAL

pytestmark = ONLY_REAL


@asynccontextmanager
async def set_to(store: ElasticsearchStore, index: str, **settings: object) -> AsyncIterator[None]:
    """An index with other settings, for as long as the context lasts."""
    await store.client.indices.put_settings(index=index, settings=settings)
    try:
        yield
    finally:
        await store.client.indices.put_settings(index=index, settings=dict.fromkeys(settings))


async def test_load_brings_what_no_search_shows_yet(store: ElasticsearchStore) -> None:
    """Without a refresh a search finds nothing of a write: load refreshes first, and misses no incident."""
    everything = store.names.all_incidents
    async with set_to(store, everything, **{"index.refresh_interval": "-1"}):
        held = await written(store, incident())
        assert (await store.client.count(index=everything))["count"] == 0
        assert list(await store.load([3])) == held


async def test_a_deletion_that_the_server_forgot_fences_still(store: ElasticsearchStore) -> None:
    """Whoever recalled a post before it was deleted is refused, at once and after the deletion is forgotten."""
    everything = store.names.posts(TOWN)
    await put(store, {"p": judged()})
    recalled = (await store.recall({"p": TOWN})).posts["p"]
    async with set_to(store, everything, **{"index.gc_deletes": "0s"}):
        await store.client.delete(index=everything, id="p", refresh=True)
        await store.client.indices.flush(index=everything)
        (late,) = await put(store, {"p": judged(version=2000)}, after=recalled)
        (anew,) = await put(store, {"p": judged(version=3000)})
        (later,) = await put(store, {"p": judged(version=4000)}, after=recalled)
    assert [type(outcome) for outcome in (late, anew, later)] == [Conflict, Done, Conflict]


async def test_a_write_is_fenced_across_a_power_cut(servers: RealServers, store: ElasticsearchStore) -> None:
    """After kill -9 all that was acknowledged is there, and who read it before may write, once."""
    (read,) = await written(store, incident())
    await put(store, {"p": judged()})
    recalled = (await store.recall({"p": TOWN})).posts["p"]
    await asyncio.to_thread(servers.search.kill)
    with pytest.raises(Busy):
        await store.recall({"p": TOWN})
    await asyncio.to_thread(servers.search.start)
    assert await store.read_incident("i1", TOWN) == read
    first, second = [(await store.write_incidents([IncidentWrite(incident(posts=3), read)]))[0] for _ in range(2)]
    edit, again = [(await put(store, {"p": judged(version=2000)}, after=recalled))[0] for _ in range(2)]
    assert [type(outcome) for outcome in (first, second, edit, again)] == [Done, Conflict, Done, Conflict]


@pytest.mark.parametrize("block", ["index.blocks.read_only_allow_delete", "index.blocks.write"])
async def test_a_blocked_index_holds_the_batch(store: ElasticsearchStore, block: str) -> None:
    """A full disk (429) or an index that a person has closed for writing (403): not now, and no dead letter."""
    async with set_to(store, store.names.posts(TOWN), **{block: True}):
        outcomes = await store.write_posts({name: PostWrite(judged(name), None) for name in ("a", "b")})
        assert [type(outcome) for outcome in outcomes] == [Overloaded, Overloaded]
    assert [type(outcome) for outcome in await put(store, {"a": judged("a")})] == [Done]


async def test_records_that_were_acknowledged_outlast_the_broker(servers: RealServers, bench: Bench) -> None:
    """The broker dies amid a run: sent again after Busy, every record stands, and first occurrences in order."""
    values = [f"{number:04d}" for number in range(1500)]

    async def send_all() -> None:
        async with open_producer(bench.servers, idempotent=True, patience=2.0) as producer:
            log = KafkaLog(producer, bench.servers, bench.deployment, partitions=bench.partitions)
            for start in range(0, len(values), 10):
                batch = values[start : start + 10]
                await _insist(log, [Message(role="posts", key=KEY.encode(), value=each.encode()) for each in batch])

    sending = asyncio.create_task(send_all())
    await asyncio.sleep(0.3)
    assert not sending.done()
    await asyncio.to_thread(servers.broker.kill)
    await asyncio.to_thread(servers.broker.start)
    await sending
    found = [value for _, value in await stored(bench, "posts", len(values))]
    assert list(dict.fromkeys(found)) == values


async def test_the_log_begins_after_what_was_deleted(bench: Bench) -> None:
    """What retention deleted is known: the first offset that is left, of each partition."""
    await bench.publish("posts", ["a", "b", "c"])
    name, number = topic(bench.deployment, "posts"), bench.log.partition(KEY.encode())
    assert await earliest(bench.servers, [(name, number)]) == {(name, number): 0}
    admin = AIOKafkaAdminClient(bootstrap_servers=bench.servers)
    await admin.start()
    await admin.delete_records({TopicPartition(name, number): RecordsToDelete(before_offset=2)})
    await admin.close()
    assert await earliest(bench.servers, [(name, number), (name, 1 - number)]) == {
        (name, number): 2,
        (name, 1 - number): 0,
    }


async def _insist(log: KafkaLog, messages: list[Message]) -> None:
    while True:
        try:
            return await log.send(messages)
        except Busy:
            await asyncio.sleep(0.1)


async def test_a_shard_that_is_away_is_not_taken_for_an_empty_one(store: ElasticsearchStore) -> None:
    """The server answers 200 with what its other shards hold; what is read of many documents is then Busy."""
    alias, away = f"t{uuid4().hex[:8]}", {"index.routing.allocation.require._name": "another"}
    for name, settings in (("here", {}), ("away", away)):
        index = f"{alias}-{name}"
        await store.client.indices.create(index=index, aliases={alias: {}}, settings=settings, wait_for_active_shards=0)
    every: Mapping[str, Any] = {"match_all": {}}
    assert (await store.client.search(index=alias, query=every))["_shards"]["failed"] == 1
    with pytest.raises(Busy):
        await counted(store.client, store.server, index=alias, query=every)
    with pytest.raises(Busy):
        await anext(scanned(store.client, store.server, index=alias, size=10, query=every))
    await store.client.indices.delete(index=[f"{alias}-here", f"{alias}-away"])
