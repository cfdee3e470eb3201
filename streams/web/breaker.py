"""Let a host rest that asked for it or fails: then one request at a time finds out whether it is back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Literal

from streams.errors import Unfetched
from streams.web.backoff import Backoff

FAILURES: Final = 5
"""In a row, whichever source asked: then the host rests."""

_REST: Final = Backoff(base=60.0, longest=3600.0)
_BUSY: Final = Backoff()

Why = Literal["closed", "resting"]
"""It asked to be left alone; it failed too often."""


class Breaker:
    """Closed, it lets all through; after failures it is open; then each request is a trial, which a failure ends."""

    __slots__ = ("_until", "_why", "failures")

    def __init__(self) -> None:
        self.failures = 0
        self._until: datetime | None = None
        self._why: Why = "closed"

    def assert_closed(self, host: str, now: datetime) -> None:
        """Raise Unfetched `closed` or `resting` while the host rests; `retry_after` says for how long."""
        left = self.left(now)
        if left > 0:
            said = "asked for rest" if self._why == "closed" else f"failed {self.failures} times in a row and rests"
            raise Unfetched(self._why, f"{host} {said}: {left:.0f} s more", left)

    def left(self, now: datetime) -> float:
        """Seconds for which it still rests."""
        return max(0.0, (self._until - now).total_seconds()) if self._until else 0.0

    def rest(self, until: datetime, why: Why = "closed") -> None:
        """Let it rest until then, or until what was settled before, if that is later."""
        if self._until is None or until > self._until:
            self._until, self._why = until, why

    def busy(self, now: datetime, retry_after: float | None, random: Callable[[], float]) -> None:
        """It said that it has too much to do (429, 503): it rests as long as it asks, else longer each time."""
        seconds = _BUSY.delay(self.failures + 1, random) if retry_after is None else retry_after
        self.rest(now + timedelta(seconds=seconds))

    def failed(self, now: datetime, random: Callable[[], float]) -> float | None:
        """Count a failure; the seconds of rest when it is one too many."""
        self.failures += 1
        if self.failures < FAILURES:
            return None
        seconds = _REST.delay(self.failures - FAILURES + 1, random)
        self.rest(now + timedelta(seconds=seconds), "resting")
        return seconds

    def answered(self) -> bool:
        """Count an answer; whether it ends a rest."""
        ended, self.failures = self.failures >= FAILURES, 0
        return ended
