"""Times are read as sites write them, or not at all."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.pages.dates import time_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2024, 11, 23, 0, 15, tzinfo=UTC)
FETCHED = datetime(2024, 11, 23, 2, 30, 15, 999, tzinfo=UTC)
"""Saturday, 10:30:15 in Shanghai."""


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
        "2024-11-23 00:15:00+00:00",
        "2024-11-23 00:15:00.123456+00",
        "2024-11-23 00:15:00 +0000",
        "2024-11-23 00:15:00 UTC",
        "2024-11-23 00:15:00Z",
        "2024-11-22 19:15:00-05:00",
        "2024-11-23T00:15:00.1234567890Z",
        "2024-11-23 08:15:00 +0800 CST",
        "2024-11-23 08:15-09:30",
        "2024-11-23 8:15 AM",
        "Sat, 23 Nov 2024 08:15:00 CST",
        "Sat Nov 23 08:15:00 CST 2024",
        "20241123081500",
        20241123081500,
        "202411230815",
        "24-11-23 08:15",
        "最后编辑于 2025-01-01 发表于 2024-11-23 08:15",
        "发布时间：2024-11-23 08:15 更新时间：2024-11-24 09:00",
        1732320900,
        1732320900000,
    ],
)
def test_every_form_names_its_moment(value: str | float) -> None:
    """RFC 3339, RFC 5322, Chinese local forms and seconds since 1970; without a zone it is the site's."""
    moment = time_of(value, SHANGHAI, FETCHED)
    assert moment
    assert moment.replace(microsecond=0) == MORNING


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2024-11-23 下午3:05", datetime(2024, 11, 23, 7, 5, tzinfo=UTC)),
        ("2024年11月23日", datetime(2024, 11, 22, 16, tzinfo=UTC)),
        ("2099-01-01 08:00", datetime(2099, 1, 1, tzinfo=UTC)),
        ("1970-01-01T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC)),
        ("2024-11-23 08:15 PM", datetime(2024, 11, 23, 12, 15, tzinfo=UTC)),
        ("2024-11-23 12:15 AM", datetime(2024, 11, 22, 16, 15, tzinfo=UTC)),
        ("20241123", datetime(2024, 11, 22, 16, tzinfo=UTC)),
        (20241123, datetime(2024, 11, 22, 16, tzinfo=UTC)),
    ],
)
def test_the_future_and_1970_are_passed_on(value: str | float, moment: datetime) -> None:
    """What a site says is not corrected here: the worker clamps it, and counts."""
    assert time_of(value, SHANGHAI, FETCHED) == moment


@pytest.mark.parametrize(
    "value",
    [
        "",
        "  ",
        None,
        "2024-13-45",
        "2024-06-31",
        "25:61",
        "昨天 25:61",
        "13-45",
        "06-31",
        "日前",
        "前",
        "99-1-1",
        1e300,
        "999999年前",
        "24-11-23",
        "30-11-23 08:15",
        "-",
        0,
        "0",
        20241399,
        "Nov 23, 2024 8:15 PM",
        "17323209000000",
        -1732320900,
        "周八",
    ],
)
def test_what_names_no_moment_is_none(value: str | float | None) -> None:
    """A day or time that does not exist, a number of no time of this century: none rather than a wrong one."""
    assert time_of(value, SHANGHAI, FETCHED) is None


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("刚刚", "2024-11-23 10:30:15"),
        ("几秒前", "2024-11-23 10:30:12"),
        ("3分钟前", "2024-11-23 10:27:15"),
        ("发表于 3\u00a0分钟前", "2024-11-23 10:27:15"),
        ("半小时前", "2024-11-23 10:00:15"),
        ("半个小时前", "2024-11-23 10:00:15"),
        ("1个半小时前", "2024-11-23 09:00:15"),
        ("两小时前", "2024-11-23 08:30:15"),
        ("1小时20分钟前", "2024-11-23 09:10:15"),
        ("十五分钟之前", "2024-11-23 10:15:15"),
        ("二十三天前", "2024-10-31 10:30:15"),
        ("两三天前", "2024-11-20 10:30:15"),
        ("3 天前", "2024-11-20 10:30:15"),
        ("1周前", "2024-11-16 10:30:15"),
        ("2个月前", "2024-09-24 10:30:15"),
        ("1年前", "2023-11-24 10:30:15"),
        ("今天 08:15", "2024-11-23 08:15:00"),
        ("昨天\u00a008:15", "2024-11-22 08:15:00"),
        ("昨天08:15:30", "2024-11-22 08:15:30"),
        ("昨天 下午3:05", "2024-11-22 15:05:00"),
        ("昨天", "2024-11-22 00:00:00"),
        ("前天 08:15", "2024-11-21 08:15:00"),
        ("大前天 08:15", "2024-11-20 08:15:00"),
        ("昨晚8点", "2024-11-22 20:00:00"),
        ("昨天晚上12点", "2024-11-23 00:00:00"),
        ("今早 7:05", "2024-11-23 07:05:00"),
        ("周三", "2024-11-20 00:00:00"),
        ("星期三 08:15", "2024-11-20 08:15:00"),
        ("周六 08:15", "2024-11-23 08:15:00"),
        ("周六 11:15", "2024-11-16 11:15:00"),
        ("上周三 08:15", "2024-11-13 08:15:00"),
        ("周日", "2024-11-17 00:00:00"),
        ("11-23 08:15", "2024-11-23 08:15:00"),
        ("11-24", "2024-11-24 00:00:00"),
        ("11-25", "2023-11-25 00:00:00"),
        ("11月22日", "2024-11-22 00:00:00"),
        ("11月22日 上午9时", "2024-11-22 09:00:00"),
        ("12/31 23:59", "2023-12-31 23:59:00"),
        ("2月29日", "2024-02-29 00:00:00"),
        ("08:15", "2024-11-23 08:15:00"),
        ("10:35", "2024-11-23 10:35:00"),
        ("10:45", "2024-11-22 10:45:00"),
        ("2024-11-20 08:15 (3天前)", "2024-11-20 08:15:00"),
    ],
)
def test_a_relative_time_is_read_beside_the_time_of_fetching(value: str, moment: str) -> None:
    """Of several readings it is the latest that is not in the future; a full date beside it counts more."""
    assert time_of(value, SHANGHAI, FETCHED) == datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)


def test_cst_is_that_of_the_site() -> None:
    """China's and Chicago's time are written alike."""
    text = "Sat, 23 Nov 2024 08:15:00 CST"
    assert time_of(text, ZoneInfo("America/Chicago"), FETCHED) == datetime(2024, 11, 23, 14, 15, tzinfo=UTC)


def test_the_day_is_that_of_the_site() -> None:
    """Shortly after midnight in Shanghai it is still yesterday in UTC; a leap day is that of the last leap year."""
    midnight = datetime(2023, 3, 1, 16, 5, tzinfo=UTC)
    assert time_of("今天 00:01", SHANGHAI, midnight) == datetime(2023, 3, 2, 0, 1, tzinfo=SHANGHAI)
    assert time_of("昨天 23:59", SHANGHAI, midnight) == datetime(2023, 3, 1, 23, 59, tzinfo=SHANGHAI)
    assert time_of("2-29", SHANGHAI, midnight) == datetime(2020, 2, 29, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("value", "hour"),
    [
        ("凌晨12点", 0),
        ("中午11点", 11),
        ("中午12点", 12),
        ("中午1点", 13),
        ("傍晚6点", 18),
        ("晚上8点", 20),
        ("早上8点", 8),
    ],
)
def test_the_part_of_the_day_says_which_hour_is_meant(value: str, hour: int) -> None:
    """As people say it."""
    assert time_of(f"2024-11-20 {value}", SHANGHAI, FETCHED) == datetime(2024, 11, 20, hour, tzinfo=SHANGHAI)


_WORDS = st.sampled_from([*"0123456789半十几个前昨今天日周星期月年-/: 时分秒点上下午晚", "大前天", "小时前", "分钟"])


@settings(deadline=None)
@given(st.lists(_WORDS, max_size=12).map("".join), st.integers(951_868_800, 4_102_444_800))
def test_no_relative_time_fails_or_is_of_a_far_future(value: str, now: int) -> None:
    """Whatever is put together of the words of time; without a year in it, it is a day ahead at most."""
    fetched = datetime.fromtimestamp(now, UTC)
    moment = time_of(value, SHANGHAI, fetched)
    if moment and not re.search(r"\d{4}", value):
        assert moment <= fetched + timedelta(days=1)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=40), st.floats(), st.integers(), st.from_regex(r"\d{4}-\d\d-\d\d \d\d:\d\d")))
def test_no_value_fails(value: str | float) -> None:
    """Any value is a moment in UTC or none."""
    moment = time_of(value, SHANGHAI, FETCHED)
    assert moment is None or moment.tzinfo is UTC
