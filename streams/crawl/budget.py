"""Count requests by the day, so that nobody is asked for more than was granted."""

from datetime import UTC, datetime, timedelta

from streams.errors import Unfetched


class Budget:
    """So many requests a day, which begins at midnight UTC. `whose` stands in messages."""

    __slots__ = ("_day", "_most", "_spent", "whose")

    def __init__(self, whose: str, most: int) -> None:
        self.whose, self._most = whose, most
        self._day, self._spent = "", 0

    def assert_left(self, now: datetime) -> None:
        """Raise Unfetched `budget` when none is left; `retry_after` is the time until midnight."""
        if self.spent(now) >= self._most:
            day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
            seconds = (day + timedelta(days=1) - now).total_seconds()
            raise Unfetched("budget", f"{self.whose}: all {self._most} requests of the day are spent", seconds)

    def spend(self, now: datetime) -> None:
        """Count a request. Raises as `assert_left`."""
        self.assert_left(now)
        self._spent += 1

    def spent(self, now: datetime) -> int:
        """Requests of the day so far."""
        if (day := day_of(now)) != self._day:
            self._day, self._spent = day, 0
        return self._spent

    def recall(self, day: str, requests: int, now: datetime) -> None:
        """Count what an earlier crawler spent, if it was today."""
        if self.spent(now) >= 0 and day == self._day:
            self._spent += requests


def day_of(time: datetime) -> str:
    """The day to which a request counts, as 2026-03-01."""
    return f"{time.astimezone(UTC):%Y-%m-%d}"
