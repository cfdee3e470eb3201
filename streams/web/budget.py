"""Count requests by the day, so that nobody is asked for more than was granted."""

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from streams.errors import Unfetched

CHINA: Final = ZoneInfo("Asia/Shanghai")


class Budget:
    """So many requests a day of a time zone. `whose` stands in messages."""

    __slots__ = ("_day", "_most", "_spent", "_zone", "whose")

    def __init__(self, whose: str, most: int, zone: tzinfo = CHINA) -> None:
        self.whose, self._most, self._zone = whose, most, zone
        self._day, self._spent = date.min, 0

    def assert_left(self, now: datetime) -> None:
        """Raise Unfetched `budget` when none is left; `retry_after` is the time until midnight."""
        if self.spent(now) >= self._most:
            midnight = datetime.combine(self._day + timedelta(days=1), time(), self._zone)
            seconds = (midnight - now).total_seconds()
            raise Unfetched("budget", f"{self.whose}: all {self._most} requests of the day are spent", seconds)

    def spend(self, now: datetime) -> None:
        """Count a request. Raises as `assert_left`."""
        self.assert_left(now)
        self._spent += 1

    def spent(self, now: datetime) -> int:
        """Requests of the day so far."""
        if (day := now.astimezone(self._zone).date()) != self._day:
            self._day, self._spent = day, 0
        return self._spent

    def is_ample(self, now: datetime) -> bool:
        """Whether less than half of the day's requests are spent."""
        return self.spent(now) * 2 < self._most

    def recall(self, day: date, requests: int, now: datetime) -> None:
        """Count what an earlier crawler spent, if it was today."""
        if day == now.astimezone(self._zone).date():
            self._spent = self.spent(now) + requests
