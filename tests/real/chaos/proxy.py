"""Stands before the search server and does what networks and busy servers do."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

import aiohttp
from aiohttp import web
from yarl import URL

from tests.real.java import free_port

HOPS: Final = {"host", "connection", "content-length", "transfer-encoding", "accept-encoding"}
"""Headers that belong to one connection; and nothing is packed on loopback."""

SAID: Final = {
    "content-type": "application/vnd.elasticsearch+json;compatible-with=8",
    "x-elastic-product": "Elasticsearch",
}
SILENCE: Final = 40.0
"""Seconds without an answer: longer than the worker's own patience with one request."""

REJECTED: Final = {"type": "es_rejected_execution_exception", "reason": "rejected execution of a request"}

HARMS: Final = ("429", "503", "some items 429", "silence after the write", "half an answer", "dropped connections")


ONLY_WRITES: Final = ("some items 429", "silence after the write")


class Answer(NamedTuple):
    """What the server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Proxy:
    """Passes everything on, except while it is `doing` harm.

    Args:
        server: URL of the search server.
        dice: decides which requests are harmed, and how.

    Attributes:
        url: where clients find it.
        done: how many requests were harmed, by harm.
    """

    def __init__(self, server: str, dice: random.Random) -> None:
        self._server, self._dice, self._port = server, dice, free_port()
        self.url, self.done = f"http://127.0.0.1:{self._port}", Counter[str]()
        self._harm, self._share = "", 0.0
        self._runner = web.ServerRunner(web.Server(self._answer), shutdown_timeout=0.5)

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(skip_auto_headers=("Accept-Encoding",))
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._runner.cleanup()
        await self._session.close()

    @contextmanager
    def doing(self, harm: str, *, share: float = 0.7) -> Iterator[None]:
        """Harm this share of the requests for as long as the context lasts."""
        self._harm, self._share = harm, share
        try:
            yield
        finally:
            self._harm, self._share = "", 0.0

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        body, harm = await request.content.read(), self._harm
        writes = request.path.endswith("/_bulk")
        if not harm or self._dice.random() >= self._share or (harm in ONLY_WRITES and not writes):
            return await self._pass(request, body)
        self.done[harm] += 1
        if harm in ("429", "503"):
            said = {"error": REJECTED, "status": int(harm)}
            return web.Response(status=int(harm), headers=SAID, body=json.dumps(said).encode())
        if harm == "dropped connections" and self._dice.random() < 0.5:
            return _drop(request)  # Before it is written; else after.
        try:
            return await self._harmed(harm, request, body)
        except aiohttp.ClientError:
            return _drop(request)

    async def _harmed(self, harm: str, request: web.BaseRequest, body: bytes) -> web.StreamResponse:
        if harm == "some items 429":
            return await self._some_items(request, body)
        answer = await self._ask(request, body)
        if harm == "half an answer":
            return await _half(request, answer)
        if harm == "silence after the write":
            await asyncio.sleep(SILENCE)
        return _drop(request)

    async def _pass(self, request: web.BaseRequest, body: bytes) -> web.StreamResponse:
        try:
            answer = await self._ask(request, body)
        except aiohttp.ClientError:
            return _drop(request)  # As a server that is not there, or dies.
        return web.Response(status=answer.status, headers=answer.headers, body=answer.body)

    async def _ask(self, request: web.BaseRequest, body: bytes) -> Answer:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOPS}
        url = URL(self._server + request.raw_path, encoded=True)
        async with self._session.request(request.method, url, data=body or None, headers=headers) as answer:
            said = {name: value for name, value in answer.headers.items() if name.lower() not in HOPS}
            return Answer(answer.status, said, await answer.read())

    async def _some_items(self, request: web.BaseRequest, body: bytes) -> web.StreamResponse:
        """Some items are rejected as by a full queue, and never reach the server; the others are written."""
        lines = body.splitlines(keepends=True)
        items = list(zip(lines[::2], lines[1::2], strict=True))  # Nobody of ours deletes in bulk.
        kept = [self._dice.random() < 0.5 for _ in items]
        sent = b"".join(line for item, keep in zip(items, kept, strict=True) if keep for line in item)
        said: dict[str, Any] = {"took": 1, "items": []}
        if sent:
            answer = await self._ask(request, sent)
            if answer.status != 200:
                return web.Response(status=answer.status, headers=answer.headers, body=answer.body)
            said = json.loads(answer.body)
        written = iter(said["items"])
        merged = [next(written) if keep else _rejected(item[0]) for item, keep in zip(items, kept, strict=True)]
        return web.Response(headers=SAID, body=json.dumps({**said, "errors": True, "items": merged}).encode())


def _rejected(head: bytes) -> dict[str, Any]:
    ((verb, address),) = json.loads(head).items()
    return {verb: {"_index": address["_index"], "_id": address["_id"], "status": 429, "error": REJECTED}}


def _drop(request: web.BaseRequest) -> web.StreamResponse:
    if request.transport:
        request.transport.abort()
    return web.Response()


async def _half(request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    response.content_length = len(answer.body)
    await response.prepare(request)
    await response.write(answer.body[: len(answer.body) // 2])
    if request.transport:
        request.transport.close()
    return response
