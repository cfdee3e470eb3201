"""Times are read as sites write them, or not at all."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.pages.dates import time_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2024, 11, 23, 0, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2024-11-23T08:15:00+08:00",
        "2024-11-23T00:15:00Z",
        "2024-11-23T00:15:00.000Z",
        "2024-11-23 08:15",
        "2024-11-23 08:15:00",
        "发表于 2024-11-23 08:15:00 |只看该作者",
        "2024/11/23 8:15",
        "2024.11.23 08:15",
        "2024年11月23日 08:15",
        "2024年11月23日8时15分",
        "2024年11月23日 上午8:15",
        "Sat, 23 Nov 2024 08:15:00 +0800",
        "Sat, 23 Nov 2024 00:15:00 GMT",
        "1732320900",
        1732320900,
        1732320900000,
    ],
)
def test_every_form_names_its_moment(value: str | float) -> None:
    """RFC 3339, RFC 5322, Chinese local forms and seconds since 1970; without a zone it is the site's."""
    assert time_of(value, SHANGHAI) == MORNING


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2024-11-23 下午3:05", datetime(2024, 11, 23, 7, 5, tzinfo=UTC)),
        ("2024年11月23日", datetime(2024, 11, 22, 16, tzinfo=UTC)),
        ("2099-01-01 08:00", datetime(2099, 1, 1, tzinfo=UTC)),
        ("1970-01-01T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC)),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_the_future_and_1970_are_passed_on(value: str | float, moment: datetime) -> None:
    """What a site says is not corrected here: the worker clamps it, and counts."""
    assert time_of(value, SHANGHAI) == moment


@pytest.mark.parametrize(
    "value", ["3分钟前", "昨天 08:15", "刚刚", "", "  ", None, "2024-13-45", "2024-06-31", "25:61", 1e300]
)
def test_what_names_no_moment_is_none(value: str | float | None) -> None:
    """A relative time, a day that does not exist: none rather than a wrong one."""
    assert time_of(value, SHANGHAI) is None


@settings(deadline=None)
@given(st.one_of(st.text(max_size=40), st.floats(), st.integers(), st.from_regex(r"\d{4}-\d\d-\d\d \d\d:\d\d")))
def test_no_value_fails(value: str | float) -> None:
    """Any value is a moment in UTC or none."""
    moment = time_of(value, SHANGHAI)
    assert moment is None or moment.tzinfo is UTC
