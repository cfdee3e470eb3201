"""After an outage lists are walked to where the last visit was, at the host's own pace and no faster."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, cast

import pytest
from msgspec.structs import replace
from multidict import CIMultiDict
from yarl import URL

from streams.crawl.crawler import Crawler
from streams.crawl.visit import visit
from streams.errors import Unfetched
from streams.records import Post
from streams.source import AnySource
from streams.web.address import Addresses
from streams.web.fetch import Fetched, Fetcher, Limits, untold
from streams.web.turns import AT_ONCE, Turns
from streams.web.wire import Answer
from tests.unit.streams.crawl.test_visit import World, source

START = datetime(2026, 1, 1, tzinfo=UTC)
A_PAGE = 10
ROUNDING = 1e-6
"""Of a loop's time, which is seconds in a float."""
LIST = """
kind: api
url: https://{host}/{name}
township: "330206104"
pages: 3
items: list
message: {{id: id, body: body, time: at}}
paging: {{parameter: page}}
"""


def listed(posts: int, page: int) -> list[dict[str, object]]:
    """A page of a list of so many posts, one written each hour since the start, the newest first."""
    numbers = range(posts - 1, -1, -1)[A_PAGE * (page - 1) : A_PAGE * page]
    return [{"id": n, "body": f"话{n}", "at": (START + timedelta(hours=n)).isoformat()} for n in numbers]


class Board(World):
    """A board with a long history, of which each visit reads three pages."""

    def __init__(self, posts: int) -> None:
        super().__init__()
        self.has(posts)
        self.clock.time = START + timedelta(hours=posts)

    def has(self, posts: int) -> None:
        for page in range(1, posts // A_PAGE + 3):
            self.board(*listed(posts, page), page=page)

    @property
    def source(self) -> AnySource:
        return source(LIST.format(host="board.example.cn", name="api"))

    async def after(self, posts: int) -> "Board":
        """The crawler stands still while so many are written, one an hour."""
        self.clock.time += timedelta(hours=posts)
        self.published.clear()
        self.web.asked.clear()
        return self

    @property
    def pages(self) -> int:
        return sum("api" in address for address in self.web.asked)


async def test_a_new_source_is_read_as_far_as_its_file_says() -> None:
    """Its history is not walked, though every page of it is new."""
    board = Board(500)
    await board.visit(board.source)
    assert (len(board.published), board.pages) == (30, 3)


async def test_all_that_was_missed_is_read_and_no_history() -> None:
    """Eight days away: two hundred posts on twenty pages, where three are read each time; a day of margin is walked."""
    board = Board(500)
    await board.visit(board.source)
    board.has(700)
    await board.after(200)
    await board.visit(board.source)
    ids = {int(each) for each in board.ids()}
    assert set(range(500, 700)) <= ids
    assert board.pages <= 20 + 3 + 3


class Bursting(Board):
    """A board on which so many are written while its first pages are read."""

    def __init__(self, posts: int, burst: int) -> None:
        super().__init__(posts)
        self._burst, self._plain = burst, self.web.fetch

    def bursts_behind(self, page: int, posts: int) -> None:
        """From now on the burst comes when this page has been read; there are so many posts by then."""

        async def fetch(address: str, *rest: Any) -> Fetched | None:
            fetched = await self._plain(address, *rest)
            if address.endswith("api" if page == 1 else f"page={page}"):
                self.has(posts + self._burst)
            return fetched

        self.web.fetch = fetch  # type: ignore[assignment, method-assign]


@pytest.mark.parametrize("burst", [A_PAGE, 2 * A_PAGE, 2 * A_PAGE + 3])
@pytest.mark.parametrize("page", [1, 2, 5])
async def test_a_burst_between_two_pages_hides_nothing(burst: int, page: int) -> None:
    """The next page lists what the visit has read already, and says nothing of those behind it."""
    board = Bursting(200, burst)
    await board.visit(board.source)
    board.has(300)
    await board.after(100)
    board.bursts_behind(page, 300)
    await board.visit(board.source)
    assert set(range(200, 300)) <= {int(each) for each in board.ids()}
    assert board.counts.total("signal:paging:stuck") == 0
    await board.visit(board.source)
    assert {int(each) for each in board.ids()} >= set(range(200, 300 + burst))


class Mortal:
    """A crawler that dies when it is to publish so many pages."""

    def __init__(self, board: Board, pages: int) -> None:
        self._board, self._left = board, pages

    async def publish(self, posts: Sequence[Post]) -> None:
        self._left -= 1
        if not self._left:
            raise asyncio.CancelledError
        await self._board.publish(posts)


@pytest.mark.parametrize("end", ["budget", "killed"])
async def test_a_catch_up_that_is_cut_short_goes_on(end: str) -> None:
    """Its requests of the day were spent, or it died: what was read by then is read by conditions, then the rest."""
    board = Board(500)
    await board.visit(board.source)
    board.has(700)
    await board.after(200)
    cut, whole = "https://board.example.cn/api?page=12", dict(board.web.pages)
    board.web.pages[cut] = Unfetched("budget", "spent", 3600.0)
    if end == "killed":
        with pytest.raises(asyncio.CancelledError):
            await visit(board.source, replace(board.way, publish=Mortal(board, 11).publish))
    else:
        await board.visit(board.source)
    board.web.pages = whole
    board.restart()
    await board.visit(board.source)
    assert set(range(500, 700)) <= {int(each) for each in board.ids()}


async def test_a_whole_list_says_that_nothing_was_missed() -> None:
    """After it, visits are as short as ever."""
    board = Board(500)
    await board.visit(board.source)
    board.has(700)
    await board.after(200)
    await board.visit(board.source)
    board.web.asked.clear()
    await board.visit(board.source)
    assert board.pages == 1


class Jumping(asyncio.SelectorEventLoop):
    """A loop whose time jumps to what is due next, whenever nothing else is to be done."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def time(self) -> float:
        return self.passed

    def _run_once(self) -> None:
        due = [timer.when() for timer in self._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]
        if due and not self._ready:  # type: ignore[attr-defined]
            self.passed = max(self.passed, min(due))
        super()._run_once()  # type: ignore[misc]


class LoopClock:
    """The time of day by a loop's time."""

    def now(self) -> datetime:
        return START + timedelta(days=100, seconds=asyncio.get_running_loop().time())

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Hosts:
    """Sites in place of the wire: each answers after a while, and notes when it was asked and when it had answered."""

    def __init__(self) -> None:
        self.times: dict[str, list[tuple[float, float]]] = {}
        self.lists: dict[str, int] = {}
        self.robots = "User-agent: *\nCrawl-delay: 4"

    async def ask(self, url: URL, _headers: object, _limit: int, *, cut: bool) -> Answer:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        await asyncio.sleep(0.3)
        self.times.setdefault(str(url.host), []).append((begun, loop.time()))
        if cut:
            return _answer(self.robots if str(url.host).startswith("slow") else "")
        items = listed(self.lists[str(url.host)], int(url.query.get("page", "1")))
        return _answer(json.dumps({"list": [{**each, "id": f"{url.path}{each['id']}"} for each in items]}))

    def pauses(self, host: str) -> Iterator[float]:
        """Between an answer and the next request."""
        return (later[0] - earlier[1] for earlier, later in pairwise(self.times[host]))


def _answer(text: str) -> Answer:
    return Answer(200, CIMultiDict[str](), text.encode(), "utf-8")


async def _catch_up(hosts: Hosts, world: World, sources: Sequence[AnySource], hours: float) -> None:
    """One crawler's life of so many hours."""
    web = Fetcher(cast("Any", hosts), Addresses(()), LoopClock(), Limits(), lambda: 0.5, untold, turns := Turns())
    way = replace(world.way, web=web, clock=LoopClock(), turns=turns)
    with suppress(TimeoutError):
        async with asyncio.timeout(hours * 3600):
            await Crawler(sources, way, lambda: 0.5).run()


def test_no_host_is_asked_faster_after_an_outage() -> None:
    """Six lists of two hosts, five days unread: one request at a time, a second after each answer, or four as asked.

    All that was missed is there; time is a loop's that jumps.
    """
    hosts, world = Hosts(), World()
    names = [("quick.example.cn", name) for name in "abc"] + [("slow.example.cn", name) for name in "def"]
    sources = [source(LIST.format(host=host, name=name), name) for host, name in names]
    with asyncio.Runner(loop_factory=Jumping) as runner:
        hosts.lists = dict.fromkeys(("quick.example.cn", "slow.example.cn"), 2400)
        runner.run(_catch_up(hosts, world, sources, 1))
        runner.run(asyncio.sleep(5 * 24 * 3600))
        hosts.times.clear()
        world.published.clear()
        world.restart()
        hosts.lists = dict.fromkeys(hosts.lists, 2400 + 121)
        runner.run(_catch_up(hosts, world, sources, 1))
    missed = {f"/{name}{number}" for _, name in names for number in range(2400, 2521)}
    assert missed <= set(world.ids())
    assert min(hosts.pauses("quick.example.cn")) >= 1.0 - ROUNDING
    assert min(hosts.pauses("slow.example.cn")) >= 4.0 - ROUNDING
    assert len(hosts.times["slow.example.cn"]) > 3 * 12


def test_slow_hosts_keep_nobody_waiting() -> None:
    """More than may be at work ask for five minutes between two pages; all others are visited on their schedule."""
    hosts, world = Hosts(), World()
    hosts.robots = "User-agent: *\nCrawl-delay: 300"
    slow, quick = ([f"{kind}{n}.example.cn" for n in range(many)] for kind, many in (("slow", AT_ONCE + 50), ("q", 20)))
    hosts.lists = dict.fromkeys((*slow, *quick), 2400)
    sources = [source(LIST.format(host=host, name="a") + "schedule: 60\n", host) for host in (*slow, *quick)]
    with asyncio.Runner(loop_factory=Jumping) as runner:
        runner.run(_catch_up(hosts, world, sources, 550 / 3600))
    assert {len(hosts.times[host]) for host in slow} == {1 + 1}  # Its robots.txt, and a page.
    assert min(len(hosts.times[host]) for host in quick) >= 1 + 3 + 7
