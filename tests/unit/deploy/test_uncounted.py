"""Posts that are stored and not counted, told from those that a worker is counting just now."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from elasticsearch import AsyncElasticsearch
from msgspec import json

from deploy.uncounted import APART, Uncounted
from streams.batch.letters import Original
from streams.records import Letter, Post

NOW = datetime(2026, 3, 1, tzinfo=UTC)
WHOLE = {"_shards": {"total": 1, "failed": 0}}
ORIGINAL = Original(
    role="posts", key=None, value=json.encode(Post(id="p", township="330206104000", source="forum", fetched=NOW))
)


class Town:
    """A search server with one incident; `between` happens before and after each count, and during a sleep."""

    def __init__(self, stored: int, told: int, between: Callable[["Town"], None] = lambda _: None) -> None:
        self.stored, self.told, self.between, self.slept = stored, told, between, 0.0
        self.indices = self

    async def refresh(self, **_: object) -> Any:
        self.between(self)
        return WHOLE

    async def count(self, **_: object) -> Any:
        answer = {**WHOLE, "count": self.stored}
        self.between(self)
        return answer

    async def mget(self, docs: Any) -> Any:
        first = {"topic": "d.posts", "partition": 0, "offset": 7, "incarnation": "x"}
        post = {"version": 1, "incident": "i", "first": first, "digest": "d"}
        return {"docs": [{"found": True, "_source": {"posts": self.told} if docs[0]["_id"] == "i" else post}]}

    async def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.between(self)

    async def has(self, letters: int = 1) -> list[bool]:
        """Which of so many letters of that incident hold a post that it does not count; told so, it counts it."""
        uncounted = Uncounted(cast("AsyncElasticsearch", self), "http://server", "d", sleep=self.sleep)
        letter = Letter(
            id="d.posts-0-7", topic="d.posts", partition=0, offset=7, step="judge", reason="deadly", error="", time=NOW
        )
        found = list[bool]()
        for _ in range(letters):
            found.append(await uncounted.has(letter, ORIGINAL))
            self.told += found[-1]
        return found


def counts_one_more(town: Town) -> None:
    """A worker stores one more post of the incident, and counts it."""
    town.stored += 1
    town.told += 1


async def test_what_is_counted_is_not_counted_again_however_busy_its_incident() -> None:
    """A worker that counts one more post between the two looks of the command has missed nothing."""
    assert await Town(5, 5, counts_one_more).has() == [False]


async def test_a_post_that_is_being_counted_is_not_missing() -> None:
    """Stored already, and counted a moment later: only what is missing after a while, too, is missing."""

    def counts(town: Town) -> None:
        town.told += town.slept > 0 and town.told < town.stored

    assert await Town(6, 5, counts).has() == [False]


@pytest.mark.parametrize("missing", [1, 2])
async def test_of_an_incident_no_more_are_counted_than_are_missing(missing: int) -> None:
    """However fast a worker counts those that were sent first: the incident is looked at twice, and not again."""
    town = Town(5, 5 - missing)
    assert await town.has(3) == [number < missing for number in range(3)]
    assert town.slept == APART
