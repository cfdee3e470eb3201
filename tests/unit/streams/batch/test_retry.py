"""What is sent again is what was sent, and knows of its deaths; no header that anybody plants does harm."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json

from streams.batch import headers
from streams.batch.letters import Letters, opened
from streams.batch.retry import again
from streams.errors import Refused, Unreadable
from streams.protocols import Message, Record
from streams.records import Letter, Position, Post, Reason

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LETTERS = Letters(lambda raw: base64.b64encode(raw).decode())
HERE = "990101101000"


def record(value: bytes | None = b"{", key: bytes | None = b"k", offset: int = 7, role: str = "posts",
           **carried: bytes) -> Record:  # fmt: skip
    position = Position(f"d.{role}", 3, offset)
    return Record(role=role, position=position, key=key, value=value, headers=carried, time=NOW)


def buried(dead: Record, reason: Reason = "unreadable") -> Message:
    return LETTERS.of(dead, step="read", reason=reason, error="x")


def sent(dead: Record, *, uncounted: bool = False) -> Message:
    """The record sent again from its letter."""
    value = buried(dead).value
    sealed = base64.b64decode(json.decode(value)["sealed"])
    return again(json.decode(value, type=Letter), opened(sealed), uncounted=uncounted)


keys = st.none() | st.binary(max_size=40)
carried = st.dictionaries(st.text(max_size=10), st.binary(max_size=40), max_size=4)


@given(st.binary(max_size=200), st.binary(max_size=40), carried)
def test_the_same_bytes_key_and_headers_come_back(value: bytes, key: bytes, given: dict[str, bytes]) -> None:
    """Whatever they are; only the notes of its deaths are new."""
    dead = Record(role="posts", position=Position("d.posts", 3, 7), key=key, value=value, headers=given, time=NOW)
    message = sent(dead)
    assert (message.role, message.key, message.value) == ("posts", key, value)
    notes = {headers.RETRIES, headers.FIRST_LETTER}
    assert {name: said for name, said in message.headers.items() if name not in notes} == {
        name: said for name, said in given.items() if name not in notes
    }


def test_every_death_is_counted_and_knows_the_first() -> None:
    """The letter of a record that was sent again says how often, and which letter was its first."""
    once = sent(record(offset=7))
    second = Record(
        role="posts", position=Position("d.posts", 3, 20), key=once.key, value=once.value, headers=once.headers,
        time=NOW,
    )  # fmt: skip
    letter = json.decode(buried(second).value, type=Letter)
    assert (letter.retries, letter.first) == (1, "d.posts-3-7")
    assert sent(second).headers == {"retries": b"2", "first-letter": b"d.posts-3-7"}


@pytest.mark.parametrize("said", [b"", b"-1", b"1e9", b"9" * 50, "١".encode(), b"2\n"])
def test_a_planted_count_is_nought(said: bytes) -> None:
    """Any producer may send such a header."""
    assert headers.retries({"retries": said}) == 0


@pytest.mark.parametrize("said", [b"", b"zhang san", b"d.posts-3-", b"e.posts-3-7", b"dxposts-3-7", b"d.posts-3-7\n"])
def test_a_planted_first_letter_is_not_shown(said: bytes) -> None:
    """It would stand in clear in the letter: only a place of the same topic is taken."""
    assert headers.first_letter({"first-letter": said}, "d.posts") is None


def test_a_record_without_a_key_goes_by_its_townships() -> None:
    """Where a worker would move it; of one that nobody can read, anywhere."""
    post = Post(id="1", township=HERE[:9], source="forum", fetched=NOW, published=NOW)
    assert sent(record(json.encode(post), key=None)).key == HERE.encode()
    assert sent(record(b"{", key=None)).key == b"unknown"


def test_a_post_without_a_date_is_no_news_when_it_is_sent_again() -> None:
    """It counts as published when it first came: sent again after a week it alerts nobody."""
    undated = Post(id="1", township=HERE, source="forum", fetched=NOW)
    assert headers.happened(sent(record(json.encode(undated))).headers) == NOW
    dated = Post(id="1", township=HERE, source="forum", fetched=NOW, published=NOW)
    assert headers.happened(sent(record(json.encode(dated))).headers) is None


@pytest.mark.parametrize(
    "said",
    [
        b"", b"yesterday", b"2026-03-01", b"\xff", b"2026-03-01T12:00:00",
        b"0001-01-01T00:00:00+14:00", b"9999-12-31T23:59:59-14:00",
    ],
)  # fmt: skip
def test_a_time_that_is_none_is_left(said: bytes) -> None:
    """Only RFC 3339 with its zone, of a year that UTC has too, says when a post was published; no other does harm."""
    assert headers.happened({"happened": said}) is None


def test_what_was_not_kept_whole_cannot_be_sent_again() -> None:
    """The refusal says what to do instead."""
    with pytest.raises(Refused, match="from its source"):
        sent(record(b"x" * 5_000_000))


def test_what_comes_from_another_topic_is_not_sent_there() -> None:
    """A letter that somebody else wrote must not make us write into any topic."""
    with pytest.raises(Refused, match="no worker reads"):
        sent(record(role="alerts"))


def test_a_letter_with_rubbish_in_it_is_named() -> None:
    """It opens with the right key, and holds no record."""
    with pytest.raises(Unreadable, match="holds no record"):
        opened(b"[]")


def test_a_record_that_was_stored_and_not_counted_says_from_where() -> None:
    """Its incident counts it where it comes again."""
    message = sent(record(offset=7), uncounted=True)
    assert headers.is_uncounted(message.headers, Position("d.posts", 3, 7))
    assert not headers.is_uncounted(message.headers, Position("d.posts", 3, 8))
    assert not headers.is_uncounted({}, Position("d.posts", 3, 7))
