"""Who is at the entrance: so many connections at once, and who gives way when there are more."""

import asyncio
from collections import Counter
from collections.abc import Collection
from ipaddress import ip_network
from typing import Any, Final

from aiohttp import web

CONNECTIONS: Final = 100
"""Open at once, whoever holds them: the crawler has its files for its own work, too, often 1,024 in all."""

_BACKLOG: Final = 32
"""Connections that the system accepts before anybody can look at them."""

_CREDIT: Final = 1_000
"""Bytes with which each begins, as many as a head has: so of those that have sent nothing yet the first gives way."""

_INSTANT: Final = 0.001
"""Seconds below which nobody is told from who came at the same time."""

_OWN: Final = 64
"""Bits of an IPv6 address that whoever has one was given; the others are his to choose (RFC 6177)."""


class Caller(web.RequestHandler):
    """One connection. While it is `believed` its message is signed and being taken: it never has to give way."""

    def __init__(self, server: web.Server, callers: "Callers", **settings: Any) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(server, loop=loop, **settings)
        self._callers, self._time = callers, loop.time
        self.peer, self.believed = "", False
        self._since, self._received = self._time(), 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        address, *_ = transport.get_extra_info("peername") or ("",)
        self.peer = peer_of(address)
        super().connection_made(transport)
        self._callers.come(self)

    def data_received(self, data: bytes) -> None:
        if not self._received:
            self._since = self._time()
        self._received += len(data)
        super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._callers.go(self)
        super().connection_lost(exc)

    def answered(self) -> None:
        """Its message is done with: what comes now is another one."""
        self._since, self._received = self._time(), 0
        self.believed = False

    @property
    def pace(self) -> float:
        """Bytes a second of what it is sending, or since it last sent anything."""
        return (_CREDIT + self._received) / max(self._time() - self._since, _INSTANT)


class Callers:
    """All connections. Of too many one gives way, so that nobody keeps others out, by number or by being slow."""

    def __init__(self) -> None:
        self._here: set[Caller] = set()

    def come(self, caller: Caller) -> None:
        """One more."""
        self._here.add(caller)
        if len(self._here) > CONNECTIONS:
            least = first_to_go([each for each in self._here if not each.believed])
            self.go(least)
            if least.transport:
                least.transport.abort()

    def go(self, caller: Caller) -> None:
        """One less."""
        self._here.discard(caller)


def first_to_go(callers: Collection[Caller]) -> Caller:
    """Of the peer with the most of them, which may be a proxy that speaks for all, the one that sends least."""
    of = Counter(each.peer for each in callers)
    return min(callers, key=lambda each: (-of[each.peer], each.pace))


async def listen(server: web.Server, host: str, port: int, **settings: Any) -> asyncio.Server:
    """Let callers in. `settings` are those of `RequestHandler`. Raises OSError where the port cannot be had."""
    callers = Callers()
    return await asyncio.get_running_loop().create_server(
        lambda: Caller(server, callers, **settings), host, port, backlog=_BACKLOG
    )


def peer_of(address: str) -> str:
    """Whoever has an address; of IPv6 the network, as its owner may call from each address in it."""
    return str(ip_network((address, _OWN), strict=False)) if ":" in address else address
