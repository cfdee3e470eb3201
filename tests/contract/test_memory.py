"""What crawlers remember, on a search server."""

from hashlib import sha256

import pytest
from elasticsearch import AsyncElasticsearch
from msgspec.structs import replace

from streams.crawl.memory import Held, Memory, Noted
from streams.elasticsearch.access import Access
from streams.elasticsearch.client import connect
from streams.elasticsearch.sources import ElasticsearchMemory
from streams.errors import Busy, Misconfigured
from streams.pages.page import Link
from streams.privacy.notebook import Notebook
from tests.servers import Servers
from tests.unit.streams.crawl.contract import HERE, MemoryContract

OLD, NEW = b"o" * 32, b"n" * 32
NOTEBOOK = Notebook({1: OLD})
HANDLE = "雾岭客"
THREAD = f"https://bbs.example.cn/u/{HANDLE}/thread/5"


@pytest.fixture
def memory(servers: Servers, client: AsyncElasticsearch, indexed: str) -> ElasticsearchMemory:
    return ElasticsearchMemory(client, server=servers.elasticsearch, deployment=indexed, notebook=NOTEBOOK)


def again(
    servers: Servers, client: AsyncElasticsearch, memory: ElasticsearchMemory, notebook: Notebook = NOTEBOOK
) -> ElasticsearchMemory:
    """The memory of another process."""
    return ElasticsearchMemory(client, server=servers.elasticsearch, deployment=memory.deployment, notebook=notebook)


class TestElasticsearchMemory(MemoryContract):
    """The memory that lasts keeps the contract."""


async def test_two_processes_share_it(servers: Servers, memory: ElasticsearchMemory) -> None:
    """What one crawler noted, the next one knows, on whichever machine it was started."""
    await memory.decide("a", {"1": Noted(township=HERE)})
    client = await connect(Access(url=servers.elasticsearch))
    other = again(servers, client, memory)
    assert (await other.posts("a", ["1"]))["1"].township == HERE
    await client.close()


async def test_no_note_says_who_wrote(client: AsyncElasticsearch, memory: ElasticsearchMemory) -> None:
    """A handle may stand in an address, a stamp or an id: none is in the index, and no digest to test guesses by."""
    page = Held(f'"{HANDLE}"', None, (Link(THREAD, "thread", HANDLE),), HANDLE, "r", (HANDLE,), (HANDLE,))
    await memory.remember("a", {HANDLE: Noted(township=HERE)}, {THREAD: page})
    index = f"{memory.deployment}-sources"
    await client.indices.refresh(index=index)
    written = str(await client.search(index=index, query={"match_all": {}}))
    guesses = [sha256(guess.encode()).hexdigest()[:32] for guess in (THREAD, HANDLE)]
    assert not any(told in written for told in (HANDLE, "thread/5", "%E9%9B%BE", *guesses))
    assert await memory.pages("a", [THREAD]) == {THREAD: page}


async def test_a_large_page_is_kept(memory: Memory) -> None:
    """A list of a thousand threads, as it was."""
    links = tuple(Link(f"https://bbs.example.cn/t/{sha256(bytes(number)).hexdigest()}", "t") for number in range(1_000))
    await memory.remember("a", {}, {"u": Held('"1"', None, links)})
    assert (await memory.pages("a", ["u"]))["u"].links == links


async def test_a_new_key_loses_no_note(
    servers: Servers, client: AsyncElasticsearch, memory: ElasticsearchMemory
) -> None:
    """What was noted before a rotation is found behind it, replaced in its place, and sealed with the new key."""
    post, page = Noted(township=HERE, digest="d"), Held('"1"', None, (Link(THREAD, "thread"),))
    await memory.remember("a", {"1": post}, {"u": page, "v": page})
    rotated = again(servers, client, memory, Notebook({1: OLD, 2: NEW}))
    assert await rotated.posts("a", ["1"]) == {"1": post} == await rotated.decide("a", {"1": Noted(township=HERE)})
    assert await rotated.pages("a", ["u"]) == {"u": page}
    await rotated.remember("a", {"1": replace(post, digest="e")}, {"u": replace(page, etag='"2"')})
    assert (await memory.posts("a", ["1"]))["1"].digest == "e"
    # A page that was sealed with a key which is there no more is read again; no crawler ends by it.
    assert (await rotated.pages("a", ["u"]))["u"].etag == '"2"'
    assert await memory.pages("a", ["u", "v"]) == {"v": page}


async def test_many_posts_are_asked_for_in_pieces(memory: Memory) -> None:
    """A page may hold thousands."""
    posts = {str(number): Noted(township=HERE) for number in range(2_500)}
    assert await memory.decide("a", posts) == posts == await memory.posts("a", list(posts))


async def test_a_missing_index_is_named_with_the_remedy(servers: Servers) -> None:
    """A deployment of before this index was: the crawler says so before it asks a site for anything."""
    client = await connect(Access(url=servers.elasticsearch))
    memory = ElasticsearchMemory(client, server=servers.elasticsearch, deployment="never", notebook=NOTEBOOK)
    with pytest.raises(Misconfigured, match="xiangyin indices create"):
        await memory.head("a")
    await client.close()


async def test_a_server_that_is_away_is_busy() -> None:
    """The visit ends, and the source is visited again later."""
    client = await connect(Access(url="http://127.0.0.1:9", compatibility=True))
    memory = ElasticsearchMemory(client, server="http://127.0.0.1:9", deployment="demo", notebook=NOTEBOOK)
    with pytest.raises(Busy):
        await memory.head("a")
    with pytest.raises(Busy):
        await memory.decide("a", {"1": Noted(township=HERE)})
    await client.close()
