"""`POST /ingest/{source}`: what programs bring, believed by its signature, answered when it is safe in the log."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

import structlog
from aiohttp import web
from msgspec import Struct

from streams.errors import Busy
from streams.protocols import Clock
from streams.push.signature import TOLERANCE, Sent, Unsigned, check
from streams.push.take import Taken

LARGEST: Final = 5_000_000
"""Bytes of a message, as of a page."""

SECONDS: Final = 30.0
"""In which a message must have come, however slowly it drips."""

AT_ONCE: Final = 64
"""Messages in hand; who comes beyond them is asked to come again."""

AGAIN: Final = "30"
"""Seconds after which a sender may try again."""

log = structlog.get_logger()

Take = Callable[[bytes], Awaitable[Taken]]
"""Publishes what a message holds; returns when it is safe in the log. Raises Busy when it may not be."""


class Entrance(Struct, frozen=True):
    """Of one source: whose messages are believed, and what is done with them."""

    secrets: Sequence[bytes]
    take: Take


class Ingest:
    """The handler of all entrances. A message that was taken is not taken again as long as it would be believed."""

    def __init__(self, entrances: Mapping[str, Entrance], clock: Clock) -> None:
        self._entrances, self._clock = entrances, clock
        self._turns = {name: asyncio.Lock() for name in entrances}
        self._taken: dict[tuple[str, str], datetime] = {}
        self._in_hand = 0

    async def post(self, request: web.Request) -> web.Response:
        """Take one message. 200 says what became of it; any other answer that nothing is to be relied on."""
        if self._in_hand >= AT_ONCE:
            return _busy("too many messages at once")
        self._in_hand += 1
        try:
            return await self._answered(request)
        finally:
            self._in_hand -= 1

    async def _answered(self, request: web.Request) -> web.Response:
        name = request.match_info["source"]
        entrance = self._entrances.get(name)
        try:
            async with asyncio.timeout(SECONDS):
                body = await request.read()
            sent = check(entrance.secrets if entrance else (), request.headers, body, self._clock.now())
        except TimeoutError:
            return _refused(408, f"no whole message within {SECONDS:.0f} seconds")
        except Unsigned as error:
            log.warning("a message was refused", source=name if entrance else "unknown", reason=str(error))
            return _refused(401, str(error))
        if entrance is None:
            raise AssertionError("without a secret nothing is signed")
        async with self._turns[name]:
            return await self._taken_once(name, entrance, sent, body)

    async def _taken_once(self, name: str, entrance: Entrance, sent: Sent, body: bytes) -> web.Response:
        now = self._clock.now()
        self._taken = {key: time for key, time in self._taken.items() if now - time <= TOLERANCE}
        if (name, sent.id) in self._taken:
            return web.json_response({"repeated": True})
        try:
            taken = await entrance.take(body)
        except Busy as error:
            log.warning("a message could not be published", source=name, reason=str(error))
            return _busy("the log or the store is away; nothing is lost if you send it again")
        if taken.unreadable:
            return _refused(422, f"{taken.unreadable}: see docs/sources.md for what a message may be")
        self._taken[name, sent.id] = sent.time
        return web.json_response(taken.counts)


def _refused(status: int, why: str) -> web.Response:
    return web.json_response({"error": why}, status=status)


def _busy(why: str) -> web.Response:
    return web.json_response({"error": why}, status=503, headers={"Retry-After": AGAIN})


@asynccontextmanager
async def serving(ingest: Ingest, host: str, port: int) -> AsyncIterator[int]:
    """Listen; the port that was taken, a free one where 0 was asked for.

    Raises:
        Busy: another program has the port.
    """
    application = web.Application(client_max_size=LARGEST)
    application.router.add_post("/ingest/{source}", ingest.post)
    runner = web.AppRunner(application, access_log=None, handle_signals=False)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            where = f"ingest_host {host}, ingest_port {port}"
            raise Busy(f"{where}: {error.strerror or error}; name another port, or 0 for a free one") from error
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
