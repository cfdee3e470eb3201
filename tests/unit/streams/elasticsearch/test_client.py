"""The connection to the search server."""

import asyncio

from aiohttp import web

from streams.elasticsearch.access import Access
from streams.elasticsearch.client import CONNECTIONS, connect


async def test_a_crawlers_visits_ask_side_by_side() -> None:
    """Each of as many requests as a crawler has visits reaches the server before any of them is answered."""
    waiting = asyncio.Barrier(CONNECTIONS)

    async def handle(_: web.BaseRequest) -> web.Response:
        async with asyncio.timeout(20):
            await waiting.wait()
        return web.json_response({"docs": []}, headers={"x-elastic-product": "Elasticsearch"})

    runner = web.ServerRunner(web.Server(handle))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=CONNECTIONS).start()
    client = await connect(Access(url=f"http://127.0.0.1:{runner.addresses[0][1]}", compatibility=True))
    try:
        await asyncio.gather(*(client.mget(index="i", ids=["a"]) for _ in range(CONNECTIONS)))
    finally:
        await client.close()
        await runner.cleanup()
