"""One request and its answer, within limits of time and size: what goes over the wire, and what may not."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
from msgspec import Struct
from yarl import URL

from streams.errors import Unfetched
from streams.web.address import Addresses, GuardedResolver
from streams.web.body import body_of

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_CONNECTIONS: Final = 200

_IDLE: Final = 4.0
"""Seconds for which a connection waits for its host's next request: Apache and Node.js close theirs after five, and a
request that crosses with that is lost."""


class Answer(Struct, frozen=True):
    """What a server said; the body only where it will be read."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    charset: str | None


class Wire:
    """Asks servers. Nothing of the environment has a say: no proxy, no cookies, no passwords. See `open_wire`."""

    def __init__(self, session: aiohttp.ClientSession, seconds: float) -> None:
        self._session, self._seconds = session, seconds
        self._free = asyncio.Semaphore(_CONNECTIONS)  # A request's time begins when it has a connection.

    async def ask(self, url: URL, headers: Mapping[str, str], limit: int, *, cut: bool) -> Answer:
        """The answer, whatever its status; redirects are answers.

        Args:
            url: whose host was checked; its name is checked again when it is resolved.
            headers: besides those that every request has.
            limit: bytes of a body, packed and unpacked.
            cut: whether a longer one is cut off there, or an error.

        Raises:
            Unfetched: `timeout`, `unreachable`, `broken` (no HTTP), and what `body_of` raises.
        """
        try:
            async with (
                self._free,
                asyncio.timeout(self._seconds),
                self._session.get(url, headers=headers, allow_redirects=False) as response,
            ):
                # Only a page that will be read is worth its bytes.
                read = response.ok and response.status not in REDIRECTS
                body = await body_of(response, limit, cut=cut) if read else b""
                return Answer(response.status, response.headers, body, response.charset)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise _named(url, error) from error


@asynccontextmanager
async def open_wire(addresses: Addresses, agent: str, seconds: float) -> AsyncIterator[Wire]:
    """A wire with its connections, one for each host, closed at the end.

    Args:
        addresses: which may be asked.
        agent: the User-Agent.
        seconds: for a whole request, however slowly its answer drips.
    """
    resolver = GuardedResolver(addresses)
    connector = aiohttp.TCPConnector(resolver=resolver, limit=_CONNECTIONS, limit_per_host=1, keepalive_timeout=_IDLE)
    try:
        async with aiohttp.ClientSession(
            connector=connector,
            headers={"User-Agent": agent, "Accept-Encoding": "gzip"},
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            middlewares=[_once],
            timeout=aiohttp.ClientTimeout(total=None),  # A whole request has one, the turn of its host has none.
        ) as session:
            yield Wire(session, seconds)
    finally:
        await resolver.close()


async def _once(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Ask, and raise what aiohttp takes for no reason to ask again: at once, without a pause, and beside the budget."""
    try:
        return await send(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise aiohttp.ClientConnectionError(str(error)) from error


def _named(url: URL, error: Exception) -> Unfetched:
    match error:
        case TimeoutError():
            return Unfetched("timeout", f"{url}: no whole answer in time")
        case aiohttp.ClientConnectionError() | OSError():
            return Unfetched("unreachable", f"{url}: {error}")
        case _:
            return Unfetched("broken", f"{url}: {error}")
