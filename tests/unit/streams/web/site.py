"""A site on this machine, and a fetcher that may ask it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from streams.errors import Unfetched
from streams.web.fetch import Fetcher, Limits, fetcher
from streams.web.host import HostEvent

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
QUICK = Limits(interval=0.001)
HASTY = Limits(interval=0.001, seconds=0.3)


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Site:
    """A site on a free port of this machine; it notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.times: list[float] = []
        self.peers: set[object] = set()
        self.busy = self.most_busy = 0
        self._handlers: dict[str, Handler] = {}
        self.address = ""
        self.runner: web.AppRunner | None = None

    async def named(self, name: str) -> str:
        """Another name of this site, an address of this machine; `name:port`."""
        assert self.runner is not None
        port = self.address.partition(":")[2]
        await web.TCPSite(self.runner, name, int(port)).start()
        return f"{name}:{port}"

    def says(self, path: str, body: bytes | str = b"", *, status: int = 200, **headers: str) -> None:
        data, named = (
            body.encode() if isinstance(body, str) else body,
            {k.replace("_", "-"): v for k, v in headers.items()},
        )

        async def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(body=data, status=status, headers=named)

        self._handlers[path] = answer

    def does(self, path: str, handler: Handler) -> None:
        self._handlers[path] = handler

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.address.partition(':')[2]}{path}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        self.headers.append(dict(request.headers))
        self.times.append(asyncio.get_running_loop().time())
        self.peers.add(request.transport and request.transport.get_extra_info("peername"))
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        try:
            if request.path not in self._handlers:
                return web.Response(status=404)
            return await self._handlers[request.path](request)
        finally:
            self.busy -= 1

    @property
    def pages_asked(self) -> list[str]:
        return [path for path in self.asked if path != "/robots.txt"]


@asynccontextmanager
async def standing() -> AsyncIterator[Site]:
    """A site on a free port."""
    site = Site()
    application = web.Application()
    application.router.add_get("/{path:.*}", site.handle)
    runner = web.AppRunner(application, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.address = f"127.0.0.1:{runner.addresses[0][1]}"
    site.runner = runner
    try:
        yield site
    finally:
        await runner.cleanup()


def polite(
    site: Site,
    clock: Clock | None = None,
    limits: Limits = QUICK,
    told: list[HostEvent] | None = None,
    allow: Sequence[str] = (),
) -> AbstractAsyncContextManager[Fetcher]:
    """A fetcher that may ask the site (or what `allow` names), and notes what it would tell operators."""

    async def tell(event: HostEvent) -> None:
        if told is not None:
            told.append(event)

    return fetcher(
        contact="a@example.cn",
        version="0",
        clock=clock or Clock(),
        limits=limits,
        allow_hosts=allow or [site.address],
        random=lambda: 0.5,
        tell=tell,
    )


async def failure(site: Site, path: str, limits: Limits = QUICK) -> str:
    """The name under which fetching this fails."""
    async with polite(site, limits=limits) as web_:
        with pytest.raises(Unfetched) as caught:
            await web_.fetch(path if "://" in path else site.url(path))
    return caught.value.name
