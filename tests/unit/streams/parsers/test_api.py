"""Message boards: what residents ask and what the office answered, page after page."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from streams.pages.page import LISTING, Link, Page, Reading
from streams.parsers import api
from streams.records import Reach
from streams.source import Api, Item, parse_source

FETCHED = datetime(2024, 11, 23, 2, 30, tzinfo=UTC)
PAGES = Path(__file__).parents[3] / "data" / "pages"
YAML = """
kind: api
url: https://api.example.cn/api?area=1
township: "330206104"
items: data.list
message: {id: id, title: title, body: content, time: created, author: user.nick, views: views,
  answer: reply, answer_time: replied}
paging: {parameter: cursor, cursor: data.next}
link: https://api.example.cn/m/{id}
"""


def source(text: str = YAML) -> Api:
    parsed = parse_source(text, Path("api.yaml"))
    assert isinstance(parsed, Api)
    return parsed


def read(body: bytes, url: str | None = None, of: Api | None = None) -> Reading:
    of = of or source()
    return api.read(Page(fetched=FETCHED, url=url or of.url, body=body), of)


RECORDED = read((PAGES / "api.json").read_bytes())


def test_a_message_and_its_answer_become_posts() -> None:
    """The answer points to its message, has its own time and no author: it is the office's, and no resident's reply."""
    message, answer = RECORDED.posts[:2]
    assert (message.id, message.title, message.body) == ("7001", "自来水发黄", "这几天的水是黄的。")
    assert (message.author, message.reach.views, message.url) == ("青溪居民", 12, "https://api.example.cn/m/7001")
    assert message.published == datetime(2024, 11, 23, 0, 15, tzinfo=UTC)
    assert (answer.id, answer.kind, answer.thread, answer.author) == ("7001#answer", "answer", "7001", None)
    assert (answer.body, answer.published) == ("已安排检修。", datetime(2024, 11, 23, 22, 13, 20, tzinfo=UTC))


def test_reach_is_what_the_item_says() -> None:
    """Views, replies and likes, each under its own key."""
    fields = msgspec.structs.replace(source().message, views="seen", replies="stat.replies", likes="liked")
    body = b'{"data": {"list": [{"id": 1, "content": "x", "seen": 9, "stat": {"replies": 3}, "liked": 2}]}}'
    reading = read(body, of=msgspec.structs.replace(source(), message=fields))
    assert reading.posts[0].reach == Reach(views=9, replies=3, likes=2)
    assert not [signal for signal in reading.signals if signal.startswith("unused")]


def test_plain_text_is_not_taken_for_markup() -> None:
    """`a < b` stays; a time in seconds is read; a negative count is none; an empty answer is no post."""
    post = RECORDED.posts[2]
    assert (post.id, post.body, post.reach.views) == ("7002", "a < b，价格>3元", None)
    assert post.published == datetime(2024, 11, 23, 0, 15, tzinfo=UTC)
    assert [each.id for each in RECORDED.posts] == ["7001", "7001#answer", "7002", "7003"]


def test_what_is_missing_wrong_or_unused_is_said() -> None:
    """No id, no item, a body of a wrong type, a relative time, a field that nobody named."""
    assert {"id:missing", "item:unreadable", "body:unreadable", "time:unreadable", "unused:ip"} <= set(RECORDED.signals)


def test_a_key_that_is_gone_is_said() -> None:
    """Null is an item without a title; no such key in it is another interface than the YAML says."""
    item = {"id": 1, "content": "x", "created": 1732320900, "title": None, "user": {}}
    assert read(json.dumps({"data": {"list": [item]}}).encode()).signals == ("views:missing",)


def test_pages_follow_by_cursor() -> None:
    """The cursor that a page gives asks for the next; the same one, or none, ends."""
    assert RECORDED.links == (Link("https://api.example.cn/api?area=1&cursor=c2", LISTING),)
    again = read((PAGES / "api.json").read_bytes(), "https://api.example.cn/api?area=1&cursor=c2")
    assert again.links == ()


def test_pages_follow_by_time() -> None:
    """What is older than the oldest item is asked for; the time stands as the interface wrote it."""
    timed = source(YAML.replace("parameter: cursor, cursor: data.next", "parameter: before, time: created"))
    items = [{"id": number, "content": "x", "created": f"2024-11-{number} 08:15"} for number in (23, 21, 22)]
    full = json.dumps({"data": {"list": items}}).encode()
    older = "https://api.example.cn/api?area=1&before=2024-11-21+08%3A15"
    assert read(full, None, timed).links == (Link(older, LISTING),)
    seconds = json.dumps({"data": {"list": [{"id": 1, "content": "x", "created": 1732320900}]}}).encode()
    assert read(seconds, None, timed).links == (Link("https://api.example.cn/api?area=1&before=1732320900", LISTING),)
    undated = b'{"data": {"list": [{"id": 1, "content": "x"}]}}'
    assert read(undated, None, timed).links == ()


def test_paging_by_time_that_stands_still_is_said() -> None:
    """A page that is asked for what is older, and ends where it began, would come again for ever."""
    timed = source(YAML.replace("parameter: cursor, cursor: data.next", "parameter: before, time: created"))
    items = [{"id": number, "content": "x", "created": "2024-11-21"} for number in (1, 2)]
    asked = "https://api.example.cn/api?area=1&before=2024-11-21"
    stuck = read(json.dumps({"data": {"list": items}}).encode(), asked, timed)
    assert (stuck.links, "paging:stuck" in stuck.signals) == ((), True)
    last = read(json.dumps({"data": {"list": items[:1]}}).encode(), asked, timed)
    assert (last.links, "paging:stuck" in last.signals) == ((), False)


def test_pages_follow_by_the_number_of_items() -> None:
    """An interface that counts items rather than pages."""
    counting = source(YAML.replace("parameter: cursor, cursor: data.next", "parameter: skip, first: 0, step: 20"))
    full = json.dumps({"data": {"list": [{"id": 1, "content": "x"}]}}).encode()
    assert read(full, None, counting).links[0].url.endswith("&skip=20")
    assert read(full, "https://api.example.cn/api?area=1&skip=20", counting).links[0].url.endswith("&skip=40")
    assert read(full, f"https://api.example.cn/api?skip={'9' * 5000}", counting).links[0].url.endswith("skip=20")


def test_expressions_put_a_message_together() -> None:
    """A filter picks the items; a body is joined, a number taken from a list; a key with a hyphen stands in quotes."""
    fields = {"id": '"msg-id"', "body": "join(' ', [place, text])", "time": "log[-1].at", "replies": "length(log)"}
    picked = msgspec.structs.replace(
        source(), items="data.list[?state!='deleted']", message=msgspec.convert(fields, Item)
    )
    items = [
        {"msg-id": "m1", "state": "open", "place": "中山路", "text": "塌了", "log": [{"at": "2024-11-23 08:15"}]},
        {"msg-id": "m2", "state": "deleted", "place": "x", "text": "y"},
    ]
    reading = read(json.dumps({"data": {"list": items}}).encode(), of=picked)
    assert [(post.id, post.body, post.reach.replies) for post in reading.posts] == [("m1", "中山路 塌了", 1)]
    assert reading.posts[0].published == datetime(2024, 11, 23, 0, 15, tzinfo=UTC)
    assert reading.signals == ("unused:state",)


def test_a_page_with_more_values_than_any_page_needs_is_not_read() -> None:
    """Each value costs an expression its time: 5 MB of empty objects would hold up the other sources for a minute."""
    body = b'{"data": {"list": [' + b"{}," * 100_000 + b"{}]}}"
    assert read(body) == Reading(signals=("page:overgrown",))
    assert read(b"{}\n" * 100_000, "https://api.example.cn/all.jsonl") == Reading(signals=("page:overgrown",))


def test_pages_follow_by_number() -> None:
    """Until one is empty."""
    numbered = source(YAML.replace("parameter: cursor, cursor: data.next", "parameter: page"))
    full = json.dumps({"data": {"list": [{"id": 1, "content": "x"}]}}).encode()
    assert read(full, None, numbered).links == (Link("https://api.example.cn/api?area=1&page=2", LISTING),)
    third = read(full, "https://api.example.cn/api?area=1&page=2", numbered).links
    assert third == (Link("https://api.example.cn/api?area=1&page=3", LISTING),)
    assert read(b'{"data": {"list": []}}', None, numbered).links == ()


@pytest.mark.parametrize(
    ("answer", "signal"),
    [
        ("", "page:unreadable"),
        ("<html>", "page:unreadable"),
        ("[" * 40_000, "page:unreadable"),
        ("[" * 100_000, "page:overgrown"),
        ("[]", "items:missing"),
        ('{"data": 5}', "items:missing"),
        ('{"data": {"list": {}}}', "items:missing"),
    ],
)
def test_what_is_no_answer_is_said(answer: str, signal: str) -> None:
    """Another form than the source's YAML says is loud, not silent."""
    assert read(answer.encode()) == Reading(signals=(signal,))


@pytest.mark.parametrize("value", [None, 5, 1.5, True, [], {}, "\ud800", "a\0b", "9" * 5000])
def test_any_value_in_any_field_is_borne(value: Any) -> None:
    """A field may hold anything; the page's other messages are read."""
    item = dict.fromkeys(("id", "title", "content", "created", "user", "views", "reply", "replied"), value)
    posts = read(json.dumps({"data": {"list": [item, {"id": "fine", "content": "好"}]}}).encode()).posts
    assert posts[-1].id == "fine"
    assert all("\0" not in post.body and post.body.encode() is not None for post in posts)


def test_a_line_of_json_ends_where_a_line_ends() -> None:
    """Not at U+2028, U+0085 or a form feed, which may stand in a string and come with words copied from the web."""
    bodies = ["桥塌了\u2028三人死亡", "水管\u0085爆了", "路灯\x0b坏了"]
    text = "\r\n".join(json.dumps({"id": body, "body": body}, ensure_ascii=False) for body in bodies)
    assert [each["body"] for each in api.lines(text)] == bodies
