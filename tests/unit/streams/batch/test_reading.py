"""Bytes from anybody become a post, an action, or a reason why not."""

from datetime import UTC, datetime

import pytest
from msgspec import json
from msgspec.structs import replace

from streams.batch.reading import LARGEST, origin, read
from streams.errors import FutureSchema, Unreadable
from streams.protocols import Record
from streams.records import Action, Position, Post

NOW = datetime(2026, 3, 1, tzinfo=UTC)
POST = {
    "id": "1",
    "township": "990101101",
    "source": "forum",
    "fetched": "2026-03-01T08:00:00+08:00",
    "body": "路灯坏了",
}


def record(value: bytes | None, *, role: str = "posts", **headers: bytes) -> Record:
    position = Position(f"county.{role}", 0, 0)
    return Record(role=role, position=position, key=None, value=value, headers=headers, time=NOW)


def posted(**fields: object) -> bytes:
    return json.encode({**POST, **fields})


def test_a_post_needs_no_more_than_the_schema_asks_for() -> None:
    """A program that knows only the JSON Schema can publish: id, township, source, fetched."""
    post = read(record(json.encode({name: POST[name] for name in ("id", "township", "source", "fetched")})))
    assert isinstance(post, Post)
    assert post.body == ""


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (None, "no value"),
        (b"", "no value"),
        (b"{", "truncated"),
        (b"\xff\xfe", "invalid"),
        (b'"words"', "Expected `object`"),
        (posted(id=7), r"\$.id"),
        (posted(id=""), r"\$.id"),
        (posted(township="Springfield"), r"\$.township"),
        (posted(fetched="yesterday"), r"\$.fetched"),
        (posted(fetched="2026-03-01T08:00:00"), r"\$.fetched"),
        (posted(reach={"views": -1}), r"\$.reach.views"),
        (posted(kind="poem"), r"\$.kind"),
        (posted(body="字" * 200_001), r"\$.body"),
        (b" " * (5 * LARGEST), "more than"),
        (posted()[:-1] + b',"x":' + b"[" * 5_000 + b"]" * 5_000 + b"}", "too deeply"),
    ],
)
def test_what_is_no_post_says_why(value: bytes | None, says: str) -> None:
    """Malformed JSON, wrong types, a body of 5 MB: the reason names the field, never the words in it."""
    with pytest.raises(Unreadable, match=says):
        read(record(value))


def test_a_reason_quotes_no_value() -> None:
    """What stands in the wrong field may be a name: the reason says which field, not what stood there."""
    with pytest.raises(Unreadable) as caught:
        read(record(posted(kind="张三丰")))
    assert "$.kind" in str(caught.value)
    assert "张三丰" not in f"{caught.value}{caught.value.__cause__}"


@pytest.mark.parametrize("body", ["", "😀𠮷𪚥", "a\x00b", "<script>alert(1)</script>水管爆了"])
@pytest.mark.parametrize("published", ["1970-01-01T00:00:00Z", "2099-12-31T23:59:59Z", None])
def test_strange_texts_and_times_are_posts_all_the_same(body: str, published: str | None) -> None:
    """Empty, emoji, rare ideographs, NUL, markup, 1970 and the future are read; later steps deal with them."""
    post = read(record(posted(body=body, published=published)))
    assert isinstance(post, Post)
    assert post.body == body


def test_a_newer_schema_is_told_from_rubbish() -> None:
    """A record of a future schema waits for the upgrade instead of being misread."""
    with pytest.raises(FutureSchema, match="upgrade the worker"):
        read(record(b"whatever", schema=b"2"))


def test_a_schema_that_is_no_number_is_unreadable() -> None:
    """A header that cannot be understood is the record's fault, named."""
    with pytest.raises(Unreadable, match="header schema"):
        read(record(posted(), schema=b"one"))


def test_only_the_actions_topic_carries_actions() -> None:
    """A post cannot pass for an officer's decision, nor a decision for a post."""
    action = {
        "id": "a", "township": "990101101000", "incident": "i", "revision": 1, "verb": "close",
        "role": "duty", "reason": "mended", "time": "2026-03-01T00:00:00Z",
    }  # fmt: skip
    assert isinstance(read(record(json.encode(action), role="actions")), Action)
    with pytest.raises(Unreadable):
        read(record(json.encode(action)))
    with pytest.raises(Unreadable):
        read(record(posted(), role="actions"))


ELSEWHERE = {"township": "990101101", "source": "forum", "fetched": "yesterday"}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (json.encode(ELSEWHERE), ("990101101000", "forum")),
        (json.encode({**ELSEWHERE, "township": 7}), (None, "forum")),
        (json.encode({**ELSEWHERE, "source": ["forum"]}), ("990101101000", None)),
        (json.encode({**ELSEWHERE, "source": "s" * 129}), ("990101101000", None)),
        (json.encode({**ELSEWHERE, "author": {"name": "zhangsan"}}), ("990101101000", None)),
        (json.encode([ELSEWHERE]), (None, None)),
        (b" " * LARGEST + json.encode(ELSEWHERE), (None, None)),
        (b'{"township":"990101101","source":"\\ud800"}', (None, None)),
        (b'{"source":' + b"[" * 100_000, (None, None)),
        (b"{ no json", (None, None)),
        (b"\xff", (None, None)),
        (None, (None, None)),
    ],
)
def test_what_is_no_post_says_where_it_comes_from_if_it_can(
    value: bytes | None, found: tuple[str | None, str | None]
) -> None:
    """Who looks for the letters of a source finds also those of records that merely lack a field."""
    assert origin(record(value)) == found


def test_where_it_comes_from_is_never_who_wrote_it() -> None:
    """A source that names its author, or holds a telephone number, is shown as one that never did."""
    for said in ({"source": "blog of zhangsan", "author": "zhangsan"}, {"source": "13812345678"}):
        _, source = origin(record(json.encode({**ELSEWHERE, **said})))
        assert source is not None
        assert source.startswith("h-")


def test_a_decision_that_cannot_be_read_comes_from_the_actions() -> None:
    """As one that can."""
    assert origin(record(json.encode(ELSEWHERE), role="actions")) == ("990101101000", "actions")


def test_a_damaged_record_is_not_even_looked_at() -> None:
    """What the log's reader says of it is the reason, whatever its bytes would say."""
    with pytest.raises(Unreadable, match="the name of a header"):
        read(replace(record(posted()), damage="the name of a header is not UTF-8"))
