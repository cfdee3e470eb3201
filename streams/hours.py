"""Keep to hours of the day: from one time to another, over midnight where the second is the earlier one."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

_FORM: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|(24:00))")
_HOUR: Final = 60
_DAY: Final = 24 * _HOUR


class Hours:
    """Such as `06:00-23:00`, the second of which is outside. Raises ValueError for what is not written so.

    `begin` is the minute of the day from which on they hold.
    """

    def __init__(self, text: str) -> None:
        match = _FORM.fullmatch(text)
        if not match:
            raise ValueError(f"{text!r} are no hours: write them like 06:00-23:00")
        self.begin = int(match[1]) * _HOUR + int(match[2])
        self._end = _DAY if match[5] else int(match[3]) * _HOUR + int(match[4])
        if self.begin == self._end:
            raise ValueError(f"{text!r} are no hours: leave them out for the whole day")

    def meets(self, other: "Hours") -> bool:
        """Whether there is a time of day that is within both."""
        return self.holds(other.begin) or other.holds(self.begin)

    def opens_in(self, now: datetime, zone: tzinfo) -> float:
        """Seconds until the hours begin in a time zone; 0 within them."""
        local = now.astimezone(zone)
        minute = local.hour * _HOUR + local.minute
        if self.holds(minute):
            return 0.0
        days = timedelta(days=1 if minute >= self.begin else 0)
        hour, minute = divmod(self.begin, _HOUR)
        opening = (local + days).replace(hour=hour, minute=minute, second=0, microsecond=0)
        # Compared in UTC: where clocks are put forward or back, a night has another length.
        return max(1.0, (opening.astimezone(UTC) - now).total_seconds())

    @property
    def pause(self) -> timedelta:
        """How long a day's hours are apart from the next day's."""
        return timedelta(minutes=(self.begin - self._end) % _DAY)

    def holds(self, minute: int) -> bool:
        """Whether a minute of the day is within them."""
        if self.begin < self._end:
            return self.begin <= minute < self._end
        return not self._end <= minute < self.begin
