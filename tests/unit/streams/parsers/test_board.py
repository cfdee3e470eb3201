"""Government message boards in HTML: a list, and a page for each message with question, reply and times."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from streams.pages.page import LISTING, Link, Page, Reading
from streams.parsers import board
from streams.records import Reach
from streams.source import Board, parse_source

FETCHED = datetime(2024, 11, 23, 2, 30, tzinfo=UTC)
PAGES = Path(__file__).parents[3] / "data" / "pages"
YAML = """
kind: board
url: https://xinxiang.example.cn/letter/list
township: "330206104"
list: {row: tr.row, message: a.title, stamp: td.state, next: a.next}
message:
  within: div.letter
  title: h2.title
  body: div.question
  time: dd.asked
  author: dd.who
  views: dd.views
  status: dd.state
  office: span.office
  answer: div.answer
  answer_time: span.replied
message_id: id=(\\d+)
ignores: [dt, share]
"""


def source(text: str = YAML) -> Board:
    parsed = parse_source(text, Path("board.yaml"))
    assert isinstance(parsed, Board)
    return parsed


def read(name: str, address: str, role: str = "message", of: Board | None = None, charset: str = "utf-8") -> Reading:
    body = (PAGES / name).read_text("utf-8").encode(charset)
    url = f"https://xinxiang.example.cn/letter/{address}"
    return board.read(Page(url=url, body=body, fetched=FETCHED, role=role), of or source())


def test_what_a_source_leaves_out_of_a_message_is_not_read() -> None:
    """The body's parts that somebody else wrote are named by selectors."""
    said = "<div class=letter><div class=question><i>转自市长信箱</i>路坏了</div></div>".encode()
    page = Page(url="https://xinxiang.example.cn/letter/detail?id=1", body=said, fetched=FETCHED, role="message")
    (post,) = board.read(page, source(YAML.replace("within: div.letter", "within: div.letter\n  without: [i]"))).posts
    assert post.body == "路坏了"


ANSWERED = read("board.message.html", "detail?id=4711")


def test_a_list_leads_to_its_messages() -> None:
    """Each with its state as the stamp, so that it is read again when the office answers; other hosts are left."""
    reading = read("board.list.html", "list", LISTING)
    assert reading.links == (
        Link("https://xinxiang.example.cn/letter/detail?id=4711", "message", "已办结"),
        Link("https://xinxiang.example.cn/letter/detail?id=4712", "message", "办理中"),
        Link("https://xinxiang.example.cn/letter/list?page=2", LISTING),
    )
    assert (reading.posts, reading.signals) == ((), ("link:foreign",))


def test_a_message_is_what_the_resident_asked() -> None:
    """With the id of its address, its own time, its author and how often it was read."""
    asked = ANSWERED.posts[0]
    assert (asked.id, asked.kind, asked.title, asked.author) == ("4711", "message", "中山路路面塌陷", "溪边居民")
    assert asked.body == "中山路12号门前的路面塌了一个洞，\n昨晚有电瓶车掉进去。"
    assert asked.published == datetime(2024, 11, 22, 0, 15, tzinfo=UTC)
    assert (asked.reach, asked.url) == (Reach(views=1204), "https://xinxiang.example.cn/letter/detail?id=4711")


def test_the_reply_is_the_offices_own_post() -> None:
    """All parts of it, with the office and the state, the time of the reply, and no author to protect."""
    _, answer = ANSWERED.posts
    assert (answer.id, answer.kind, answer.thread, answer.author) == ("4711#answer", "answer", "4711", None)
    assert (answer.title, answer.body) == ("青溪区住房和城乡建设局 · 已办结", "已围挡，今晚回填。\n回填已于当日完成。")
    assert answer.published == datetime(2024, 11, 22, 7, 30, tzinfo=UTC)


def test_a_message_without_a_reply_waits() -> None:
    """What stands in the reply's place is no reply; yesterday is the day before the page was fetched."""
    reading = read("board.waiting.html", "detail?id=4712")
    (asked,) = reading.posts
    assert (asked.id, asked.author, asked.reach) == ("4712", None, Reach())
    assert asked.published == datetime(2024, 11, 22, 14, 40, tzinfo=UTC)
    assert reading.signals == ("author:missing",)


def test_every_part_is_used_ignored_or_said() -> None:
    """The menu and the footer are no part of the message; the satisfaction is, and nobody named it."""
    assert ANSWERED.signals == ("unused:stars",)


def test_what_is_missing_is_said() -> None:
    """A field that a selector does not find, a time that names none, a page that changed."""
    other = (
        YAML.replace("h2.title", "h3.title")
        .replace("dd.views", "dd.clicks")
        .replace("span.replied", "span.office")
        .replace("span.office\n", "b\n", 1)
    )
    signals = read("board.message.html", "detail?id=4711", of=source(other)).signals
    assert {"title:missing", "office:missing", "views:missing", "answer_time:unreadable"} <= set(signals)
    changed = source(YAML.replace("div.letter", "div.mail").replace("a.title", "a.mail"))
    assert read("board.message.html", "detail?id=4711", of=changed) == Reading(signals=("message:missing",))
    assert read("board.list.html", "list", LISTING, changed).signals == ("message:missing",)
    assert read("board.message.html", "detail", of=source()).signals == ("message_id:missing",)
    without = source(YAML.replace("div.answer", "div.huifu"))
    assert "answer:missing" in read("board.message.html", "detail?id=4711", of=without).signals


@pytest.mark.parametrize(
    "words", ["暂无回复", "尚未答复", "办理中", "正在办理中。", "等待回复……", "暂无回复内容", "未回复"]
)
def test_words_in_the_replys_place_are_no_reply(words: str) -> None:
    """Or every message would seem to be answered."""
    body = f'<div class="letter"><div class="question">路灯坏了</div><div class="answer"><p>{words}</p></div></div>'
    page = Page(url="https://xinxiang.example.cn/d?id=1", body=body.encode(), fetched=FETCHED, role="message")
    assert [post.kind for post in board.read(page, source()).posts] == ["message"]


def test_the_id_may_stand_in_a_script_that_is_not_run() -> None:
    """Many boards lead on by `onclick`: the number is taken, and the address is the source's own."""
    scripted = source(
        YAML.replace("a.title", "a@onclick").replace("id=(\\d+)", "(\\d+)")
        + "link: https://xinxiang.example.cn/letter/detail?id={id}\n"
    )
    body = """<tr class="row"><td><a href="javascript:;" onclick="show('4711')">中山路路面塌陷</a></td></tr>"""
    page = Page(url=scripted.url, body=f"<table>{body}</table>".encode(), fetched=FETCHED)
    expected = Link("https://xinxiang.example.cn/letter/detail?id=4711", "message")
    assert board.read(page, scripted).links == (expected,)


def test_a_board_in_gbk_is_read() -> None:
    """Though it says that it is UTF-8."""
    assert read("board.message.html", "detail?id=4711", charset="gbk") == ANSWERED


def test_a_page_of_nothing_but_tags_is_not_parsed() -> None:
    """Unclosed tags cost a parser their square: such a page is named instead, at once."""
    page = Page(url=source().url, body=b"<div>" * 1_000_000, fetched=FETCHED)
    assert board.read(page, source()) == Reading(signals=("page:overgrown",))


def documented() -> Board:
    """The example of a list that leads on by a script."""
    text = (Path(__file__).parents[4] / "docs" / "sources.md").read_text("utf-8")
    return source(
        next(part for part in text.split("```yaml\n") if "# sources/mailbox.yaml" in part).partition("```")[0]
    )


def test_the_documented_board_with_a_script_works() -> None:
    """The id is found in what the script is told, and not looked for again in the address that was made of it."""
    body = """<table><tr class=mail><td><a href="javascript:;" onclick="showMail('501')">路灯</a></table>""".encode()
    listed = Page(url="https://mailbox.example.cn/list", body=body, fetched=FETCHED)
    (link,) = board.read(listed, documented()).links
    assert link.url == "https://mailbox.example.cn/detail?id=501"
    body = "<div class=mail><h1>路灯</h1><div class=words>路灯坏了</div></div>".encode()
    reading = board.read(Page(url=link.url, body=body, fetched=FETCHED, role=board.MESSAGE), documented())
    assert (reading.posts[0].id, reading.posts[0].body, reading.signals) == ("501", "路灯坏了", ())


def test_a_script_in_which_no_id_is_found_is_said() -> None:
    """It is no missing link: `message_id` does not fit."""
    body = """<table><tr class=mail><td><a onclick="open('7')">路灯</a></table>""".encode()
    page = Page(url="https://mailbox.example.cn/list", body=body, fetched=FETCHED)
    assert board.read(page, documented()).signals == ("message_id:missing",)
