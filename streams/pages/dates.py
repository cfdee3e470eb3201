"""Read times as feeds, forums and message boards write them."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from email.utils import parsedate_tz
from typing import Final

from streams.pages.clock import CLOCK, moment
from streams.pages.relative import relative

_LOCAL: Final = re.compile(
    r"(?<!\d)(?P<year>\d{4})\s?[-/.年]\s?(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})日?"
    rf"(?:(?:[T\s]{{1,3}}|(?<=日)){CLOCK})?"
)
_ZONED: Final = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[T ](?P<clock>\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)\d*"
    # 08:15-09:30 is from when to when.
    r" ?(?P<zone>Z|UTC|GMT|(?:\+|(?<!\d \d\d:\d\d)-)\d\d(?::?\d\d)?)(?![\d:])"
)
_SHORT: Final = re.compile(
    rf"(?<![\d\-/.])(?P<year>\d\d)([-/.])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}})\s{{1,3}}{CLOCK}"
)
_DIGITS: Final = re.compile(r"(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)(?:(?P<clock>\d{4}(?:\d\d)?))?")
_PUBLISHED: Final = re.compile(r"(?:发表|发布|发帖|创建)(?:于|时间|日期|[:：])")
"""Before the time that counts, where there are several."""

_CHINA: Final = timedelta(hours=8)
_TWICE_A_DAY: Final = re.compile(r"\d\s?[AP]M\b", re.IGNORECASE)
"""Which the library takes for a zone."""

_CST: Final = re.compile(r"\bCST\b")
_MILLISECONDS: Final = 100_000_000_000
"""Seconds since 1970 from which on a number must be milliseconds: the year 5138."""

_CENTURY: Final = (946_684_800, 4_102_444_800)
"""From 2000 to 2100: a number beyond is no seconds since 1970, and 0 is written where there is no time."""

AHEAD: Final = timedelta(minutes=10)
"""By which another clock may be ahead of ours: a site's, a program's, a clerk's."""


def is_ahead(time: datetime, now: datetime) -> bool:
    """Whether a time is yet to come, whatever clock it was read from."""
    return time > now + AHEAD


def time_of(value: str | float | None, zone: tzinfo, fetched: datetime) -> datetime | None:
    """The moment that a value names, in UTC; None when it names none.

    Reads RFC 3339 (with a blank for the T, too), RFC 5322, `2024-11-23 08:15`, `2024/11/23`, `24-11-23 08:15`,
    `2024年11月23日 下午3时05分`, `20241123081500`, and seconds or milliseconds since 1970, of this century. What names
    no zone is in `zone`, and so is CST where that is China's. Relative times (3分钟前, 昨天 08:15) are read beside the
    time at which the page was `fetched`; see streams.pages.relative for how precise they are. Of several times it is
    the one after 发表于, 发布时间 and the like, else the first.
    The future and 1970 are passed on as they stand: clamping them is the worker's business.
    """
    try:
        if isinstance(value, int | float):
            found = _number(value, zone)
        else:
            found = _written(value.strip(), zone, fetched) if value else None
        return found.astimezone(UTC) if found else None
    except (ValueError, OverflowError, OSError):  # The 31st of June, the year 0, a number beyond all years.
        return None


def _number(value: float, zone: tzinfo) -> datetime | None:
    """A day or moment as digits, or seconds or milliseconds since 1970."""
    if said := _DIGITS.fullmatch(str(value)):
        try:
            return datetime.combine(_day(said), time.fromisoformat(said["clock"] or "0000"), zone)
        except ValueError:  # Digits that are no day.
            pass
    seconds = value / 1000 if abs(value) >= _MILLISECONDS else value
    return datetime.fromtimestamp(seconds, UTC) if _CENTURY[0] <= seconds < _CENTURY[1] else None


def _written(text: str, zone: tzinfo, fetched: datetime) -> datetime | None:
    after = _PUBLISHED.search(text)
    return (_first(text[after.end() :], zone, fetched) if after else None) or _first(text, zone, fetched)


def _first(text: str, zone: tzinfo, fetched: datetime) -> datetime | None:
    if zoned := _ZONED.search(text):
        offset = zoned["zone"] if zoned["zone"][0] in "+-" else "Z"
        return datetime.fromisoformat(f"{zoned['day']}T{zoned['clock']}{offset}")
    if local := _LOCAL.search(text):
        return moment(_day(local), local, zone)
    if short := _SHORT.search(text):
        at = moment(_day(short, 2000), short, zone)
        return at if at <= fetched + timedelta(days=1) else None
    if text.isascii() and text.isdigit():
        return _number(int(text), zone)
    return relative(text, zone, fetched) or _mail(text, zone)


def _day(said: re.Match[str], century: int = 0) -> date:
    return date(century + int(said["year"]), int(said["month"]), int(said["day"]))


def _mail(text: str, zone: tzinfo) -> datetime | None:
    parts = parsedate_tz(text)
    if parts is None or _TWICE_A_DAY.search(text):
        return None
    offset = parts[9]
    if _CST.search(text) and zone.utcoffset(datetime(*parts[:6])) == _CHINA:  # noqa: DTZ001 - it is in `zone`
        offset = None
    return datetime(*parts[:6], tzinfo=zone if offset is None else timezone(timedelta(seconds=offset)))
