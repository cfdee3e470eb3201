"""A host's turns: one request at a time, a pause after each, so many a day, and none while it rests."""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final, Literal

from msgspec import Struct

from streams.errors import Unfetched
from streams.protocols import Clock
from streams.web.breaker import FAILURES, Breaker
from streams.web.budget import Budget

_BUSY: Final = frozenset({429, 503})
_SERVER: Final = 500
_FAILURES: Final = frozenset({"timeout", "unreachable", "broken"})
"""Of a host; that a page is too large or unpacks to too much is none."""

News = Literal["host_rests", "host_recovered", "host_spent"]


class HostEvent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message to `.operations`: a host rests, answers again, or had all its requests of the day.

    `sources` stand on it; `township` is theirs, or the county's inbox. `reason` is how it failed last: `timeout`,
    `unreachable`, `broken`, `server` or `busy`.
    """

    event: News
    host: str
    time: datetime
    sources: tuple[str, ...] = ()
    township: str = ""
    reason: str = ""
    failures: int = 0
    until: datetime | None = None


Tell = Callable[[HostEvent], Awaitable[None]]


class Host:
    """One host. Its state is small, because a crawler knows thousands.

    Args:
        name: as in its addresses; a port is no host of its own unless the deployment names it.
        interval: seconds between an answer and the next request.
        budget: requests a day.
        clock: for days and rests.
        random: numbers from 0 to 1, for the length of rests.
        tell: is told of what operators should know.
    """

    __slots__ = ("_answered", "_breaker", "_clock", "_lock", "_random", "_tell", "_told", "budget", "interval", "name")

    def __init__(
        self, name: str, *, interval: float, budget: int, clock: Clock, random: Callable[[], float], tell: Tell
    ) -> None:
        self.name, self.interval, self.budget = name, interval, Budget(name, budget)
        self._clock, self._random, self._tell = clock, random, tell
        self._breaker, self._lock = Breaker(), asyncio.Lock()
        self._answered, self._told = -math.inf, False

    @asynccontextmanager
    async def turn(self, budget: Budget | None = None) -> AsyncIterator[None]:
        """Wait for the host's turn, and have it.

        Args:
            budget: of the source that asks, besides the host's own.

        Raises:
            Unfetched: `closed` (it asked to be left alone), `resting` (it failed too often), `budget` (it, or the
                source, had all requests of the day).
        """
        async with self._lock:
            self._breaker.assert_closed(self.name, self._clock.now())
            await self._assert_left(budget)
            loop = asyncio.get_running_loop()
            # By the pause that is known now: a robots.txt may have asked for a longer one since that answer.
            await asyncio.sleep(max(0.0, self._answered + self.interval - loop.time()))
            yield

    @asynccontextmanager
    async def asking(self, budget: Budget | None = None) -> AsyncIterator[None]:
        """Ask, in its turn: only this costs a request, however it ends, and begins the pause.

        Raises:
            Unfetched: `budget`: other hosts had the source's last requests meanwhile.
        """
        await self._assert_left(budget)
        self.budget.spend(self._clock.now())
        if budget:
            budget.spend(self._clock.now())
        try:
            yield
        except Unfetched as error:
            if error.name in _FAILURES:
                await self.failed(error.name)
            raise
        finally:
            self._answered = asyncio.get_running_loop().time()

    async def answered(self, status: int, retry_after: float | None) -> None:
        """Note an answer; 429 and those from 500 on are failures. One that is busy rests as long as it asks."""
        if status not in _BUSY and status < _SERVER:
            if self._breaker.answered():
                await self._tell(HostEvent(event="host_recovered", host=self.name, time=self._clock.now()))
            return
        if status in _BUSY or retry_after:
            self._breaker.busy(self._clock.now(), retry_after, self._random)
        await self.failed("busy" if status in _BUSY else "server")

    async def failed(self, reason: str) -> None:
        """Note that there was no sound answer."""
        now = self._clock.now()
        seconds = self._breaker.failed(now, self._random)
        if seconds is not None and self._breaker.failures == FAILURES:
            until = now + timedelta(seconds=seconds)
            event = HostEvent(
                event="host_rests", host=self.name, time=now, reason=reason, failures=FAILURES, until=until
            )
            await self._tell(event)

    def rest(self, until: datetime) -> None:
        """Leave it alone until then: it asked the crawler before this one."""
        self._breaker.rest(until)

    @property
    def is_in_use(self) -> bool:
        """Whether forgetting it would ask it for more than its rules allow."""
        now = self._clock.now()
        return self._lock.locked() or self._breaker.left(now) > 0 or self.budget.spent(now) > 0

    async def _assert_left(self, budget: Budget | None) -> None:
        now = self._clock.now()
        if budget:
            budget.assert_left(now)
        try:
            self.budget.assert_left(now)
        except Unfetched as spent:
            if not self._told:
                self._told = True
                until = now + timedelta(seconds=spent.retry_after or 0.0)
                await self._tell(HostEvent(event="host_spent", host=self.name, time=now, until=until))
            raise
        self._told = False
