"""What crawlers remember, on a real search server."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from deploy.templates import indices
from streams.crawl.memory import Memory, Noted
from streams.elasticsearch.access import Access
from streams.elasticsearch.client import connect
from streams.elasticsearch.indices import create
from streams.elasticsearch.sources import ElasticsearchMemory
from streams.errors import Busy, Misconfigured
from tests.unit.streams.crawl.contract import HERE, MemoryContract


@pytest.fixture
async def memory(search_server: str) -> AsyncIterator[ElasticsearchMemory]:
    client = await connect(Access(url=search_server))
    deployment = f"t{uuid4().hex[:8]}"
    await create(client, search_server, deployment, indices(deployment, [HERE]))
    yield ElasticsearchMemory(client, server=search_server, deployment=deployment)
    await client.close()


class TestElasticsearchMemory(MemoryContract):
    """The memory that lasts keeps the contract."""


async def test_two_processes_share_it(search_server: str, memory: ElasticsearchMemory) -> None:
    """What one crawler noted, the next one knows, on whichever machine it was started."""
    await memory.decide("a", {"1": Noted(township=HERE)})
    client = await connect(Access(url=search_server))
    other = ElasticsearchMemory(client, server=search_server, deployment=memory.deployment)
    assert (await other.posts("a", ["1"]))["1"].township == HERE
    await client.close()


async def test_many_posts_are_asked_for_in_pieces(memory: Memory) -> None:
    """A page may hold thousands."""
    posts = {str(number): Noted(township=HERE) for number in range(2_500)}
    assert await memory.decide("a", posts) == posts == await memory.posts("a", list(posts))


async def test_a_missing_index_is_named_with_the_remedy(search_server: str) -> None:
    """A deployment of before this index was: the crawler says so before it asks a site for anything."""
    client = await connect(Access(url=search_server))
    memory = ElasticsearchMemory(client, server=search_server, deployment="never")
    with pytest.raises(Misconfigured, match="xiangyin indices create"):
        await memory.head("a")
    await client.close()


async def test_a_server_that_is_away_is_busy() -> None:
    """The visit ends, and the source is visited again later."""
    client = await connect(Access(url="http://127.0.0.1:9", compatibility=True))
    memory = ElasticsearchMemory(client, server="http://127.0.0.1:9", deployment="demo")
    with pytest.raises(Busy):
        await memory.head("a")
    with pytest.raises(Busy):
        await memory.decide("a", {"1": Noted(township=HERE)})
    await client.close()
