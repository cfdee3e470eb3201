"""What crawlers counted stands in the sources' days, once, whatever ends them and whatever the store does."""

import asyncio
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as some
from msgspec.structs import replace

from streams.crawl.counts import Counts
from streams.crawl.day import Day, shown, with_share
from streams.crawl.ledger import Ledger
from streams.crawl.memory import Here
from streams.crawl.watch import Watch
from streams.errors import Busy, Refused
from streams.source import Feed

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
FEED = Feed(name="a", url="https://a.example.cn/", township="330206104")


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Flaky(Here):
    """A store that is told of each writing whether it arrives, and whether its answer does; it refuses some sources."""

    def __init__(self) -> None:
        super().__init__()
        self.arrives = self.answers = True
        self.refuses: set[str] = set()

    async def put_days(self, days: list[Day]) -> list[Day]:
        if not self.refuses.isdisjoint(day.source for day in days):
            raise Refused("this one never")
        late = await super().put_days(days) if self.arrives else []
        if not self.answers:
            raise Busy("no answer")
        return late


class Life:
    """Crawlers of one source, one after the other or side by side."""

    def __init__(self) -> None:
        self.memory, self.clock, self.names = Flaky(), Clock(), 0
        self.start()

    def start(self) -> None:
        self.names, self.counts = self.names + 1, Counts()
        self.ledger = Ledger([FEED], self.memory, self.counts, self.clock, f"{self.names:03}")

    async def keep(self, *, arrives: bool = True, answers: bool = True) -> bool:
        self.memory.arrives, self.memory.answers = arrives, answers
        try:
            await self.ledger.keep()
        except Busy:
            return False
        return True

    async def day(self, day: date) -> Day:
        return (await self.memory.days({"a": day}))["a"]

    async def total(self, name: str) -> int:
        days = [START.date() + timedelta(days=number) for number in range(60)]
        found = [(await self.memory.days({"a": day})).get("a") for day in days]
        return sum(each.counts[name] for each in found if each)


async def test_a_day_says_what_was_counted_and_how_the_source_stands() -> None:
    """Read in Kibana: coverage, errors and signals by name, trouble, what is missing, the last whole visit.

    A thread that could not be read is a post that is not covered.
    """
    life = Life()
    life.counts.add("a", "listed", 7)
    life.counts.add("a", "unread", 1)
    life.counts.add("a", "published", 2)
    life.counts.add("a", "unchanged", 4)
    life.counts.add("a", "error:timeout", 3)
    life.counts.add("a", "signal:title:missing")
    life.counts.add("a", "trouble:bare")
    life.ledger.stands("a", Watch(trouble="bare", since=START, good=START, bare={"author": 100, "body": 0}))
    await life.keep()
    day = await life.day(START.date())
    assert (day.coverage, day.total("error"), day.names("error")) == (0.75, 3, ["timeout"])
    assert (day.names("signal"), day.names("trouble")) == (["title:missing"], ["bare"])
    assert (day.trouble, day.since, day.good, day.missing) == ("bare", START, START, ("author",))
    assert (day.begins, day.townships) == (datetime(2026, 2, 28, 16, tzinfo=UTC), ("330206104000",))


async def test_a_day_is_the_sources_own() -> None:
    """Midnight in China is at 16:00 UTC; what was counted since the last writing goes where it is written."""
    life = Life()
    life.counts.add("a", "visits", 2)
    await life.keep()
    life.clock.time = datetime(2026, 3, 1, 16, tzinfo=UTC)
    life.counts.add("a", "visits", 3)
    await life.keep()
    assert [(await life.day(date(2026, 3, day))).counts["visits"] for day in (1, 2)] == [2, 3]


async def test_a_source_of_which_nothing_is_counted_is_not_written_again() -> None:
    """A thousand sources that rest cost nothing."""
    life = Life()
    await life.keep()
    assert await life.memory.days({"a": START.date()}) == {}


async def test_two_crawlers_of_a_source_add_up() -> None:
    """Each has a share of its own; whoever writes second reads what the first one wrote."""
    life = Life()
    life.counts.add("a", "visits", 2)
    first = life.ledger
    await life.keep()
    life.start()
    life.counts.add("a", "visits", 5)
    await life.keep()
    await first.keep()
    assert (await life.day(START.date())).counts == Counter(visits=7)


async def test_each_day_has_names_of_its_own() -> None:
    """A file a day that nobody can read is named after a year, too; what is counted at midnight is not lost."""
    life = Life()
    for number in range(3):
        day = life.clock.now().date()
        for file in range(60):
            life.counts.add("a", f"error:file:{number}-{file:02}.xls")
        await life.keep()
        files = [f"{number}-{file:02}.xls" for file in range(50)]
        assert (await life.day(day)).names("error:file") == [*files, "other"]
        life.counts.add("a", f"error:file:{number}-00.xls")
        life.clock.time += timedelta(days=1)
        await life.keep()
        assert (await life.day(life.clock.now().date())).counts == {f"error:file:{number}-00.xls": 1}
        life.clock.time += timedelta(days=1)
        await life.keep()
    assert life.counts.of("a") == {}


async def test_a_day_that_is_refused_keeps_out_no_other_and_ends_nothing() -> None:
    """It is counted by name, once a day, and tried again; other sources' days are written, on the next day, too."""
    life = Life()
    names = ("b", "a", "c")
    feeds = [replace(FEED, name=name) for name in names]
    life.ledger = Ledger(feeds, life.memory, life.counts, life.clock, "1")
    life.memory.refuses = {"b"}
    for _ in range(2):
        for _ in range(3):
            for name in names:
                life.counts.add(name, "visits")
            assert await life.keep()
        life.clock.time += timedelta(days=1)
    for day in (START.date(), START.date() + timedelta(days=1)):
        found = await life.memory.days(dict.fromkeys(names, day))
        assert {name: each.counts["visits"] for name, each in found.items()} == {"a": 3, "c": 3}
    assert life.counts.of("b")["error:refused"] == 2
    life.memory.refuses = set()
    life.counts.add("b", "visits")
    assert await life.keep()
    assert (await life.memory.days({"b": life.clock.now().date()}))["b"].counts == Counter(visits=1)


async def test_what_was_refused_is_written_whole_when_it_is_taken() -> None:
    """Though others wrote the day meanwhile: the share was never there, and no part of it is in theirs."""
    life = Life()
    first, counts = life.ledger, life.counts
    life.memory.refuses = {"a"}
    counts.add("a", "visits", 3)
    assert await life.keep()
    life.memory.refuses = set()
    life.start()
    life.counts.add("a", "visits")
    assert await life.keep()
    counts.add("a", "visits")
    await first.keep()
    assert (await life.day(START.date())).counts["visits"] == 5


async def test_a_crawler_that_was_started_first_is_counted_once() -> None:
    """Each note that a clerk tells is a crawler that writes once: ten of them make nothing grow."""
    life = Life()
    first, counts = life.ledger, life.counts
    for visits in range(1, 41):
        counts.add("a", "visits")
        await first.keep()
        if visits % 4 == 0:
            life.start()
            life.counts.add("a", "published")
            await life.keep()
        assert (await life.day(START.date())).counts == Counter(visits=visits, published=visits // 4)


@given(some.lists(some.tuples(some.integers(0, 9), some.integers(0, 3), some.booleans()), min_size=30, max_size=60))
def test_crawlers_side_by_side_neither_lose_nor_double(steps: list[tuple[int, int, bool]]) -> None:
    """Ten of them, whoever writes when, and however many others wrote since; also over midnight."""

    async def live() -> None:
        life, expected = Life(), 0
        crawlers = [(life.ledger, life.counts)]
        for _ in range(9):
            life.start()
            crawlers.append((life.ledger, life.counts))
        for who, number, sleeps in steps:
            life.ledger, life.counts = crawlers[who]
            life.counts.add("a", "published", number)
            expected += number
            assert await life.keep()
            if sleeps:
                life.clock.time += timedelta(hours=2)
        assert await life.total("published") == expected

    asyncio.run(live())


STEPS = some.lists(
    some.tuples(
        some.integers(0, 3),
        some.sampled_from([(True, True), (True, False), (False, False)]),
        some.sampled_from("+++-d"),
    ),
    max_size=30,
)


@given(STEPS)
def test_restarts_lost_answers_and_midnights_neither_lose_nor_double(
    steps: list[tuple[int, tuple[bool, bool], str]],
) -> None:
    """A crawler that ends in good order writes last; before that, any writing or its answer may be lost."""

    async def live() -> None:
        life, expected = Life(), 0
        for number, (arrives, answers), then in steps:
            life.counts.add("a", "published", number)
            life.counts.add("a", "error:file:a.xls", number)
            expected += number
            await life.keep(arrives=arrives, answers=answers)
            if then == "d":
                life.clock.time += timedelta(days=1)
            if then == "-":
                assert await life.keep()
                life.start()
        assert await life.keep()
        assert await life.total("published") == await life.total("error:file:a.xls") == expected

    asyncio.run(live())


def test_crawlers_that_come_and_go_do_not_fill_a_day() -> None:
    """A thousand restarts are five shares and one of all others, and the sum is right."""
    shares: dict[str, dict[str, int]] = {}
    for number in range(1000):
        shares = with_share(shares, f"{number:04}", {"visits": 1, "published": 2})
    assert len(shares) == 6
    assert Day(source="a", day=START.date(), begins=START, shares=shares).counts == Counter(visits=1000, published=2000)


def test_no_words_of_a_page_are_kept() -> None:
    """A class may be called after somebody; our own names of fields are not."""
    assert shown("signal:unused:user-老周看天") == "signal:unused" == shown("signal:unused:老周:missing")
    assert shown("signal:title:missing") == "signal:title:missing"
    assert shown("error:parser:ValueError") == "error:parser:ValueError"


def test_our_own_names_of_signals_are_kept_whole() -> None:
    """Each that the docs explain: `file:ignored` became `file`, and nobody knew why a file was not read."""
    rows = re.findall(r"^\| (`[a-z_]+:[a-z]+`.*?) \|", Path("docs/sources.md").read_text("utf-8"), re.MULTILINE)
    names = [f"signal:{name}" for row in rows for name in re.findall(r"`([a-z_]+:[a-z]+)`", row)]
    assert {"signal:file:ignored", "signal:page:login", "signal:full:shorter"} < set(names)
    assert [shown(name) for name in names] == names
