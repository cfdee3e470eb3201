"""Read times as feeds, forums and message boards write them."""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_tz
from typing import Final

from streams.pages.clock import CLOCK, moment
from streams.pages.relative import relative

_LOCAL: Final = re.compile(
    r"(?<!\d)(?P<year>\d{4})\s?[-/.年]\s?(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})日?"
    rf"(?:(?:[T\s]{{1,3}}|(?<=日)){CLOCK})?"
)
_ZONED: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)")
_MILLISECONDS: Final = 100_000_000_000
"""Seconds since 1970 from which on a number must be milliseconds: the year 5138."""


def time_of(value: str | float | None, zone: tzinfo, fetched: datetime) -> datetime | None:
    """The moment that a value names, in UTC; None when it names none.

    Reads RFC 3339, RFC 5322, `2024-11-23 08:15`, `2024/11/23`, `2024年11月23日 下午3时05分`, and seconds or
    milliseconds since 1970. What names no zone is in `zone`. Relative times (3分钟前, 昨天 08:15) are read beside the
    time at which the page was `fetched`; see streams.pages.relative for how precise they are.
    The future and 1970 are passed on as they stand: clamping them is the worker's business.
    """
    try:
        if isinstance(value, int | float):
            found: datetime | None = _since_1970(value)
        else:
            found = _written(value.strip(), zone, fetched) if value else None
        return found.astimezone(UTC) if found else None
    except (ValueError, OverflowError, OSError):  # The 31st of June, the year 0, a number beyond all years.
        return None


def _since_1970(value: float) -> datetime:
    return datetime.fromtimestamp(value / 1000 if abs(value) >= _MILLISECONDS else value, UTC)


def _written(text: str, zone: tzinfo, fetched: datetime) -> datetime | None:
    if zoned := _ZONED.search(text):
        return datetime.fromisoformat(zoned[0])
    if local := _LOCAL.search(text):
        return moment(date(int(local["year"]), int(local["month"]), int(local["day"])), local, zone)
    if text.isascii() and text.isdigit():
        return _since_1970(int(text))
    return relative(text, zone, fetched) or _mail(text, zone)


def _mail(text: str, zone: tzinfo) -> datetime | None:
    parts = parsedate_tz(text)
    if parts is None:
        return None
    offset = parts[9]
    return datetime(*parts[:6], tzinfo=zone if offset is None else timezone(timedelta(seconds=offset)))
