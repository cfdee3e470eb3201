"""Both pairs of servers, and for each test a deployment in which nothing stands yet."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from elasticsearch import AsyncElasticsearch
from elasticsearch.helpers import async_bulk, async_scan

from deploy.templates import indices
from streams.elasticsearch.access import Access
from streams.elasticsearch.client import connect
from streams.elasticsearch.indices import create
from streams.elasticsearch.store import ElasticsearchStore
from streams.kafka.admin import create_topics
from streams.kafka.log import KafkaLog
from streams.kafka.producer import open_producer
from tests.contract.bench import Bench
from tests.contract.house import House
from tests.contract.stored import OTHER, TOWN, FixedClock
from tests.servers import REAL, Servers


@pytest.fixture(scope="session", params=["embedded", REAL])
def servers(request: pytest.FixtureRequest) -> Servers:
    """The embedded servers, then the real ones: the promises are the same."""
    running: Servers = request.getfixturevalue(f"{request.param}_servers")
    return running


@pytest.fixture
async def bench(servers: Servers, deployment: str, tmp_path: Path) -> AsyncIterator[Bench]:
    """A deployment with topics, and room for workers."""
    await create_topics(servers.kafka, deployment, partitions=Bench.partitions)
    async with open_producer(servers.kafka) as producer:
        log = KafkaLog(producer, servers.kafka, deployment, partitions=Bench.partitions)
        bench = Bench(servers.kafka, deployment, log, tmp_path / "notebook.jsonl")
        yield bench
        bench.end()


@pytest.fixture
async def house(servers: Servers) -> AsyncIterator[House]:
    """An index of a deployment of its own."""
    client = await connect(Access(url=servers.elasticsearch))
    yield House(client, servers.elasticsearch)
    await client.close()


@pytest.fixture(scope="session")
def indexed(servers: Servers) -> str:
    """A deployment whose indices stand: the real server takes seconds to make them, so its tests share it."""

    async def make() -> None:
        client = await connect(Access(url=servers.elasticsearch))
        await create(client, servers.elasticsearch, "shared", indices("shared", [TOWN, OTHER]))
        await client.close()

    asyncio.run(make())
    return "shared"


@pytest.fixture
async def client(servers: Servers, indexed: str) -> AsyncIterator[AsyncElasticsearch]:
    """A connection to the search server, when the shared deployment is empty."""
    client = await connect(Access(url=servers.elasticsearch))
    await client.indices.refresh(index=f"{indexed}-*")
    there = [hit async for hit in async_scan(client, index=f"{indexed}-*", source=False)]
    await async_bulk(client, [{"_op_type": "delete", "_index": hit["_index"], "_id": hit["_id"]} for hit in there])
    yield client
    await client.close()


@pytest.fixture
def store(servers: Servers, client: AsyncElasticsearch, indexed: str) -> ElasticsearchStore:
    """The store of the shared deployment, which takes no note of time."""
    return ElasticsearchStore(
        client,
        server=servers.elasticsearch,
        deployment=indexed,
        partition=lambda township: 3 if township == TOWN else 5,
        clock=FixedClock(),
        wanted=indices(indexed, [TOWN, OTHER]),
    )
