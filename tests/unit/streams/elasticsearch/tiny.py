"""A search server of a few lines, which answers as a test says."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from elasticsearch import AsyncElasticsearch

from streams.elasticsearch.access import Access
from streams.elasticsearch.client import connect

Answer = tuple[int, dict[str, Any]]
"""Status and body."""


@asynccontextmanager
async def tiny(answer: Callable[[web.BaseRequest], Answer]) -> AsyncIterator[str]:
    """The address of a server that answers each request so."""

    async def handle(request: web.BaseRequest) -> web.Response:
        await request.read()
        status, body = answer(request)
        return web.json_response(body, status=status, headers={"x-elastic-product": "Elasticsearch"})

    runner = web.ServerRunner(web.Server(handle))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def client_of(answer: Callable[[web.BaseRequest], Answer]) -> AsyncIterator[tuple[AsyncElasticsearch, str]]:
    """A client of such a server, and its address."""
    async with tiny(answer) as url:
        client = await connect(Access(url=url, compatibility=True))
        try:
            yield client, url
        finally:
            await client.close()


def shards(failed: int = 0, total: int = 2) -> dict[str, Any]:
    """What an answer says of the shards that were asked."""
    return {"total": total, "successful": total - failed, "skipped": 0, "failed": failed}
