"""The crawler keeps each source's schedule, whatever another one does."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from msgspec.structs import replace

from streams.crawl.counts import Counts
from streams.crawl.crawler import Crawler
from streams.crawl.day import Day
from streams.crawl.memory import Head, Here, Noted
from streams.crawl.watch import Watch
from streams.crawl.way import Way
from streams.errors import Misconfigured, Unfetched
from streams.privacy.door import Door
from streams.privacy.pseudonym import Pseudonyms
from streams.source import Feed, Source
from streams.web.fetch import Fetched
from streams.web.terms import Terms

START = datetime(2026, 1, 1, tzinfo=UTC)


class Clock:
    """Time that passes when all sleep: the earliest sleeper wakes. It ends after a day."""

    def __init__(self) -> None:
        self.time = START
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.time + timedelta(seconds=seconds), waking))
        await waking

    async def pass_until(self, end: datetime) -> None:
        while True:
            for _ in range(20):
                await asyncio.sleep(0)
            self._sleepers = [sleeper for sleeper in self._sleepers if not sleeper[1].done()]
            due = min(self._sleepers, key=lambda sleeper: sleeper[0])
            if due[0] > end:
                return
            self._sleepers.remove(due)
            self.time = due[0]
            due[1].set_result(None)


class Web:
    """Two sites: one works, the other fails as it is told; a third hangs for ever."""

    def __init__(self, clock: Clock) -> None:
        self.asked: list[tuple[str, float]] = []
        self.rested: list[tuple[str, float]] = []
        self.failure: Unfetched | None = Unfetched("server", "500")
        self._clock = clock
        self.recalled: list[tuple[str, date, int]] = []
        self._terms = Terms("", 10_000, clock)

    async def fetch(
        self,
        address: str,
        etag: str | None = None,  # noqa: ARG002
        modified: str | None = None,  # noqa: ARG002
        source: Source | None = None,  # noqa: ARG002
    ) -> Fetched | None:
        self.asked.append((address, (self._clock.now() - START).total_seconds()))
        if "hangs" in address:
            await asyncio.Event().wait()
        if "fails" in address and self.failure:
            raise self.failure
        return Fetched(url=address, body=b'{"items": []}', charset=None, etag=None, modified=None)

    async def assert_allowed(self, address: str, source: Source) -> None:
        raise NotImplementedError

    def knows(self, address: str) -> bool:
        raise NotImplementedError

    def rest(self, address: str, until: datetime) -> None:
        self.rested.append((address, (until - START).total_seconds()))

    def opens_in(self, source: Source) -> float:
        return self._terms.opens_in(source)

    def is_ample(self, source: Source) -> bool:  # noqa: ARG002
        return True

    def recall(self, source: Source, day: date, requests: int) -> None:
        self.recalled.append((source.name, day, requests))

    def times(self, name: str) -> list[float]:
        return [time for address, time in self.asked if name in address]


async def crawl(
    web: Web,
    clock: Clock,
    until: float,
    memory: Here | None = None,
    hours: str | None = None,
    beside: Sequence[Callable[[], Coroutine[Any, Any, None]]] = (),
    **schedules: float,
) -> None:
    async def ignore(_: object) -> None:
        return

    way = Way(
        web=web,
        door=Door(Pseudonyms({1: b"k" * 32})),
        publish=ignore,
        report=ignore,
        locate=lambda _: [],
        memory=memory or Here(),
        clock=clock,
        counts=Counts(),
        crawler="1",
    )
    sources = [
        Feed(
            name=name,
            url=f"https://{name.partition('_')[0]}.example.cn/{name}",
            township="330206104",
            schedule=seconds,
            hours=hours,
        )
        for name, seconds in schedules.items()
    ]
    task = asyncio.create_task(Crawler(sources, way, lambda: 0.5, beside=beside).run())
    passing = asyncio.create_task(clock.pass_until(START + timedelta(hours=until)))
    await asyncio.wait([task, passing], return_when=asyncio.FIRST_COMPLETED)
    passing.cancel()
    if task.done():
        await task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_each_source_keeps_its_schedule() -> None:
    """A source that fails and one that hangs cost the others nothing."""
    clock = Clock()
    web = Web(clock)
    await crawl(web, clock, 1, works=600, fails=600, hangs=600)
    assert web.times("works") == [0, 600, 1200, 1800, 2400, 3000, 3600]
    assert web.times("hangs") == [0]


async def test_a_site_with_many_sources_takes_no_turns_from_others() -> None:
    """A gateway that hangs with five hundred of them holds up itself."""
    clock = Clock()
    web = Web(clock)
    gateway = {f"hangs_{number}": 600.0 for number in range(500)}
    await crawl(web, clock, 1, None, None, (), **gateway, works=600)
    assert len(web.times("works")) == 7
    assert len(web.times("hangs")) == 3


async def test_a_failing_source_is_asked_ever_more_rarely_up_to_an_hour() -> None:
    """Twice as long each time, with jitter (here its middle), whatever its schedule says."""
    clock = Clock()
    web = Web(clock)
    await crawl(web, clock, 12, fails=60)
    times = web.times("fails")
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses[:4] == [7.5, 15, 30, 60]
    assert max(pauses) == 2700


async def test_a_clock_that_was_ahead_puts_no_source_to_sleep() -> None:
    """The crawler before this one thought it was next year: all is visited as if for the first time."""
    clock, memory = Clock(), Here()
    watch = Watch(failing=START + timedelta(days=300))
    ahead = Head(source="works", crawler="2", visited=START + timedelta(days=300), failures=9, watch=watch)
    await memory.put_head(replace(ahead, closed=START + timedelta(days=301)))
    web = Web(clock)
    await crawl(web, clock, 1, memory, works=600)
    assert web.times("works") == [0, 600, 1200, 1800, 2400, 3000, 3600]
    assert (await memory.head("works")).watch.good is not None


async def test_a_restart_goes_on_where_the_last_crawler_stopped() -> None:
    """A failing source keeps its back-off, and no source is asked twice within a minute, however often it starts."""
    clock, memory = Clock(), Here()
    web = Web(clock)
    await crawl(web, clock, 1, memory, fails=60, works=600)
    seen = len(web.times("fails"))
    for _ in range(5):
        await crawl(web, clock, 1.001, memory, fails=60, works=600)
    assert len(web.times("fails")) == seen
    assert web.times("works")[-1] == 3600
    await crawl(web, clock, 1.1, memory, fails=60, works=600)
    assert web.times("works")[-1] == 3660


async def test_a_restart_leaves_a_whole_host_alone() -> None:
    """A site asked one source to be left alone: the crawler's successor keeps that for its other sources, too."""
    clock, memory = Clock(), Here()
    web = Web(clock)
    web.failure = Unfetched("busy", "429", retry_after=900.0)
    await crawl(web, clock, 0.1, memory, fails=60)
    await crawl(web, clock, 0.15, memory, fails=60, works=60)
    assert web.rested == [("https://fails.example.cn/fails", 900.0)]


async def test_what_a_site_asks_for_is_kept() -> None:
    """Retry-After counts where it is longer."""
    clock = Clock()
    web = Web(clock)
    web.failure = Unfetched("busy", "429", retry_after=900.0)
    await crawl(web, clock, 1, fails=60)
    assert web.times("fails")[:3] == [0, 900, 1800]


async def test_a_crawler_that_may_not_publish_any_more_ends() -> None:
    """A right that was taken away comes back by no waiting: it ends with what a person should mend, in its words."""
    memory, clock = Here(), Clock()

    async def denied(source: str, keys: Collection[str]) -> Mapping[str, Noted]:
        raise Misconfigured("user crawler lacks the right Write on topic x.posts")

    memory.pages = denied  # type: ignore[assignment,method-assign]
    with pytest.raises(Misconfigured, match="lacks the right"):
        await asyncio.wait_for(crawl(Web(clock), clock, 1, memory, works=600, hangs=600), 10)


async def test_what_goes_on_beside_a_crawler_may_end_it() -> None:
    """A message met what a person must mend: it ends the crawler as a visit would, and says the same."""
    clock = Clock()

    async def broken() -> None:
        raise Misconfigured("user crawler lacks the right Write on topic x.posts")

    with pytest.raises(Misconfigured, match="lacks the right"):
        await asyncio.wait_for(crawl(Web(clock), clock, 1, beside=[broken], works=600, hangs=600), 10)


async def test_what_was_counted_is_written_each_minute_and_at_the_end() -> None:
    """The health index lags behind by a minute; a crawler that is asked to end leaves nothing out."""
    memory, clock = Here(), Clock()
    await crawl(Web(clock), clock, 0.5, memory, works=600)
    day = (await memory.days({"works": START.date()}))["works"]
    assert (day.counts["visits"], day.counts["requests"]) == (4, 4)
    assert day.time == START + timedelta(minutes=30)


async def test_a_new_crawler_recalls_what_was_asked_today() -> None:
    """So that no site is asked for a second budget, however often crawlers are started."""
    memory, clock = Here(), Clock()
    web = Web(clock)
    await crawl(web, clock, 0.5, memory, works=600)
    assert web.recalled == []
    await crawl(web, clock, 0.6, memory, works=600)
    assert web.recalled == [("works", START.date(), 4)]


async def test_a_missing_health_index_is_named_before_any_site_is_asked() -> None:
    """After an upgrade, `xiangyin indices create` comes first."""
    memory, clock = Here(), Clock()
    web = Web(clock)

    async def missing(names: Mapping[str, date]) -> Mapping[str, Day]:
        raise Misconfigured("has no index x-health; run `xiangyin indices create`")

    memory.days = missing  # type: ignore[method-assign]
    with pytest.raises(Misconfigured, match="indices create"):
        await asyncio.wait_for(crawl(web, clock, 1, memory, works=600), 10)
    assert web.asked == []


async def test_a_source_rests_at_night() -> None:
    """Outside its hours it is not visited; that is no failure, and it begins again within a schedule of the opening."""
    clock = Clock()
    web = Web(clock)
    await crawl(web, clock, 36, hours="06:00-23:00", works=3600)
    hours = [(8 + time / 3600) % 24 for time in web.times("works")]  # In Shanghai, where the first visit is at 8.
    assert all(6 <= hour < 23 for hour in hours)
    assert len(hours) >= 27
