"""The farm's web server: one process, one port a site, whatever bytes a site wants sent; each request is noted."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from msgspec import Struct

from tests.embedded.farm.site import Asked, Reply, Site

_HEAD: Final = 16_384
_PATIENCE: Final = 30.0
"""Seconds after which a connection on which nothing is asked ends."""
_GLANCE: Final = 0.02


class Request(Struct, kw_only=True):
    """What was asked, and what came of it. Times are seconds of a clock that only grows.

    `run` numbers the crawler, `season` the site's state. `whole` says whether the answer was sent to its end, `sent`
    how many bytes of it.
    """

    site: str
    path: str
    agent: str
    headers: Mapping[str, str]
    run: int
    season: int
    began: float
    ended: float | None = None
    status: int = 0
    retry_after: float = 0.0
    sent: int = 0
    whole: bool = False


class Server:
    """Serves sites on loopback, for as long as the asynchronous context lasts.

    `asked` is the log. `run` and `season` are set from outside.
    """

    def __init__(self, sites: Iterable[Site]) -> None:
        self.sites = {site.name: site for site in sites}
        self.roots: dict[str, str] = {}
        self.asked: list[Request] = []
        self.run, self.season = 1, 1
        self._turns: Counter[tuple[str, str, int]] = Counter()
        self._servers: list[asyncio.Server] = []
        self._talks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        for name in self.sites:
            await self._open(name)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    def site(self, name: str) -> Site:
        """The site as it is in this season."""
        first = self.sites[name]
        return first.later if first.later and self.season > 1 else first

    async def _open(self, name: str) -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task
            self._talks.add(task)
            try:
                with suppress(OSError, EOFError, TimeoutError, asyncio.LimitOverrunError):
                    while await self._exchange(name, reader, writer):
                        pass
            except asyncio.CancelledError:
                pass
            finally:
                self._talks.discard(task)
                writer.transport.abort()

        server = await asyncio.start_server(talk, "127.0.0.1", 0, limit=_HEAD)
        self._servers.append(server)
        self.roots[name] = "http://{}:{}".format(*server.sockets[0].getsockname()[:2])

    async def _exchange(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; whether another may come on this connection."""
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _PATIENCE)
        first, *lines = head.decode("latin-1").split("\r\n")
        path = first.split(" ")[1]
        headers = {key.lower(): value.strip() for key, _, value in (line.partition(":") for line in lines) if key}
        noted = Request(
            site=name,
            path=path,
            agent=headers.get("user-agent", ""),
            headers=headers,
            run=self.run,
            season=self.season,
            began=time.monotonic(),
        )
        self.asked.append(noted)
        turn = name, path, self.run
        reply = self.site(name).answer(Asked(path=path, turn=self._turns[turn], roots=self.roots))
        self._turns[turn] += 1
        if (tag := reply.headers.get("ETag")) and reply.status == 200 and headers.get("if-none-match") == tag:
            reply = Reply(status=304, headers={"ETag": tag})
        noted.status, noted.retry_after = reply.status, reply.retry_after
        try:
            return await _send(reply, reader, writer, noted)
        finally:
            noted.ended = noted.ended or time.monotonic()


async def _send(reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, noted: Request) -> bool:
    """Send an answer; whether the connection stays good."""
    await _pause(reply.wait, reader)
    if reply.raw is not None:
        writer.write(reply.raw)
        await writer.drain()
        return False
    length = len(reply.body) * reply.times
    headers = {"Content-Length": str(length), **reply.headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"HTTP/1.1 {reply.status} As Said\r\n{head}\r\n".encode())
    end = len(reply.body) if reply.cut is None else reply.cut
    for start in [*range(0, end, reply.piece)] * reply.times:
        piece = reply.body[start : min(start + reply.piece, end)]
        noted.sent += len(piece)
        if reply.cut is None and noted.sent == length:
            # Noted before the last byte can be read: the next request may be here sooner than this task goes on.
            noted.whole, noted.ended = True, time.monotonic()
        writer.write(piece)
        await writer.drain()
        await _pause(reply.drip, reader)
    return reply.cut is None


async def _pause(seconds: float, reader: asyncio.StreamReader) -> None:
    """Wait, unless whoever asked gives up: an answer is over when nobody waits for it."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if reader.at_eof():
            raise EOFError
        await asyncio.sleep(min(left, _GLANCE))
