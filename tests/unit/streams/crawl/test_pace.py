"""However much a source catches up, a township's feed keeps its pace, and what may alert is told where it can."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from streams.crawl.counts import Counts
from streams.crawl.pace import PATIENCE, Pace
from streams.errors import Busy
from streams.records import Post
from streams.topics import BACKFILL, POSTS

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
HERE, THERE = "330206104000", "330206105000"
FRESH = timedelta(hours=48)


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Town:
    """What was sent into which topic, and when."""

    def __init__(self, a_second: int = 10) -> None:
        self.clock, self.counts = Clock(), Counts()
        self.sent: list[tuple[str, float, Post]] = []
        self.pace = Pace(self.send, self.clock, self.counts, a_second=a_second, alerts_for=FRESH)

    async def send(self, role: str, posts: Sequence[Post]) -> None:
        elapsed = (self.clock.time - NOW).total_seconds()
        self.sent += [(role, elapsed, post) for post in posts]

    async def also_send(self, role: str, posts: Sequence[Post]) -> None:
        await self.send(f"also {role}", posts)

    def ids(self, role: str) -> list[str]:
        return [post.id for each, _, post in self.sent if each == role]


def posts(number: int, *, age: timedelta = timedelta(hours=1), township: str = HERE, name: str = "p") -> list[Post]:
    """So many of one source, the oldest first, a second apart; the newest is of this age."""
    return [
        Post(
            id=f"{name}{place}",
            township=township,
            source="bbs",
            fetched=NOW,
            published=NOW - age - timedelta(seconds=number - place),
        )
        for place in range(number)
    ]


async def test_what_is_within_the_pace_goes_at_once_and_in_order() -> None:
    """Ordinary days know nothing of a pace."""
    town = Town()
    await town.pace.publish(posts(10))
    assert [(role, at) for role, at, _ in town.sent] == [(POSTS, 0.0)] * 10
    assert town.ids(POSTS) == [f"p{number}" for number in range(10)]


async def test_what_may_alert_waits_for_its_turn() -> None:
    """A wall that is about to fall is told of where it alerts, a few seconds later; the oldest first, as they came."""
    town = Town()
    await town.pace.publish(posts(35))
    assert town.ids(BACKFILL) == []
    assert town.ids(POSTS) == [f"p{number}" for number in range(35)]
    assert max(Counter(at for _, at, _ in town.sent).values()) <= 10


async def test_what_is_too_old_to_alert_leaves_its_room_to_what_may() -> None:
    """It is judged and grouped from `.backfill` just as it would be, when the worker has nothing else to do."""
    town = Town()
    await town.pace.publish([*posts(30, age=timedelta(days=3), name="old"), *posts(8)])
    assert town.ids(POSTS) == ["old28", "old29", *[f"p{number}" for number in range(8)]]
    assert town.ids(BACKFILL) == [f"old{number}" for number in range(28)]
    assert {at for _, at, _ in town.sent} == {0.0}
    assert town.counts.of("bbs") == {"backfill": 28}


async def test_what_is_many_goes_in_portions() -> None:
    """A table of 50,000 old rows is written down beside what others do, the oldest first."""
    town = Town()
    sizes: list[int] = []

    async def send(role: str, posts: Sequence[Post]) -> None:
        sizes.append(len(posts))
        await town.send(role, posts)

    old = posts(1_210, age=FRESH * 2)
    await town.pace.through(send).publish(old)
    assert max(sizes) == 500
    assert town.ids(BACKFILL) == [post.id for post in old[:1_200]]


async def test_beyond_all_patience_the_newest_are_told() -> None:
    """A flood of one township ends somewhere: what is cut is the oldest, is stored, and is counted by a name."""
    town = Town()
    await town.pace.publish(posts(700))
    assert len(town.ids(POSTS)) == 10 * (PATIENCE + 1) - 1
    assert town.ids(BACKFILL) == [f"p{number}" for number in range(700 - 609)]
    assert town.counts.of("bbs") == {"backfill": 91, "unalerted": 91}


async def test_a_township_waits_for_no_other() -> None:
    """Each has a pace of its own."""
    town = Town()
    await town.pace.publish([*posts(10), *posts(10, township=THERE)])
    assert {at for _, at, _ in town.sent} == {0.0}


async def test_sources_of_a_township_share_its_pace() -> None:
    """Twenty sources that catch up together are one feed."""
    town = Town()
    await asyncio.gather(*[town.pace.publish(posts(10, name=f"s{number}-")) for number in range(5)])
    assert len(town.ids(POSTS)) == 50
    assert (town.clock.time - NOW).total_seconds() >= 4


async def test_a_clock_that_is_set_back_mutes_nobody() -> None:
    """An hour back is no hour of waiting, nor a reason to send what may alert elsewhere."""
    town = Town()
    await town.pace.publish(posts(25))
    town.clock.time -= timedelta(hours=1)
    await town.pace.publish(posts(5, name="late"))
    assert town.ids(POSTS)[-5:] == [f"late{number}" for number in range(5)]
    assert town.ids(BACKFILL) == []


async def test_a_log_that_is_away_is_told_to_the_visit() -> None:
    """What was not sent is not noted, and comes again."""

    async def away(role: str, posts: Sequence[Post]) -> None:
        raise Busy("away")

    with pytest.raises(Busy):
        await Pace(away, Clock(), Counts(), a_second=10, alerts_for=FRESH).publish(posts(3))


@given(some.lists(some.tuples(some.integers(0, 40), some.booleans(), some.integers(0, 90)), max_size=12))
def test_no_second_sees_more_and_nothing_is_lost(feeds: list[tuple[int, bool, int]]) -> None:
    """Whatever comes when: each post goes into one topic once, and 10 a second into `.posts` after a second's worth."""
    town = Town()

    async def all_of_them() -> None:
        for place, (number, old, pause) in enumerate(feeds):
            age = timedelta(days=3 if old else 0)
            await town.pace.publish(posts(number, age=age, name=f"f{place}-"))
            town.clock.time += timedelta(seconds=pause / 30)

    asyncio.run(all_of_them())
    ids = [post.id for _, _, post in town.sent]
    assert len(set(ids)) == len(ids) == sum(number for number, _, _ in feeds)
    times = sorted(at for role, at, _ in town.sent if role == POSTS)
    for place, begin in enumerate(times):
        within = sum(begin <= at < begin + 5 for at in times[place:])
        assert within <= 10 * 5 + 2 * 10 + 1


async def test_who_sends_in_another_way_keeps_the_same_pace() -> None:
    """Together they put no more into a township's feed than one of them might."""
    town = Town()
    await town.pace.publish(posts(20))
    await town.pace.through(town.also_send).publish(posts(20, name="q"))
    sent = [(role, elapsed) for role, elapsed, _ in town.sent]
    assert {role for role, _ in sent} == {POSTS, f"also {POSTS}"}
    assert max(Counter(elapsed for _, elapsed in sent).values()) <= 10
