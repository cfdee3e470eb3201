"""`POST /ingest/{source}`: what programs bring, believed by its signature, answered when it is safe in the log."""

import asyncio
import secrets as random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final, NoReturn, cast

import structlog
from aiohttp import web
from msgspec import Struct

from deploy.callers import Caller, first_to_go, listen
from streams.crawl.counts import Counts
from streams.errors import Busy, Misconfigured, Refused
from streams.protocols import Clock
from streams.push.signature import TOLERANCE, Claim, Unsigned, assert_apart, assert_signed, claimed
from streams.push.take import Taken

LARGEST: Final = 5_000_000
"""Bytes of a message, as of a page."""

SECONDS: Final = 30.0
"""In which a message must have come, however slowly it drips; and its head before it."""

_LINGERING: Final = 3.0
"""Seconds in which the rest of a refused message is still read: who hears only after sending learns why."""

COMING: Final = 32
"""Messages on their way at once, whoever sends them: 160 MB at most."""

AT_ONCE: Final = 16
"""Messages of one source in hand; who comes beyond them is asked to come again."""

AGAIN: Final = "30"
"""Seconds after which a sender may try again."""

_REMARK: Final = timedelta(minutes=1)
"""How often the log says that messages are refused: strangers can send many."""

log = structlog.get_logger()

Take = Callable[[bytes, datetime], Awaitable[Taken]]
"""Publishes what a message holds that was said then; returns when it is safe in the log.

Raises Busy when it may not be, Refused when it never will be, Misconfigured until a person has mended something.
"""


class Entrance(Struct, frozen=True):
    """Of one source: whose messages are believed, and what is done with them."""

    secrets: Sequence[bytes]
    take: Take


class Ingest:
    """The handler of all entrances. A message that was taken is not taken again as long as it would be believed.

    One with other words is another one, though some senders give it the same id: that of its ticket.

    A name without entrance is treated as if it had one of which nobody knows the secret: strangers learn no names.
    """

    def __init__(self, entrances: Mapping[str, Entrance], clock: Clock, counts: Counts) -> None:
        """Raises Misconfigured where two entrances believe one secret."""
        assert_apart({name: entrance.secrets for name, entrance in entrances.items()})
        self._entrances, self._clock, self._counts = entrances, clock, counts
        self._nobodys = Entrance([random.token_bytes()], _take_nothing)
        self._turns = {name: asyncio.Lock() for name in entrances}
        self._in_hand: Counter[str] = Counter()
        self._taken: dict[tuple[str, str, bytes], datetime] = {}
        self._coming: dict[Caller, asyncio.Timeout] = {}
        self._unsigned, self._remarked = 0, datetime.min.replace(tzinfo=UTC)
        self._broken: asyncio.Queue[Misconfigured] = asyncio.Queue()

    async def until_broken(self) -> NoReturn:
        """Wait for a message that cannot be published before a person has mended something, and raise why."""
        raise await self._broken.get()

    async def post(self, request: web.Request) -> web.Response:
        """Take one message. 200 says what became of it; any other answer that nothing is to be relied on."""
        name = request.match_info["source"]
        caller = cast("Caller", request.protocol)  # `serving` lets in no others.
        try:
            return await self._answer(request, caller, name)
        finally:
            caller.answered()

    async def _answer(self, request: web.Request, caller: Caller, name: str) -> web.Response:
        entrance = self._entrances.get(name, self._nobodys)
        try:
            claim = claimed(request.headers, self._clock.now())
            body = await self._body(request, caller)
            assert_signed(claim, entrance.secrets, body)
        except Unsigned as error:
            self._remark(name if name in self._entrances else "unknown", error)
            return self._refused(name, error.name, 401, str(error))
        except web.HTTPRequestEntityTooLarge:
            return self._refused(name, "large", 413, f"more than {LARGEST} bytes")
        except TimeoutError:
            why = f"no whole message within {SECONDS:.0f} seconds, or while others waited"
            return self._refused(name, "timeout", 408, why)
        except (ConnectionError, web.RequestPayloadError):  # Who sent it is gone; this is for a proxy's log.
            return self._refused(name, "broken", 400, "the message broke off")
        if self._in_hand[name] >= AT_ONCE:
            return _busy("too many messages at once")
        caller.believed = True
        self._in_hand[name] += 1
        try:
            async with self._turns[name]:
                return await self._taken_once(name, entrance, claim, body)
        finally:
            self._in_hand[name] -= 1

    async def _body(self, request: web.Request, caller: Caller) -> bytes:
        """The whole body. Who it is from shows only then: of too many that are under way one has to give way.

        Raises:
            TimeoutError: it took too long, or others came meanwhile.
            web.HTTPRequestEntityTooLarge: as it says of itself, or as it shows.
        """
        if (request.content_length or 0) > LARGEST:
            raise web.HTTPRequestEntityTooLarge(LARGEST, request.content_length or 0)
        async with asyncio.timeout(SECONDS) as limit:
            self._coming[caller] = limit
            try:
                if len(self._coming) > COMING:
                    least = self._coming.pop(first_to_go(self._coming))
                    if not least.expired():
                        least.reschedule(asyncio.get_running_loop().time())
                return await request.read()
            finally:
                self._coming.pop(caller, None)

    async def _taken_once(self, name: str, entrance: Entrance, claim: Claim, body: bytes) -> web.Response:
        now = self._clock.now()
        self._taken = {key: time for key, time in self._taken.items() if now - time <= TOLERANCE}
        message = name, claim.id, sha256(body).digest()
        if message in self._taken:
            return web.json_response({"repeated": True})
        try:
            taken = await entrance.take(body, claim.time)
        except Busy as error:
            log.warning("a message could not be published", source=name, reason=str(error))
            return _busy("the log or the store is away; nothing is lost if you send it again")
        except Misconfigured as error:
            self._broken.put_nowait(error)
            return _busy("a person must mend something here; nothing is lost if you send it again")
        except Refused as error:
            log.warning("a message is refused by the log or the store", source=name, reason=str(error))
            return _refused(422, "the log or the store refuses it; sending it again will not help")
        if taken.unreadable:
            return _refused(422, f"{taken.unreadable}: see docs/sources.md for what a message may be")
        self._taken[message] = claim.time
        return web.json_response(taken.counts)

    def _refused(self, name: str, reason: str, status: int, why: str) -> web.Response:
        """The answer; counted where it is a source that was asked for: any other name is somebody's invention."""
        if name in self._entrances:
            self._counts.add(name, f"error:message:{reason}")
        return _refused(status, why)

    def _remark(self, name: str, error: Unsigned) -> None:
        self._unsigned += 1
        if (now := self._clock.now()) - self._remarked >= _REMARK:
            log.warning("messages were refused", number=self._unsigned, source=name, reason=str(error))
            self._unsigned, self._remarked = 0, now


async def _take_nothing(_: bytes, __: datetime) -> Taken:
    raise AssertionError("nobody knows the secret")


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
    runner = web.AppRunner(application, handle_signals=False)
    await runner.setup()
    server = cast("web.Server", runner.server)  # There is one as soon as it is set up.
    async with AsyncExitStack() as stack:
        stack.push_async_callback(runner.cleanup)
        try:
            listening = await listen(
                server, host, port, access_log=None, keepalive_timeout=SECONDS, lingering_time=_LINGERING
            )
        except OSError as error:
            where = f"ingest_host {host}, ingest_port {port}"
            raise Busy(f"{where}: {error.strerror or error}; name another port, or 0 for a free one") from error
        stack.callback(listening.close)
        yield int(listening.sockets[0].getsockname()[1])
