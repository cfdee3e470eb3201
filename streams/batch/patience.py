"""Try again at a busy server, for as long as this worker owns what it works on."""

from collections.abc import Awaitable, Callable, Iterator
from itertools import chain, repeat
from typing import Final, Protocol, TypeVar

from streams.errors import Busy
from streams.protocols import Clock, Log

T = TypeVar("T")

PAUSES: Final = (0.1, 0.3, 1.0, 3.0, 10.0)
"""Seconds between attempts; the last one repeats. Leaving is the watchdog's business, not ours."""


class Tally(Protocol):
    """Counts by name, for metrics."""

    def add(self, name: str, amount: int = 1, **labels: str) -> None: ...


class Patience:
    """Waits out a server that is overloaded or away."""

    def __init__(self, log: Log, clock: Clock, tally: Tally) -> None:
        self._log, self._clock, self._tally = log, clock, tally

    async def insist(self, request: Callable[[], Awaitable[T]]) -> T:
        """The answer to a request, however often it takes.

        Raises:
            Fenced: this worker may have lost its partitions meanwhile.
        """
        pauses = self.pauses()
        while True:
            try:
                return await request()
            except Busy:
                self._tally.add("busy")
                await self.pause(next(pauses))

    async def pause(self, seconds: float) -> None:
        """Wait, unless there is no reason to wait any more. Raises Fenced."""
        self._log.assert_owned()
        await self._clock.sleep(seconds)

    @staticmethod
    def pauses() -> Iterator[float]:
        """Seconds to wait after the first, the second, the n-th attempt."""
        return chain(PAUSES, repeat(PAUSES[-1]))
