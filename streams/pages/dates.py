"""Read times as feeds, forums and message boards write them."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_tz
from typing import Final

_LOCAL: Final = re.compile(
    r"(?<!\d)(?P<year>\d{4})\s?[-/.年]\s?(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})日?"
    r"(?:(?:[T\s]{1,3}|(?<=日))(?P<half>上午|下午|晚上|凌晨|中午)?\s?(?P<hour>\d{1,2})\s?[:：时点]\s?(?P<minute>\d{1,2})?"
    r"(?:\s?[:：分]\s?(?P<second>\d{1,2}))?)?"
)
_ZONED: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)")
_MILLISECONDS: Final = 100_000_000_000
"""Seconds since 1970 from which on a number must be milliseconds: the year 5138."""

_NOON: Final = 12


def time_of(value: str | float | None, zone: tzinfo) -> datetime | None:
    """The moment that a value names, in UTC; None when it names none.

    Reads RFC 3339, RFC 5322, `2024-11-23 08:15`, `2024/11/23`, `2024年11月23日 下午3时05分`, and seconds or
    milliseconds since 1970. What names no zone is in `zone`. Relative times (3分钟前) name no moment by themselves.
    The future and 1970 are passed on as they stand: clamping them is the worker's business.
    """
    try:
        found = (
            _since_1970(value) if isinstance(value, int | float) else _written(value.strip(), zone) if value else None
        )
        return found.astimezone(UTC) if found else None
    except (ValueError, OverflowError, OSError):  # The 31st of June, the year 0, a number beyond all years.
        return None


def _since_1970(value: float) -> datetime:
    return datetime.fromtimestamp(value / 1000 if abs(value) >= _MILLISECONDS else value, UTC)


def _written(text: str, zone: tzinfo) -> datetime | None:
    if zoned := _ZONED.search(text):
        return datetime.fromisoformat(zoned[0])
    if local := _LOCAL.search(text):
        return _local(local, zone)
    if text.isascii() and text.isdigit():
        return _since_1970(int(text))
    return _mail(text, zone)


def _local(match: re.Match[str], zone: tzinfo) -> datetime:
    hour = int(match["hour"] or 0)
    if match["half"] in {"下午", "晚上"} and hour < _NOON:
        hour += _NOON
    minute, second = int(match["minute"] or 0), int(match["second"] or 0)
    return datetime(int(match["year"]), int(match["month"]), int(match["day"]), hour, minute, second, tzinfo=zone)


def _mail(text: str, zone: tzinfo) -> datetime | None:
    parts = parsedate_tz(text)
    if parts is None:
        return None
    offset = parts[9]
    return datetime(*parts[:6], tzinfo=zone if offset is None else timezone(timedelta(seconds=offset)))
