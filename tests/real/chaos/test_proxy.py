"""The proxy does the harm that it says, and none otherwise."""

import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.real.chaos import proxy as proxies
from tests.real.chaos.proxy import HARMS, Proxy

BULK = b"".join(b'{"create":{"_index":"i","_id":"%d"}}\n{"n":%d}\n' % (number, number) for number in range(40))


class Search:
    """A search server that takes every bulk."""

    def __init__(self) -> None:
        self.written: Counter[str] = Counter()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        heads = (await request.content.read()).splitlines()[::2]
        ids = [json.loads(head)["create"]["_id"] for head in heads]
        self.written.update(ids)
        items = [{"create": {"_index": "i", "_id": each, "status": 201}} for each in ids]
        return web.json_response({"took": 1, "errors": False, "items": items})


@pytest.fixture
async def search() -> Search:
    return Search()


@pytest.fixture
async def proxy(search: Search, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    monkeypatch.setattr(proxies, "SILENCE", 0.2)
    runner = web.ServerRunner(web.Server(search.answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    async with Proxy(f"http://{host}:{port}", random.Random(1)) as made:
        yield made
    await runner.cleanup()


async def bulk(proxy: Proxy) -> tuple[int, dict[str, Any]]:
    async with aiohttp.ClientSession() as session, session.post(f"{proxy.url}/_bulk", data=BULK) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_without_harm_everything_passes(proxy: Proxy, search: Search) -> None:
    """Requests and answers go through unchanged."""
    status, answer = await bulk(proxy)
    assert status == 200
    assert [item["create"]["status"] for item in answer["items"]] == [201] * 40
    assert len(search.written) == 40


@pytest.mark.parametrize("harm", ["429", "503"])
async def test_a_busy_server_writes_nothing(proxy: Proxy, search: Search, harm: str) -> None:
    """The whole request is refused, and nothing of it arrives."""
    with proxy.doing(harm, share=1.0):
        assert (await bulk(proxy))[0] == int(harm)
    assert not search.written
    assert proxy.done == {harm: 1}


async def test_some_items_are_refused_in_their_places(proxy: Proxy, search: Search) -> None:
    """Within an answer of 200 some items say 429; those and only those were not written."""
    with proxy.doing("some items 429", share=1.0):
        status, answer = await bulk(proxy)
    assert (status, answer["errors"]) == (200, True)
    said = [item["create"] for item in answer["items"]]
    assert [each["_id"] for each in said] == [str(number) for number in range(40)]
    assert {each["_id"] for each in said if each["status"] == 201} == set(search.written)
    assert {each["status"] for each in said} == {201, 429}


@pytest.mark.parametrize("harm", HARMS[3:5])
async def test_what_is_not_heard_was_written(proxy: Proxy, search: Search, harm: str) -> None:
    """The client hears of a failure, and the server has it all."""
    with proxy.doing(harm, share=1.0), pytest.raises(aiohttp.ClientError):
        await bulk(proxy)
    assert len(search.written) == 40


async def test_connections_drop_before_and_after_the_write(proxy: Proxy, search: Search) -> None:
    """Now the server has it, now it has not; the client cannot tell."""
    with proxy.doing("dropped connections", share=1.0):
        for _ in range(20):
            with pytest.raises(aiohttp.ClientError):
                await bulk(proxy)
    assert 0 < search.written["0"] < 20
