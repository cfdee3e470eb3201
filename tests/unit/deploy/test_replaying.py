"""What a replay sends, and what it says beforehand."""

import gc
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from msgspec import json
from msgspec.structs import replace

from deploy.replaying import BLOCK, Changes, blocks, message
from streams.batch.headers import document, generation, happened
from streams.elasticsearch.stored import Span, Stored
from streams.identity import document_id
from streams.records import Post
from tests.unit.town import CODE, known

THEN = datetime(2026, 2, 1, 8, tzinfo=UTC)
FALL = "东埠小学的围墙倒了，砸伤两名学生，已造成2人受伤"


def stored(identity: str, body: str = FALL, **said: Any) -> Stored:
    """A stored post of which an older model said this."""
    given = {"topic": "教育文体", "grade": "IV", "warning": "none", **said}
    post = Post(id=identity, township=CODE, source="forum", fetched=THEN, body=body)
    return Stored(document_id(CODE, "forum", identity), post=post, happened=THEN, generation=0, **given)


def test_a_post_goes_back_as_it_was_stored_with_its_date() -> None:
    """Into the backfill, under its township's key; one without a date keeps the one that it was given."""
    sent = message(stored("1"), 7)
    assert (sent.role, sent.key) == ("backfill", CODE.encode())
    assert json.decode(sent.value, type=Post) == stored("1").post
    assert happened(sent.headers) == THEN
    assert generation(sent.headers) == 7, "a worker of an older one knows that it was not meant"


def test_a_post_whose_id_passed_the_door_since_names_its_document() -> None:
    """Its own id would lead to a second one; of others nothing is said."""
    elsewhere = replace(stored("h-digest"), document="0" * 32)
    assert [document(message(each, 7).headers) for each in (stored("1"), elsewhere)] == [None, "0" * 32]


def test_changes_are_counted_by_what_they_change() -> None:
    """Each post once in `changed`, however much of it is judged otherwise."""
    changes = Changes()
    changes.see([stored("same"), stored("other", topic="旧", grade="none")], lambda _: known())
    assert (changes.posts, changes.changed, changes.failed) == (2, 1, 0)
    assert changes.grades == {("none", "IV"): 1}
    assert [pair[0] for pair in changes.topics] == ["旧"]
    said = list(changes.lines())
    assert said[0] == "judged here: 2 posts, of which 1 would change"
    assert "grade: 1 (none -> IV 1)" in said
    assert "warning: 0" in said


async def test_no_post_is_lost_between_two_blocks() -> None:
    """The last block holds what is left."""

    async def posts(count: int) -> AsyncIterator[Stored]:
        for number in range(count):
            yield stored(str(number))

    assert [len(block) async for block in blocks(posts(401))] == [200, 200, 1]
    assert [block async for block in blocks(posts(0))] == []


async def test_no_more_than_two_blocks_are_in_hand_however_many_posts_are_stored() -> None:
    """What was judged or sent is let go: counted among all objects of this process at every block."""

    async def posts(count: int) -> AsyncIterator[Stored]:
        for number in range(count):
            yield stored(str(number))

    async def most(count: int) -> int:
        held = [sum(isinstance(each, Stored) for each in gc.get_objects()) async for _ in blocks(posts(count))]
        return max(held)

    assert await most(10 * BLOCK) <= await most(3 * BLOCK) <= 2 * BLOCK + 1


def test_a_span_leaves_out_its_end_and_what_is_judged_already() -> None:
    """From `since` on, before `until`, below the generation."""
    whole = Span(townships=["b", "a"], since=THEN)
    assert whole.query["bool"]["filter"] == [
        {"terms": {"township": ["a", "b"]}},
        {"range": {"happened": {"gte": "2026-02-01T08:00:00+00:00"}}},
    ]
    part = Span(townships=["a"], since=THEN, until=THEN, below=0)
    assert part.query["bool"]["filter"][1:] == [
        {"range": {"happened": {"gte": "2026-02-01T08:00:00+00:00", "lt": "2026-02-01T08:00:00+00:00"}}},
        {"range": {"generation": {"lt": 0}}},
    ]
