"""What is missing is named with its page, its selector and what is there instead."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.explaining import explained
from streams.crawl.kinds import read
from streams.pages.page import LISTING, Page, Raw
from streams.parsers.board import MESSAGE
from streams.parsers.feed import ENTRY
from streams.parsers.forum import THREAD
from streams.source import parse_source
from tests.unit.workbooks import workbook

API = "kind: api\nurl: https://a.cn/api\nitems: data.row\nmessage: {id: id, body: content, time: cjsj}\n"
FORUM = """kind: forum
url: https://a.cn/list
list: {row: tr.row, thread: a.t}
thread: {title: h1, post: div.post, id: "@id", body: div.words, time: em}
"""
BOARD = """kind: board
url: https://a.cn/list
list: {row: tr, message: a}
message: {within: div.letter, body: p}
message_id: id=(\\d+)
"""
FEED = "kind: feed\nurl: https://a.cn/rss\nfull: div.TRS_Editr\n"
TABLE = "kind: table\nurl: https://a.cn/t.csv\ncolumns: {id: 业务流水号, body: 市民诉求}\n"
WORDS = "东埠小学门口的路灯坏了三天没有人修，" * 9


def said(source: str, body: str, role: str = LISTING, url: str = "https://a.cn/x", entry: Raw | None = None) -> str:
    parsed = parse_source(source + 'township: "330206104"\n', Path("s.yaml"))
    page = Page(url=url, body=body.encode(), fetched=datetime(2026, 3, 1, tzinfo=UTC), role=role, entry=entry)
    return "\n".join(explained(parsed, [(page, read(page, parsed))]))


@pytest.mark.parametrize(
    ("source", "body", "words"),
    [
        (API, '{"data": {"rows": [], "total": 3}}', "`items` data.row finds nothing; data has rows, total"),
        (API, '{"code": 401, "msg": "请先登录"}', "it has code, msg; it says '请先登录'"),
        (API, "<html><title>用户登录</title>", "it is no JSON: a page with the title '用户登录'"),
        (
            API,
            '{"data": {"row": [{"id": 1, "nr": "x", "cjsj": 1}]}}',
            "`body` content finds nothing; an item has id, nr",
        ),
        (API, '{"data": {"row": [{"id": 1, "content": "x", "cjsj": "??"}]}}', "`time` cjsj finds '??'"),
        (
            FORUM,
            "<table><tr class=r><td><a href=/1>x</a>",
            "`row` tr.row finds nothing; the page has no title; its links",
        ),
        (FORUM, "<table><tr class=row><td class=t><a href=/1>x</a>", "`thread` a.t finds nothing in a row"),
        (TABLE, "业务流水号,诉求内容\n1,路灯坏了\n", "column 市民诉求 is not in the header: 业务流水号, 诉求内容"),
        (TABLE, "<html><title>登录</title>", "it is no table: a page with the title '登录'"),
        (FEED, "<html><title>首页</title>", "it is no feed: a page with the title '首页'"),
    ],
)
def test_what_is_there_instead_is_said(source: str, body: str, words: str) -> None:
    """Keys, columns, links or the title: with the address of the page."""
    lines = said(source, body)
    assert words in lines
    assert "of https://a.cn/x: " in lines


def test_a_page_of_its_own_names_where_its_longest_text_stands() -> None:
    """As a selector names it."""
    page = f"<title>信</title><div id=all><ul><li>菜单</ul><div class='TRS_Editor x'><p>{WORDS}</div></div>"
    instead = "finds nothing; the page has the title '信'; the longest text is in div.TRS_Editor.x"
    entry = Raw(id="1", title="t", body="b", url="https://a.cn/x")
    assert f"`full` div.TRS_Editr {instead}" in said(FEED, page, ENTRY, entry=entry)
    assert f"`post` div.post {instead}" in said(FORUM + "thread_id: (x)\n", page, THREAD)
    assert f"`within` div.letter {instead}" in said(BOARD, page, MESSAGE)


def test_an_address_without_an_id_is_shown() -> None:
    """With the expression that found nothing in it."""
    lines = said(BOARD, "<div class=letter><p>路灯", MESSAGE, "https://a.cn/show?no=7")
    assert "`message_id` id=(\\d+) finds nothing in /show?no=7" in lines


def test_nobody_is_named() -> None:
    """What a page says goes through the mask, here too."""
    assert "13800138000" not in said(API, "<html><title>13800138000</title>")


def test_a_sheet_that_is_left_is_named() -> None:
    """With its columns: whoever has two kinds of sheets writes a source for each."""
    sheets = {"工单": [["业务流水号", "市民诉求"], ["1", "路灯坏了"]], "来信": [["信号", "来信"], ["7", "桥塌了"]]}
    parsed = parse_source(TABLE + 'township: "330206104"\n', Path("s.yaml"))
    page = Page(url="https://a.cn/t.xlsx", body=workbook(Sheet=[], **sheets), fetched=datetime(2026, 3, 1, tzinfo=UTC))
    assert list(explained(parsed, [(page, read(page, parsed))])) == [
        "sheet:left of https://a.cn/t.xlsx: sheet 来信 is left: its columns are others (信号, 来信)"
    ]
