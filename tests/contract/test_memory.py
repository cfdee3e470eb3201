"""What crawlers remember, on a search server."""

import pytest
from elasticsearch import AsyncElasticsearch

from streams.crawl.memory import Memory, Noted
from streams.elasticsearch.access import Access
from streams.elasticsearch.client import connect
from streams.elasticsearch.sources import ElasticsearchMemory
from streams.errors import Busy, Misconfigured
from tests.servers import Servers
from tests.unit.streams.crawl.contract import HERE, MemoryContract


@pytest.fixture
def memory(servers: Servers, client: AsyncElasticsearch, indexed: str) -> ElasticsearchMemory:
    return ElasticsearchMemory(client, server=servers.elasticsearch, deployment=indexed)


class TestElasticsearchMemory(MemoryContract):
    """The memory that lasts keeps the contract."""


async def test_two_processes_share_it(servers: Servers, memory: ElasticsearchMemory) -> None:
    """What one crawler noted, the next one knows, on whichever machine it was started."""
    await memory.decide("a", {"1": Noted(township=HERE)})
    client = await connect(Access(url=servers.elasticsearch))
    other = ElasticsearchMemory(client, server=servers.elasticsearch, deployment=memory.deployment)
    assert (await other.posts("a", ["1"]))["1"].township == HERE
    await client.close()


async def test_many_posts_are_asked_for_in_pieces(memory: Memory) -> None:
    """A page may hold thousands."""
    posts = {str(number): Noted(township=HERE) for number in range(2_500)}
    assert await memory.decide("a", posts) == posts == await memory.posts("a", list(posts))


async def test_a_missing_index_is_named_with_the_remedy(servers: Servers) -> None:
    """A deployment of before this index was: the crawler says so before it asks a site for anything."""
    client = await connect(Access(url=servers.elasticsearch))
    memory = ElasticsearchMemory(client, server=servers.elasticsearch, deployment="never")
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
