"""Hours of the day in which a source is visited."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.hours import Hours

CHINA = ZoneInfo("Asia/Shanghai")
PARIS = ZoneInfo("Europe/Paris")


def clock(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 1, hour, minute, tzinfo=CHINA).astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "now", "seconds"),
    [
        ("06:00-23:00", clock(6), 0),
        ("06:00-23:00", clock(22, 59), 0),
        ("06:00-23:00", clock(23), 7 * 3600),
        ("06:00-23:00", clock(5, 30), 1800),
        ("22:00-06:00", clock(23), 0),
        ("22:00-06:00", clock(5, 59), 0),
        ("22:00-06:00", clock(6), 16 * 3600),
        ("06:00-24:00", clock(23, 59), 0),
        ("00:00-01:00", clock(1), 23 * 3600),
    ],
)
def test_hours_begin_and_end(hours: str, now: datetime, seconds: float) -> None:
    """The first time is within, the second is not; over midnight, too; in the time zone of the source."""
    assert Hours(hours).opens_in(now, CHINA) == seconds


@pytest.mark.parametrize(
    "text", ["", "6:00-23:00", "06:00", "06:00-06:00", "06:00-25:00", "24:00-06:00", "06:00--23:00", "always"]
)
def test_hours_are_written_in_one_way(text: str) -> None:
    """Whatever else is refused."""
    with pytest.raises(ValueError, match="are no hours"):
        Hours(text)


@pytest.mark.parametrize(
    ("hours", "pause"), [("06:00-23:00", 7), ("23:00-06:00", 17), ("06:00-24:00", 6), ("00:00-24:00", 0)]
)
def test_hours_leave_a_pause(hours: str, pause: float) -> None:
    """From their end to their next beginning."""
    assert Hours(hours).pause == timedelta(hours=pause)


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("06:00-12:00", "11:59-13:00", True),
        ("06:00-12:00", "12:00-13:00", False),
        ("22:00-06:00", "05:00-07:00", True),
        ("22:00-06:00", "06:00-22:00", False),
        ("22:00-06:00", "23:00-24:00", True),
        ("06:00-24:00", "00:00-06:00", False),
    ],
)
def test_hours_meet_or_never_do(one: str, other: str, meet: bool) -> None:  # noqa: FBT001
    """Whichever is asked about the other."""
    assert Hours(one).meets(Hours(other)) is meet
    assert Hours(other).meets(Hours(one)) is meet


@given(st.integers(0, 1439), st.integers(1, 1440), st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)))  # noqa: DTZ001
def test_whoever_waits_comes_within_the_hours(begin: int, end: int, now: datetime) -> None:
    """In less than a day and an hour, also in the nights when clocks are put forward or back."""
    if begin == end:
        return
    hours = Hours(f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}")
    moment = now.replace(tzinfo=UTC)
    wait = hours.opens_in(moment, PARIS)
    assert 0 <= wait <= 25 * 3600
    opened = moment + timedelta(seconds=wait)
    # A time that a night leaves out or has twice: then the next look finds the way.
    assert hours.opens_in(opened, PARIS) <= 3600
