"""For an address a source is proposed that can be tried at once; what cannot be told is said."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from deploy.proposing import Proposal, proposal
from streams.pages.page import Page
from streams.parsers import board
from streams.source import Api, Board, Feed, Forum, Table, parse_source
from streams.web.fetch import Fetched

DISCUZ = """<html><head><meta name="generator" content="Discuz! X3.4"></head><body><table><tbody id="normalthread_7">
<tr><th><a class="s xst" href="thread-7-1-1.html">路灯坏了</a></th></tr></tbody></table></body></html>"""
FEEDS = """<html><head><link rel=stylesheet href=/x.css><link rel=alternate type="application/rss+xml" href="/rss">
<link rel=alternate type="application/atom+xml" href="/atom"></head></html>"""
STRANGE = st.text(st.sampled_from('{}[]":,<>!-/ arsfed1\n'), max_size=200).map(str.encode)


def looked(body: str | bytes, url: str = "https://bbs.example.cn/forum.php?mod=forumdisplay&fid=42") -> Proposal:
    raw = body if isinstance(body, bytes) else body.encode()
    return proposal(Fetched(url=url, body=raw, charset=None, etag=None, modified=None))


def made(found: Proposal) -> object:
    return parse_source(f'{found.yaml()}township: "330206104"\n', Path("s.yaml"))


@pytest.mark.parametrize(
    "body",
    [
        "<?xml version='1.0'?><rss version='2.0'/>",
        "<feed xmlns='x'>",
        '{"version": "https://jsonfeed.org/version/1.1"}',
    ],
)
def test_a_feed_is_a_feed(body: str) -> None:
    """RSS, Atom and JSON Feed, told by their bytes and not by what the server says."""
    assert type(made(looked(body))) is Feed


def test_a_board_of_discuz_gets_its_selectors() -> None:
    """The list is found by them; the feed of the board is named beside it."""
    found = looked(DISCUZ)
    source = made(found)
    assert type(source) is Forum
    assert "i.pstatus" in source.thread.without
    assert "mod=rss&fid=42" in " ".join(found.remarks)


def test_a_page_that_names_its_feed_leads_there() -> None:
    """The first feed is looked at next; a stylesheet is none."""
    found = looked(FEEDS, "https://a.example.cn/b/")
    assert (found.elsewhere, dict(found.fields)) == ("https://a.example.cn/rss", {})


def test_an_interface_gets_its_list_and_the_keys_that_are_plain() -> None:
    """The longest list of objects, keys by their common names; which ones are missing is said."""
    items = [{"tid": 7, "subject": "灯", "detail": "坏了", "createTime": "2026-03-01"}] * 2
    found = looked(json.dumps({"code": 0, "data": {"tags": [{"a": 1}], "rows": items}}))
    assert found.fields["items"] == "data.rows"
    assert found.fields["message"] == {"id": "tid", "title": "subject", "time": "createTime"}
    assert "which key says body? write it under message" in found.remarks
    whole = looked(json.dumps([{"id": 1, "content": "坏了"}]))
    assert type(made(whole)) is Api
    assert yaml.safe_load(whole.yaml())["message"] == {"id": "id", "body": "content"}


def test_a_table_is_told_by_its_header() -> None:
    """Columns that are not known by name are asked for; a page where the table was is none."""
    found = looked("工单编号,诉求内容,来电时间\n1,路灯坏了,2026-03-01\n", "https://a.cn/t.csv")
    assert type(made(found)) is Table
    assert found.remarks == ("a table with the columns 工单编号, 诉求内容, 来电时间",)
    asked = looked("甲,乙\n1,路灯坏了\n", "https://a.cn/t.csv")
    assert asked.remarks[1:] == tuple(f"which column says {each}? write it under columns" for each in ("id", "body"))
    workbook = Path(__file__).parents[2] / "data" / "pages" / "hotline.xlsx"
    assert looked(workbook.read_bytes(), "https://a.cn/export?id=7").fields["kind"] == "table"


def test_a_feed_of_cut_texts_is_to_be_followed() -> None:
    """And that of a Discuz! forum is, by the selector of its default template."""
    cut = "<rss version='2.0'><item><description><![CDATA[路灯坏了……[阅读全文]]]></description></item></rss>"
    assert any("`full:" in each for each in looked(cut).remarks)
    assert not any("`full:" in each for each in looked("<rss version='2.0'/>", "https://a.cn/").remarks)
    assert looked(cut, "https://a.cn/forum.php?mod=rss&fid=4").fields["full"] == "td.t_f"


def test_keys_of_offices_own_interfaces_are_known() -> None:
    """They are the first letters of the words."""
    item = {"msgId": "7", "bt": "灯", "nr": "坏了", "cjsj": 1, "hf": "已修", "hfsj": 2, "yhm": "甲"}
    said = {"id": "msgId", "body": "nr", "title": "bt", "time": "cjsj", "author": "yhm"}
    assert looked(json.dumps([item])).fields["message"] == {**said, "answer": "hf", "answer_time": "hfsj"}


def test_keys_that_say_nothing_are_guessed_by_their_values() -> None:
    """Milliseconds are the time, what differs in each item the id, the longest words the body; guesses are named."""
    items = [
        {
            "a": "0",
            "k1": 40 + n,
            "k2": 1772323200000 + n,
            "k3": "路灯",
            "k4": "柳河路的路灯坏了三天",
            "k5": f"https://a.cn/{n}",
        }
        for n in range(3)
    ]
    found = looked(json.dumps({"rows": items}))
    assert found.fields["message"] == {"time": "k2", "id": "k1", "body": "k4"}
    assert sum("guessed by its values" in each for each in found.remarks) == 3
    made(found)
    alone = looked(json.dumps([items[0]]))
    assert "which key says id? write it under message" in alone.remarks


def test_items_beyond_the_first_page_are_said() -> None:
    """By their number or that of the pages, beside the list; not by a number within an item."""
    items = [{"id": 1, "content": "坏了", "total": 9}]
    for beside, said in (({"total": 12}, "total is 12"), ({"pages": "3"}, "pages is 3")):
        assert any(said in each for each in looked(json.dumps({"data": {"list": items, **beside}})).remarks)
    assert not any("paging" in each for each in looked(json.dumps({"list": items, "total": 1, "pages": 1})).remarks)


def test_a_letter_box_is_a_board_though_it_names_a_feed() -> None:
    """Its list leads to the letters, and on; what holds a letter's words is to be written, and the feed is named."""
    page = (Path(__file__).parents[2] / "data" / "pages" / "board.list.html").read_text("utf-8")
    feed = '<link rel=alternate type="application/rss+xml" href="/rss">'
    found = looked(page.replace("</head>", f"{feed}</head>"), "https://xinxiang.example.cn/letter/list")
    assert "https://xinxiang.example.cn/rss" in " ".join(found.remarks)
    source = made(found)
    assert type(source) is Board
    reading = board.read(Page(url=source.url, body=page.encode(), fetched=datetime(2026, 3, 1, tzinfo=UTC)), source)
    assert [each.url.rpartition("?")[2] for each in reading.links] == ["id=4711", "id=4712", "page=2"]
    assert source.message_id == r"detail\?id=(\d+)"
    about = page.replace("领导信箱", "新闻")
    assert dict(looked(about).fields) == {}


@pytest.mark.parametrize("body", ["", "{", "[]", "[1]", "<html>", "路灯坏了", "\ufffe"])
def test_what_cannot_be_told_is_said(body: str) -> None:
    """No source, and a remark that says what to do or what was seen."""
    found = looked(body)
    assert dict(found.fields) == {}
    assert found.remarks


@given(st.one_of(st.binary(max_size=300), STRANGE))
def test_no_bytes_are_too_strange(body: bytes) -> None:
    """Whatever stands at an address: a proposal or a remark, and no exception."""
    found = looked(body)
    assert found.remarks or found.fields
