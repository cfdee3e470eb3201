"""Wait for our own servers, the log and the store, while they are away; whoever asks a site asks here first."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, NoReturn, TypeVar

from streams.batch.patience import PAUSES, Tell, untold
from streams.errors import Busy
from streams.protocols import Clock

T = TypeVar("T")

_OLD: Final = timedelta(minutes=10)
"""What a visit has in hand by then. Its list may have moved on meanwhile, so that the next page would leave a gap."""

_ALONE: Final = 10
"""Failures of one request, between each two of which the server answered others: then it is no longer waited for."""


class Overdue(Busy):
    """The server is back, after so long that what was begun before is to begin anew."""


class Server:
    """The log or the store. Who finds it away waits, whoever comes meanwhile waits, too, and one at a time tries.

    Args:
        clock: of this machine.
        changed: called whenever there is something to say; `trouble` says what.
    """

    def __init__(self, clock: Clock, changed: Callable[[], None]) -> None:
        self._clock, self._changed = clock, changed
        self.trouble: Busy | None = None
        self._there, self._turn = asyncio.Event(), asyncio.Lock()
        self._there.set()
        self._insisting = self._answered = self._failed = 0

    @property
    def is_away(self) -> bool:
        """Whether it is known to be."""
        return self.trouble is not None

    async def insist(self, request: Callable[[], Awaitable[T]]) -> T:
        """The answer to a request, however often it takes.

        Raises:
            Overdue: it is back after long; the request was answered only if it is the one that found out.
            Busy: the server answers others, and never this request.
        """
        alone, answered, since = 0, self._answered, self._clock.now()
        self._insisting += 1
        try:
            while True:
                try:
                    answer = await self._in_turn(request, since)
                except Overdue:
                    raise
                except Busy as busy:
                    alone, answered = alone + (self._answered > answered), self._answered
                    if alone >= _ALONE:
                        raise
                    self._is_away(busy)
                else:
                    _assert_timely(self._clock, since)
                    return answer
        finally:
            self._insisting -= 1
            if not self._insisting:  # Nobody would notice that it is back: the next request finds out.
                self._is_back()

    async def back(self) -> None:
        """Wait until it is not known to be away. Raises Overdue."""
        since = self._clock.now()
        await self._there.wait()
        _assert_timely(self._clock, since)

    async def _in_turn(self, request: Callable[[], Awaitable[T]], since: datetime) -> T:
        if self.is_away:
            async with self._turn:
                if self.is_away:
                    await self._clock.sleep(PAUSES[min(self._failed, len(PAUSES)) - 1])
                    return await self._answer(request)
            _assert_timely(self._clock, since)
        return await self._answer(request)

    async def _answer(self, request: Callable[[], Awaitable[T]]) -> T:
        answer = await request()
        self._answered += 1
        self._is_back()
        return answer

    def _is_away(self, busy: Busy) -> None:
        self.trouble = busy
        self._failed += 1
        self._there.clear()
        self._changed()

    def _is_back(self) -> None:
        if self.is_away:
            self.trouble, self._failed = None, 0
            self._there.set()
            self._changed()


class Lookout:
    """Waits for a server in place of those who do not, but are told to come again: or nobody would say that it is away.

    Args:
        server: is known to be away as long as it does not answer.
        ask: whether it is there; raises Busy where it is not.
    """

    def __init__(self, server: Server, ask: Callable[[], Awaitable[None]]) -> None:
        self._server, self._ask = server, ask
        self._asked = asyncio.Event()

    def look(self) -> None:
        """Somebody has found it away."""
        self._asked.set()

    async def keep(self) -> NoReturn:
        """Look whenever it is asked for, until cancelled."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            with suppress(Busy):  # It was away for long, or answers others.
                await self._server.insist(self._ask)


class Servers:
    """Both; `tell` hears which of them is waited for, and why, and when none is any longer."""

    def __init__(self, clock: Clock, tell: Tell = untold) -> None:
        self._clock, self._tell = clock, tell
        self.log, self.store = Server(clock, self._say), Server(clock, self._say)

    def are_there(self) -> bool:
        """Whether neither is known to be away."""
        return not (self.log.is_away or self.store.is_away)

    async def back(self) -> None:
        """Wait until both are there. Raises Overdue, also where it was one after the other that took so long."""
        since = self._clock.now()
        while not self.are_there():
            await self.log.back()
            await self.store.back()
        _assert_timely(self._clock, since)

    def _say(self) -> None:
        if busy := self.log.trouble or self.store.trouble:
            self._tell(busy.why, str(busy))
        else:
            self._tell(None, "")


def _assert_timely(clock: Clock, since: datetime) -> None:
    if (waited := clock.now() - since) > _OLD:
        raise Overdue(f"it was away for {waited.total_seconds():.0f} s")
