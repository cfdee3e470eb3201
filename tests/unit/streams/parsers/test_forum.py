"""Forums: list pages lead to threads, thread pages hold posts, and a changed layout is said."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from streams.pages.page import LISTING, Link, Page, Reading
from streams.parsers import forum
from streams.records import Reach
from streams.source import Forum, parse_source

FETCHED = datetime(2024, 11, 23, 2, 30, tzinfo=UTC)
PAGES = Path(__file__).parents[3] / "data" / "pages"
YAML = """
kind: forum
url: https://bbs.example.cn/forum-42-1.html
townships: ["330206104", "330206105"]
list: {row: tr.row, thread: a.title, stamp: td.replies, next: a.next}
thread:
  title: "#subject"
  post: div.post
  id: "@id"
  body: div.body
  time: em.time span@title
  author: a.author
  views: div.views
  next: a.next
ignores: [signature, medals]
"""
_parsed = parse_source(YAML, Path("bbs.yaml"))
assert isinstance(_parsed, Forum)
SOURCE: Forum = _parsed


def read(name: str, address: str, role: str) -> Reading:
    page = Page(fetched=FETCHED, url=f"https://bbs.example.cn/{address}", body=(PAGES / name).read_bytes(), role=role)
    return forum.read(page, SOURCE)


def test_a_list_page_leads_to_threads_and_on() -> None:
    """Each link with its stamp; to other hosts no link leads, and that is said."""
    reading = read("forum.list.html", "forum-42-1.html", LISTING)
    assert reading.links == (
        Link("https://bbs.example.cn/thread-101-1.html", "thread", "3"),
        Link("https://bbs.example.cn/thread-102-1.html", "thread", "0"),
        Link("https://bbs.example.cn/forum-42-2.html", LISTING),
    )
    assert reading.signals == ("link:foreign",)


def test_a_thread_page_holds_its_founder_and_replies() -> None:
    """Text without scripts and hidden words, time from an attribute, views with their comma."""
    founder, reply = read("forum.thread.html", "thread-101-1.html", "thread").posts
    assert (founder.id, founder.kind, founder.title) == ("101", "thread", "村口的桥裂了")
    assert founder.body == "桥面裂了一条缝，货车还在走。\n有人管吗？"
    assert founder.published == datetime(2024, 11, 23, 0, 15, 12, tzinfo=UTC)
    assert (founder.author, founder.reach.views) == ("桥边人", 1024)
    assert (reply.id, reply.kind, reply.thread, reply.title) == ("101-post_5002", "reply", "101", "")
    assert reply.body == "我也看到了😀"


def test_what_a_source_leaves_out_of_a_post_is_not_read() -> None:
    """Quotations, and who edited it when, are others' words; what stands around them is not run together."""
    status = "<i class=pstatus>本帖最后由 老李 于 3 分钟前 编辑</i>"
    quoted = "<div class=quote><blockquote>三人死亡<blockquote>路坏了</blockquote></blockquote></div>"
    words = f"{status}{quoted}我也<blockquote>x</blockquote>看到了"
    said = f"<h1 id=subject>t</h1><div class=post id=1><div class=body>{words}</div></div>"
    fields = replace(SOURCE.thread, without=(".quote", "blockquote", "i.pstatus", "div.post"))
    page = Page(fetched=FETCHED, url="https://bbs.example.cn/thread-1-1.html", body=said.encode(), role="thread")
    (post,) = forum.read(page, replace(SOURCE, thread=fields)).posts
    assert post.body == "我也 看到了"


def test_reach_is_what_the_page_says() -> None:
    """Views, replies and likes, each by its own selector; what stands there without a number is none."""
    reach = "<i>1,200</i><b>回复 34</b><u>无</u>"
    said = f'<h1 id="subject">t</h1><div class="post" id="1"><div class="body">x</div>{reach}</div>'
    fields = msgspec.structs.replace(SOURCE.thread, views="i", replies="b", likes="u")
    page = Page(fetched=FETCHED, url="https://bbs.example.cn/thread-1-1.html", body=said.encode(), role="thread")
    reading = forum.read(page, msgspec.structs.replace(SOURCE, thread=fields))
    assert reading.posts[0].reach == Reach(views=1200, replies=34)
    assert not [signal for signal in reading.signals if signal.startswith("unused")]


def test_a_part_that_bears_its_posts_number_has_one_name() -> None:
    """Or the names would grow with every post; `ignores` takes it with the number and without."""
    posts = "".join(f"<div class=post id=p{n}><u id=at{n}>x</u><b id=of_{n}>x</b></div>" for n in (90000, 90001))
    url = "https://bbs.example.cn/thread-101-1.html"
    page = Page(url=url, body=posts.encode(), fetched=FETCHED, role=forum.THREAD)
    assert [each for each in forum.read(page, SOURCE).signals if each.startswith("unused")] == [
        "unused:of",
        "unused:at",
    ]
    left = forum.read(page, replace(SOURCE, ignores=("at", "of_90000", "of_90001")))
    assert not [each for each in left.signals if each.startswith("unused")]


def test_what_is_missing_unreadable_or_unused_is_said() -> None:
    """A post without id, a relative time, an element that nobody named: each raises a signal; ignored ones do not."""
    signals = set(read("forum.thread.html", "thread-101-1.html", "thread").signals)
    assert {"id:missing", "time:missing", "body:empty", "unused:level"} <= signals
    assert not {"unused:signature", "unused:medals"} & signals


def test_a_further_page_holds_replies_alone() -> None:
    """Its first post founded nothing; the thread's id is the same on all its pages."""
    reading = read("forum.thread.html", "thread-101-2.html", "replies")
    assert [post.kind for post in reading.posts] == ["reply", "reply"]
    assert reading.posts[0].thread == "101"
    assert reading.links == (Link("https://bbs.example.cn/thread-101-2.html", "replies"),)


def test_a_notice_in_a_posts_place_is_no_post() -> None:
    """What moderators hide is left out, so that it is gone where it stood; a thread of which none is shown is."""
    hidden = "<em>提示: 作者被禁止或删除&nbsp;内容自动屏蔽</em>"
    posts = (
        f"<div class=post id=1><div class=locked>{hidden}</div><div class=quote>桥</div></div>",
        "<div class=post id=2><div class=body>提示: 该帖被管理员或版主屏蔽</div></div>",
        "<div class=post id=3><div class=body>我的[该帖被管理员或版主屏蔽]了，桥还是坏的</div></div>",
    )
    page = Page(fetched=FETCHED, url="https://bbs.example.cn/thread-101-1.html", body=b"", role="thread")
    some = forum.read(replace(page, body="".join(posts).encode()), SOURCE)
    assert [post.id for post in some.posts] == ["101-3"]
    assert "post:blocked" in some.signals
    assert forum.read(replace(page, body=f"<h1 id=subject>桥</h1>{posts[0]}{posts[1]}".encode()), SOURCE).gone


def test_a_changed_layout_is_said() -> None:
    """No threads on a list, no posts in a thread: loud, not silent."""
    for body in (b"", b"\0", b"<html>", "改版了".encode("gbk")):
        listing = forum.read(Page(fetched=FETCHED, url=SOURCE.url, body=body), SOURCE)
        thread = forum.read(
            Page(fetched=FETCHED, url="https://bbs.example.cn/thread-1-1.html", body=body, role="thread"), SOURCE
        )
        assert (listing.posts, listing.signals) == ((), ("thread:missing",))
        assert (thread.posts, thread.signals) == ((), ("post:missing",))


def test_a_thread_without_id_in_its_address_is_said() -> None:
    """Then no post of it could have a stable id."""
    assert read("forum.thread.html", "about.html", "thread").signals == ("thread_id:missing",)


def test_a_deeply_nested_page_is_read() -> None:
    """Nesting is no trouble as deep as pages are; what is deeper than any would hold up the other sources."""
    begins = '<h1 id="subject">t</h1><div class="post" id="p"><div class="body">'
    for deep, read in ((300, True), (5000, False)):
        body = f"{begins}{'<div>' * deep}深".encode()
        page = Page(fetched=FETCHED, url="https://bbs.example.cn/thread-1-1.html", body=body, role="thread")
        reading = forum.read(page, SOURCE)
        assert ["深" in post.body for post in reading.posts] == [True] * read
        assert ("page:overgrown" in reading.signals) is not read


def test_posts_that_a_page_forgets_to_close_keep_their_own_words() -> None:
    """One unclosed element a post, and each post stands within the one before; its words are not the other's."""
    posts = "".join(f'<div class="post" id="p{n}"><div class="body">话{n}</div><div>' for n in range(40))
    page = Page(fetched=FETCHED, url="https://bbs.example.cn/thread-1-1.html", body=posts.encode(), role="thread")
    reading = forum.read(page, SOURCE)
    assert [post.body for post in reading.posts] == [f"话{number}" for number in range(40)]
    assert [post.kind for post in reading.posts] == ["thread"] + ["reply"] * 39


def test_a_post_that_two_selectors_find_is_one_post() -> None:
    """`div.post, .post` finds each post twice, in the order of the page."""
    source = replace(SOURCE, thread=replace(SOURCE.thread, post="div.post, .post, #p1"))
    body = "".join(f'<div class="post" id="p{n}"><div class="body">话{n}</div></div>' for n in range(3))
    page = Page(fetched=FETCHED, url="https://bbs.example.cn/thread-1-1.html", body=body.encode(), role="thread")
    assert [post.body for post in forum.read(page, source).posts] == ["话0", "话1", "话2"]


def test_a_page_of_nothing_but_tags_is_not_parsed() -> None:
    """Unclosed tags cost a parser their square: such a page is named instead, at once."""
    page = Page(fetched=FETCHED, url=SOURCE.url, body=b"<div>" * 1_000_000)
    assert forum.read(page, SOURCE) == Reading(signals=("page:overgrown",))
