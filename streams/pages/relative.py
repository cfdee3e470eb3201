"""Read times that mean something only beside the time of reading: 3分钟前, 昨天 08:15, 周三, 11-23."""

import re
from calendar import isleap
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from streams.pages.clock import CLOCK, moment

_AGO: Final = re.compile(
    r"(?P<parts>(?:(?:\d{1,6}(?:\.\d{1,3})?|[半一二两三四五六七八九十几]{1,3})\s?个?半?\s?"
    r"(?:秒钟?|分钟?|小时|钟头|天|日|周|星期|礼拜|月|年)\s?){1,3})(?:之|以)?前"
)
_PART: Final = re.compile(
    r"(?P<number>[\d.]+|[半一二两三四五六七八九十几]+?)\s?个?(?P<half>半)?\s?(?P<unit>[秒分小钟天日周星礼月年])"
)
_UNITS: Final[Mapping[str, timedelta]] = {
    "秒": timedelta(seconds=1),
    "分": timedelta(minutes=1),
    "小": timedelta(hours=1),
    "钟": timedelta(hours=1),
    "天": timedelta(days=1),
    "日": timedelta(days=1),
    "周": timedelta(weeks=1),
    "星": timedelta(weeks=1),
    "礼": timedelta(weeks=1),
    "月": timedelta(days=30),
    "年": timedelta(days=365),
}
"""By the first character of the unit's name."""

_DIGITS: Final = {
    "半": 0.5,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "几": 3,
}
_NOW: Final = re.compile(r"刚刚|刚才|^\s*刚\s*$")
_DAYS: Final = {"今": 0, "昨": 1, "前": 2, "大前": 3}
_DAY: Final = re.compile(rf"(?P<day>大前|[今昨前])(?:[天日]|(?=[早晚]))\s*(?:{CLOCK})?")
_WEEKDAY: Final = re.compile(rf"(?P<last>上)?(?:个)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])\s*(?:{CLOCK})?")
_MONTH_DAY: Final = re.compile(
    rf"(?<![\d\-/.])(?P<month>\d{{1,2}})\s?[-/月]\s?(?P<of_month>\d{{1,2}})日?(?![\d]|[-/.]\d)\s*(?:{CLOCK})?"
)
_ONLY_CLOCK: Final = re.compile(rf"^\s*{CLOCK}\s*$")

_AHEAD: Final = timedelta(minutes=10)
"""By so much a site's clock may be ahead of ours."""

_DAY_AHEAD: Final = timedelta(days=1)
_LEAP_YEAR: Final = 2024
_YEARS: Final = 9
"""Back to a 29th of February: eight years lie between two of them at most."""


def relative(text: str, zone: tzinfo, fetched: datetime) -> datetime | None:
    """The moment that a text names beside the time at which it was fetched; None when it names none.

    Of several readings the latest is taken that is not in the future: a weekday is the last one, a month and day are
    those of this year or the last, a time of day is today's or yesterday's. Precise to what the text says: 3天前 to
    a day; what names a day and no time is that day's beginning; 几 is three, a month 30 days.

    Raises:
        ValueError, OverflowError: there is no such time or day.
    """
    now = fetched.astimezone(zone).replace(microsecond=0)
    for form, read in _FORMS:
        if said := form.search(text):
            return read(said, zone, now)
    return None


def _ago(said: re.Match[str], _: tzinfo, now: datetime) -> datetime:
    return now - sum((_long(part) for part in _PART.finditer(said["parts"])), timedelta())


def _long(part: re.Match[str]) -> timedelta:
    return _UNITS[part["unit"]] * (_number(part["number"]) + (0.5 if part["half"] else 0))


def _number(said: str) -> float:
    """A number up to 99 in digits or in words; 半 is a half, 几 three."""
    if said[0] not in _DIGITS and said[0] != "十":
        return float(said)
    tens, ten, ones = said.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones[-1:], 0)


def _now(_: re.Match[str], __: tzinfo, now: datetime) -> datetime:
    return now


def _day(said: re.Match[str], zone: tzinfo, now: datetime) -> datetime:
    return moment(now.date() - timedelta(days=_DAYS[said["day"]]), said, zone)


def _weekday(said: re.Match[str], zone: tzinfo, now: datetime) -> datetime:
    weekday = "一二三四五六日".find(said["weekday"].replace("天", "日"))
    if said["last"]:
        return moment(now.date() - timedelta(days=now.weekday() + 7 - weekday), said, zone)
    at = moment(now.date() - timedelta(days=(now.weekday() - weekday) % 7), said, zone)
    return at if at <= now + _AHEAD else at - timedelta(days=7)


def _month_day(said: re.Match[str], zone: tzinfo, now: datetime) -> datetime | None:
    moments = (moment(each, said, zone) for each in _dates(int(said["month"]), int(said["of_month"]), now))
    return next((each for each in moments if each <= now + _DAY_AHEAD), None)


def _dates(month: int, day: int, now: datetime) -> Iterator[date]:
    """Days of this month and day, the latest first. Raises ValueError when no year has one."""
    date(_LEAP_YEAR, month, day)
    for year in range((now + _DAY_AHEAD).year, now.year - _YEARS, -1):
        if (month, day) != (2, 29) or isleap(year):
            yield date(year, month, day)


def _clock(said: re.Match[str], zone: tzinfo, now: datetime) -> datetime:
    today = moment(now.date(), said, zone)
    return today if today <= now + _AHEAD else moment(now.date() - timedelta(days=1), said, zone)


_FORMS: Final = (
    (_AGO, _ago),
    (_NOW, _now),
    (_DAY, _day),
    (_WEEKDAY, _weekday),
    (_MONTH_DAY, _month_day),
    (_ONLY_CLOCK, _clock),
)
"""The first that is found counts."""
