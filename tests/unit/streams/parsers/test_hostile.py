"""Hostile pages: whatever the bytes are, a parser answers, and what it answers can be published."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.crawl.kinds import read
from streams.pages.page import LISTING, Page, Raw
from streams.source import AnySource, parse_source

PAGES: Final = Path(__file__).parents[3] / "data" / "pages"
FETCHED: Final = datetime(2024, 11, 23, 2, 30, tzinfo=UTC)
ENTRY: Final = Raw(id="1", body="开头")
COMMON: Final = 'township: "330206104"\nurl: https://www.example.cn/\n'
SOURCES: Final = {
    "feed": "kind: feed",
    "full": "kind: feed\nfull: div.body",
    "api": """
kind: api
items: data.list
message: {id: id, title: title, body: content, time: created, author: user.nick, views: length(views),
  url: link, answer: reply, answer_time: replied}
paging: {parameter: before, time: created}""",
    "board": """
kind: board
list: {row: tr.row, message: a@href, stamp: td.state, next: a.next}
message: {within: div.letter, title: h2, body: div.question, time: dd.asked, author: dd.who, views: dd.views,
  status: dd.state, office: span.office, answer: div.answer, answer_time: span.replied}""",
    "table": "kind: table",
    "forum": """
kind: forum
list: {row: tr.row, thread: a.title, stamp: td.replies, next: a.next}
thread: {title: "#subject", post: div.post, id: "@id", body: div.body, time: em@title, author: a.author,
  next: a.next}""",
}
RECORDED: Final = [
    ("feed", "news.rss.xml", LISTING),
    ("feed", "news.atom.xml", LISTING),
    ("full", "discuz.rss.xml", LISTING),
    ("full", "forum.thread.html", "entry"),
    ("feed", "news.feed.json", LISTING),
    ("api", "api.json", LISTING),
    ("board", "board.list.html", LISTING),
    ("board", "board.message.html", "message"),
    ("table", "hotline.csv", LISTING),
    ("table", "hotline.xlsx", LISTING),
    ("forum", "forum.list.html", LISTING),
    ("forum", "forum.thread.html", "thread"),
    ("forum", "forum.thread.html", "replies"),
]
FOREIGN: Final = st.sampled_from(
    (
        rb"""http://[ //[::1 &#0; <![CDATA[ ]]> <!-- { \ud800 1e999 " <a/href='http://[x'>""".split(),
        [b"\xff\xfe", b"\0", b"\xed\xa0\x80", b"\xe7\xac\xac", b"9" * 4400, b"<!DOCTYPE x [<!ENTITY a 'b'>]>"],
    )
).flatmap(st.sampled_from)


def source(kind: str) -> AnySource:
    return parse_source(COMMON + SOURCES[kind], Path(f"{kind}.yaml"))


def bear(kind: str, body: bytes, role: str) -> None:
    """Read a page and hold what comes out against what a publisher needs."""
    page = Page(url="https://www.example.cn/thread-101-1.html", body=body, fetched=FETCHED, role=role, entry=ENTRY)
    reading = read(page, source(kind))
    for raw in reading.posts:
        assert "\0" not in raw.title + raw.body + raw.id
        assert f"{raw.id}{raw.title}{raw.body}{raw.author}".encode()
        assert raw.published is None or raw.published.tzinfo is UTC
    assert all(":" in signal for signal in reading.signals)


@pytest.mark.parametrize(("kind", "file", "role"), RECORDED)
@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), FOREIGN | st.binary(max_size=6)), max_size=8),
    st.sampled_from([1.0, 1.0, 0.7, 0.3]),
)
def test_no_damage_to_a_page_fails_its_parser(
    kind: str, file: str, role: str, damage: list[tuple[float, int, bytes]], kept: float
) -> None:
    """Bytes are taken out, put in and cut off anywhere."""
    body = bytearray((PAGES / file).read_bytes())
    for where, length, put in damage:
        at = int(where * len(body))
        body[at : at + length] = put
    bear(kind, bytes(body[: int(len(body) * kept)]), role)


@pytest.mark.parametrize(("kind", "role"), sorted({(kind, role) for kind, _, role in RECORDED}))
@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200) | st.lists(FOREIGN, max_size=12).map(b"".join))
def test_no_bytes_fail_a_parser(kind: str, role: str, body: bytes) -> None:
    """What is no page at all is named by a signal."""
    bear(kind, body, role)
