"""Feeds: RSS, Atom and JSON Feed become posts, and what is not understood is said."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from streams.pages.page import Page, Reading
from streams.source import Feed
from streams.sources import feed

FETCHED = datetime(2024, 11, 23, 2, 30, tzinfo=UTC)
PAGES = Path(__file__).parents[3] / "data" / "pages"
SOURCE = Feed(name="news", url="https://news.example.cn/rss", township="330206104")
MORNING = datetime(2024, 11, 23, 0, 15, tzinfo=UTC)


def read(body: bytes | str, source: Feed = SOURCE, charset: str | None = None) -> Reading:
    data = body.encode() if isinstance(body, str) else body
    return feed.read(Page(fetched=FETCHED, url=source.url, body=data, charset=charset), source)


def recorded(name: str) -> Reading:
    return read((PAGES / name).read_bytes())


def test_an_rss_item_becomes_a_post() -> None:
    """The longest text is the body, without script and style; emoji and rare characters stay; links are made whole."""
    post = recorded("news.rss.xml").posts[0]
    assert (post.id, post.url, post.author) == ("n-1123", "https://news.example.cn/2024/1123.html", "记者甲")
    assert post.title == "青溪镇中心小学围墙开裂 & 师生绕行"
    assert post.body == "围墙裂缝约三米。\n家长担心。😀𠮷"
    assert (post.published, post.kind) == (MORNING, "article")


def test_a_time_without_zone_is_local_and_a_missing_one_is_said() -> None:
    """Chinese sites write their own time; no time is no time, not now."""
    reading = recorded("news.rss.xml")
    assert reading.posts[2].published == datetime(2024, 11, 25, 1, tzinfo=UTC)
    assert reading.posts[1].published is None
    assert "time:missing" in reading.signals


def test_an_item_without_guid_goes_by_its_link() -> None:
    """Its address is stable enough."""
    assert recorded("news.rss.xml").posts[1].id == "https://news.example.cn/2024/1124.html"


def test_an_unused_field_is_said_until_it_is_ignored_by_name() -> None:
    """So that nothing that a site begins to say is overlooked in silence."""
    body = (PAGES / "news.rss.xml").read_bytes()
    assert "unused:tags" in read(body).signals
    ignoring = Feed(name="news", url="https://news.example.cn/rss", township="330206104", ignores=("tags",))
    assert not [signal for signal in read(body, ignoring).signals if signal.startswith("unused")]


def test_an_atom_entry_becomes_a_post() -> None:
    """Published, not updated, is its time; marks in its title go."""
    (post,) = recorded("news.atom.xml").posts
    assert (post.id, post.title, post.body) == ("urn:a:1", "停水通知", "明天停水。")
    assert (post.published, post.author) == (MORNING, "水务站")


def test_a_json_feed_becomes_posts() -> None:
    """Numbers as ids, plain text with signs that look like markup, an item that is none, yesterday's date."""
    first, second = recorded("news.feed.json").posts
    assert (first.id, first.body, first.author, first.published) == ("j1", "路灯坏了", "小李", MORNING)
    assert (second.id, second.body, second.published) == ("2", "a < b", MORNING - timedelta(days=1))
    assert set(recorded("news.feed.json").signals) == {"unused:tags"}


@pytest.mark.parametrize("charset", ["utf-8", "gbk", "latin-1", "big5", "nonsense", None])
def test_a_wrong_charset_is_seen_through(charset: str | None) -> None:
    """The server says one, the declaration another, and the bytes are in a third."""
    text = (PAGES / "news.rss.xml").read_text("utf-8")
    for body in (text.encode("utf-8"), text.encode("gb18030")):
        assert read(body, charset=charset).posts[0].body.startswith("围墙裂缝约三米")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\0\0\0",
        "<html><body>404</body></html>",
        "{",
        "[]",
        '{"items": 5}',
        '{"items": [[]]}',
        "/etc/passwd",
        "http://127.0.0.1/",
        "[" * 100_000,
        '{"items":' + "[" * 100_000,
    ],
)
def test_what_is_no_feed_has_no_posts(body: str) -> None:
    """Neither an error page, nor a name of a file or address: nothing is opened that was not fetched."""
    assert read(body).posts == ()


def test_an_entity_is_not_expanded() -> None:
    """A billion laughs stay one, and no file is read into a text."""
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    body = (
        f'<!DOCTYPE rss [<!ENTITY a0 "ha"><!ENTITY f SYSTEM "file:///etc/passwd">{laughs}]>'
        "<rss version='2.0'><channel><item><guid>1</guid><title>t</title><description>&a9;&f;</description></item>"
        "</channel></rss>"
    )
    assert all(len(post.body) < 1000 and "root:" not in post.body for post in read(body).posts)
