"""The crawler keeps each source's schedule, whatever another one does."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from streams.crawl.counts import Counts
from streams.crawl.crawler import Crawler
from streams.crawl.fetch import Fetched
from streams.crawl.memory import Here
from streams.crawl.way import Way
from streams.errors import Unfetched
from streams.privacy.door import Door
from streams.privacy.pseudonym import Pseudonyms
from streams.source import Feed

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

    async def fetch(self, address: str, etag: str | None = None, modified: str | None = None) -> Fetched | None:  # noqa: ARG002
        self.asked.append((address, (self._clock.now() - START).total_seconds()))
        if "hangs" in address:
            await asyncio.Event().wait()
        if "fails" in address and self.failure:
            raise self.failure
        return Fetched(url=address, body=b'{"items": []}', charset=None, etag=None, modified=None)

    def rest(self, address: str, until: datetime) -> None:
        self.rested.append((address, (until - START).total_seconds()))

    def times(self, name: str) -> list[float]:
        return [time for address, time in self.asked if name in address]


async def crawl(web: Web, clock: Clock, hours: float, memory: Here | None = None, **schedules: float) -> None:
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
        Feed(name=name, url=f"https://{name}.example.cn/", township="330206104", schedule=seconds)
        for name, seconds in schedules.items()
    ]
    task = asyncio.create_task(Crawler(sources, way, lambda: 0.5).run())
    await clock.pass_until(START + timedelta(hours=hours))
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_each_source_keeps_its_schedule() -> None:
    """A source that fails and one that hangs cost the others nothing."""
    clock = Clock()
    web = Web(clock)
    await crawl(web, clock, 1, works=600, fails=600, hangs=600)
    assert web.times("works") == [0, 600, 1200, 1800, 2400, 3000, 3600]
    assert web.times("hangs") == [0]


async def test_a_failing_source_is_asked_ever_more_rarely_up_to_an_hour() -> None:
    """Twice as long each time, with jitter (here its middle), whatever its schedule says."""
    clock = Clock()
    web = Web(clock)
    await crawl(web, clock, 12, fails=60)
    times = web.times("fails")
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses[:4] == [7.5, 15, 30, 60]
    assert max(pauses) == 2700


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
    assert web.rested == [("https://fails.example.cn/", 900.0)]


async def test_what_a_site_asks_for_is_kept() -> None:
    """Retry-After counts where it is longer."""
    clock = Clock()
    web = Web(clock)
    web.failure = Unfetched("busy", "429", retry_after=900.0)
    await crawl(web, clock, 1, fails=60)
    assert web.times("fails")[:3] == [0, 900, 1800]
