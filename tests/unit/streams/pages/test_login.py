"""A page that asks to log in is told from one whose layout changed."""

from datetime import UTC, datetime

import pytest

from streams.pages.login import asks_to_log_in
from streams.pages.page import Page


def page(body: str, url: str = "https://a.cn/list") -> Page:
    return Page(url=url, body=body.encode(), fetched=datetime(2026, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "asking",
    [
        page("<html><head><title>用户登录 - 柳汀镇</title>"),
        page("<title>Sign in</title>"),
        page('{"code": 401, "msg": "请先登录"}'),
        page('{"message": "Unauthorized"}'),
        page("<title>首页</title>", "https://a.cn/user/login?back=%2Flist"),
        page("", "https://passport.a.cn/x".replace("passport", "www.passport")),
    ],
)
def test_it_is_known_by_title_words_or_address(asking: Page) -> None:
    """In HTML, in JSON, or after a redirect."""
    assert asks_to_log_in(asking)


@pytest.mark.parametrize(
    "other",
    [
        page("<title>柳汀论坛</title><form><input type=password></form>"),
        page('{"data": {"rows": [], "content": "登录"}}'),
        page("<title>信箱</title>", "https://a.cn/list?back=/login"),
        page(""),
    ],
)
def test_others_are_not_taken_for_one(other: Page) -> None:
    """A forum has a field for a password on each page, and a message may speak of logging in."""
    assert not asks_to_log_in(other)
