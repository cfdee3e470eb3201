"""Read the time of day as people write it: 08:15, 下午3时05分, 晚上8点, 3:05 PM."""

import re
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

CLOCK: Final = (
    r"(?P<half>上午|早[上晨]?|中午|下午|傍晚|晚上?|夜里|凌晨)?\s?(?P<hour>\d{1,2})\s?[:：时点]\s?(?P<minute>\d{1,2})?"
    r"(?:\s?[:：分]\s?(?P<second>\d{1,2}))?(?:\s?(?P<english>[AaPp])[Mm](?![A-Za-z]))?"
)
"""A pattern for a time of day, to stand within another."""

_AFTERNOON: Final = frozenset({"中午", "下午", "傍晚", "晚", "晚上", "夜里"})
_NIGHT: Final = frozenset({"晚", "晚上", "夜里"})
_NOON: Final = 12
_LATE_MORNING: Final = 10
"""中午11点 is before noon, 中午1点 after it."""


def moment(day: date, said: re.Match[str], zone: tzinfo) -> datetime:
    """The moment on a day that a match of CLOCK names; the day's beginning where it names none.

    Raises:
        ValueError: there is no such time: 25:61.
    """
    begins = datetime.combine(day, time(), zone)
    if not said["hour"]:
        return begins
    hour, half = int(said["hour"]), said["half"]
    if half in _AFTERNOON and hour < _NOON and not (half == "中午" and hour >= _LATE_MORNING):
        hour += _NOON
    elif hour == _NOON and half == "凌晨":
        hour = 0
    if said["english"]:
        hour = hour % _NOON + (_NOON if said["english"] in "Pp" else 0)
    at = begins.replace(hour=hour, minute=int(said["minute"] or 0), second=int(said["second"] or 0))
    return at + timedelta(hours=_NOON) if hour == _NOON and half in _NIGHT else at
