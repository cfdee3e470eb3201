"""Try again at a busy server, for as long as this worker owns what it works on."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from itertools import chain, repeat
from typing import Final, Protocol, TypeVar

from streams.errors import Busy, Why
from streams.protocols import Clock, Log, Outcome, Overloaded

T = TypeVar("T")

PAUSES: Final = (0.1, 0.3, 1.0, 3.0)
"""Seconds between attempts; the last one repeats. Leaving is the watchdog's business, not ours: when a rebalance begins
it waits for a third of that, 4 s at least, and a store that is back by then should be asked before it ends us."""


class Tally(Protocol):
    """Counts by name, for metrics."""

    def add(self, name: str, amount: int = 1, **labels: str) -> None: ...


Tell = Callable[[Why | None, str], None]
"""Told why a server is waited for, in a word and in a sentence; None when it is no longer."""


def untold(_why: Why | None, _detail: str) -> None:
    """Where nobody asks."""


class Patience:
    """Waits out a server that is overloaded or away, and tells why."""

    def __init__(self, log: Log, clock: Clock, tally: Tally, tell: Tell = untold) -> None:
        self._log, self._clock, self._tally, self._tell = log, clock, tally, tell

    async def insist(self, request: Callable[[], Awaitable[T]]) -> T:
        """The answer to a request, however often it takes.

        Raises:
            Fenced: this worker may have lost its partitions meanwhile.
        """
        answer = await self._answered(request)
        self._tell(None, "")
        return answer

    async def until_written(
        self, items: Sequence[str], write: Callable[[Sequence[str]], Awaitable[Sequence[Outcome]]]
    ) -> AsyncIterator[tuple[str, Outcome]]:
        """Write items, and again those for which the store was too busy; each item with its final outcome.

        Raises:
            Fenced: as `insist`.
        """
        pauses = _pauses()
        while items:
            asked, busy = items, dict[str, Overloaded]()
            outcomes = await self._answered(lambda: write(asked))  # noqa: B023 - awaited before the next turn
            for item, outcome in zip(asked, outcomes, strict=True):
                if isinstance(outcome, Overloaded):
                    busy[item] = outcome
                else:
                    yield item, outcome
            items = list(busy)
            if items:
                await self._pause(next(pauses), busy[items[0]].why, busy[items[0]].reason)
        self._tell(None, "")

    async def _answered(self, request: Callable[[], Awaitable[T]]) -> T:
        pauses = _pauses()
        while True:
            try:
                return await request()
            except Busy as busy:
                self._tally.add("busy")
                await self._pause(next(pauses), busy.why, str(busy))

    async def _pause(self, seconds: float, why: Why, detail: str) -> None:
        """Wait, unless there is no reason to wait any more."""
        self._tell(why, detail)
        self._log.assert_owned()
        await self._clock.sleep(seconds)


def _pauses() -> Iterator[float]:
    """Seconds to wait after the first, the second, the n-th attempt."""
    return chain(PAUSES, repeat(PAUSES[-1]))
