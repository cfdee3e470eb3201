"""Reads of many documents, which are whole or fail: a shard that is away is never taken for an empty one."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final

from elasticsearch import AsyncElasticsearch, NotFoundError

from streams.elasticsearch.failures import busy_when_away
from streams.errors import Busy

KEPT: Final = "5m"
"""How long the server keeps its place between two pages."""


async def scanned(
    client: AsyncElasticsearch, server: str, *, index: str, size: int, kept: str = KEPT, **search: Any
) -> AsyncGenerator[Mapping[str, Any], None]:
    """Every hit of a search, `size` of them a page, as they stand now.

    The client's own `async_scan` looks for absent shards only where a page has hits, and waits for ever for a page.

    Args:
        client: of `streams.elasticsearch.client.connect`.
        server: its address, for messages.
        index: which, or an alias.
        size: of a page.
        kept: how long the server keeps its place between two pages.
        search: the rest of the request: query, order, what of each document.

    Raises:
        Busy: a shard is away, or the server has lost its place: begin again.
        NotFoundError: there is no such index.
    """
    with busy_when_away(server):
        # The server heeds allow_partial_search_results for the first page only.
        answer = await client.search(index=index, size=size, scroll=kept, allow_partial_search_results=False, **search)
        place = answer["_scroll_id"]
        try:
            assert_whole(server, answer)
            while hits := answer["hits"]["hits"]:
                for hit in hits:
                    yield hit
                answer = await _next(client, server, place, kept)
                place = answer["_scroll_id"]
                assert_whole(server, answer)
        finally:
            await client.options(ignore_status=404).clear_scroll(scroll_id=place)


async def counted(client: AsyncElasticsearch, server: str, *, index: str, query: Mapping[str, Any]) -> int:
    """How many documents a query finds.

    Raises:
        Busy: a shard is away.
        NotFoundError: there is no such index.
    """
    with busy_when_away(server):
        answer = await client.count(index=index, query=query)
    assert_whole(server, answer)
    return int(answer["count"])


async def refresh(client: AsyncElasticsearch, server: str, index: str) -> None:
    """Let searches find all that was written.

    Raises:
        Busy: a shard is away.
        NotFoundError: there is no such index.
    """
    with busy_when_away(server):
        answer = await client.indices.refresh(index=index)
    assert_whole(server, answer)


def assert_whole(server: str, answer: Any) -> None:
    """Raise Busy when an answer is of some shards only."""
    shards = answer["_shards"]
    if shards["failed"]:
        raise Busy(f"{server} could not read every shard: {shards['failed']} of {shards['total']} are away")


async def _next(client: AsyncElasticsearch, server: str, place: str, kept: str) -> Any:
    try:
        return await client.scroll(scroll_id=place, scroll=kept)
    except NotFoundError as error:
        raise Busy(f"{server} has lost its place in a search: it was started again, or took too long") from error
