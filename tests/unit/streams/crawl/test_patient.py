"""While the log or the store is away no site is asked; when it is back all goes on as if nothing had been."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from streams.crawl.crawler import Crawler
from streams.crawl.memory import Head, Held, Here, Noted
from streams.crawl.patient import patient
from streams.crawl.servers import Lookout, Overdue, Server, Servers
from streams.crawl.way import Way
from streams.errors import Busy, Why
from streams.records import Post
from streams.source import Source
from streams.web.fetch import Fetched
from tests.unit.streams.crawl.test_catching_up import A_PAGE, LIST, listed
from tests.unit.streams.crawl.test_visit import BOARD, FORUM, Clock, Web, World, source

MINUTES, HOURS = timedelta(minutes=9), timedelta(hours=16)


class Minutes(Clock):
    """A clock on which those who sleep let others go on."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        await super().sleep(seconds)


class Store(Here):
    """A memory that may be away."""

    def __init__(self, outage: "Outage") -> None:
        super().__init__()
        self._outage = outage

    async def head(self, source: str) -> Head:
        self._outage.asks("store")
        return await super().head(source)

    async def put_head(self, head: Head) -> Head | None:
        self._outage.asks("store")
        return await super().put_head(head)

    async def posts(self, source: str, keys: Collection[str]) -> Mapping[str, Noted]:
        self._outage.asks("store")
        return await super().posts(source, keys)

    async def decide(self, source: str, posts: Mapping[str, Noted]) -> Mapping[str, Noted]:
        self._outage.asks("store")
        return await super().decide(source, posts)

    async def remember(self, source: str, posts: Mapping[str, Noted], pages: Mapping[str, Held]) -> None:
        self._outage.asks("store")
        await super().remember(source, posts, pages)


class Sites(Web):
    """Notes what was asked while a server was known to be away; others go on while a page comes."""

    def __init__(self, outage: "Outage") -> None:
        super().__init__()
        self._outage = outage
        self.meanwhile: list[str] = []

    async def fetch(
        self, address: str, etag: str | None = None, modified: str | None = None, source: Source | None = None
    ) -> Fetched | None:
        self.meanwhile += [address] * self._outage.is_noticed
        await asyncio.sleep(0)
        return await super().fetch(address, etag, modified, source)


class Outage(World):
    """A world whose log, or store, is away for a while from a request on, the first or a later one."""

    def __init__(self, server: str, lasts: timedelta, first: int = 1) -> None:
        super().__init__()
        self._server, self._lasts, self._left, self.is_noticed = server, lasts, first, False
        self.clock, self.memory = Minutes(), Store(self)
        self.web = self.sites = Sites(self)
        self._until = self.clock.time
        self.told: list[tuple[Why | None, str]] = []
        self.servers = Servers(self.clock, lambda why, detail: self.told.append((why, detail)))

    def asks(self, server: str) -> None:
        if server != self._server:
            return
        self._left -= 1
        if self._left == 0:
            self._until = self.clock.time + self._lasts
        self.is_noticed = self.clock.time < self._until
        if self.is_noticed:
            raise Busy(f"the {server} is away")

    async def publish(self, posts: Sequence[Post]) -> None:
        self.asks("log")
        await super().publish(posts)

    @property
    def way(self) -> Way:
        return patient(super().way, self.servers)


@pytest.mark.parametrize("first", [1, 2, 30])
@pytest.mark.parametrize("lasts", [MINUTES, HOURS])
@pytest.mark.parametrize("server", ["log", "store"])
async def test_no_site_is_asked_while_a_server_of_ours_is_away(server: str, lasts: timedelta, first: int) -> None:
    """It is told by its name, and is no error. Then all is published, without a page that is asked for twice.

    After hours the pages in hand are old: they are asked for again, and what proved that the log is back comes twice.
    """
    world = Outage(server, lasts, first)
    world.board({"id": 1, "body": "青溪的路灯坏了"})
    world.list(*((thread, 1) for thread in range(1, 21)))
    for thread in range(1, 21):
        world.thread(thread, f"白石的路{thread}")
    boards = [source(BOARD, f"board{number}") for number in range(20)]
    began = world.clock.time
    assert await Crawler([*boards, source(FORUM, "bbs")], world.way, lambda: 0.5).once() == []
    assert world.clock.time - began > lasts
    assert world.sites.meanwhile == []
    assert {world.told[0], world.told[-1]} == {("away", f"the {server} is away"), (None, "")}
    assert len({(post.source, post.id) for post in world.published}) == 40
    assert world.counts.total("error:") == 0
    in_hand = world.counts.total("waited")
    assert bool(in_hand) == (lasts == HOURS)
    assert 40 <= len(world.published) <= 40 + bool(in_hand)
    assert 2 * len(boards) + 21 <= len(world.web.asked) <= 2 * len(boards) + 21 + 2 * in_hand


async def test_what_a_list_moved_on_by_meanwhile_is_read() -> None:
    """A visit that read its first page before a long outage, and the next ones after it, would leave a gap."""
    world, board = Outage("log", HOURS, first=4), source(LIST.format(host="board.example.cn", name="api"))

    def has(posts: int) -> None:
        for page in range(1, posts // A_PAGE + 3):
            world.board(*listed(posts, page), page=page)

    has(30)
    world.clock.time += timedelta(hours=30)
    assert (await world.visit(board)).published == 30
    has(35)
    world.clock.time += timedelta(hours=5)
    crawling = asyncio.create_task(Crawler([board], world.way, lambda: 0.5).once())
    while not world.told:
        await world.clock.sleep(0)
    has(35 + 80)
    assert await crawling == []
    assert {int(identity) for identity in world.ids()} == set(range(35 + 80))


async def test_a_head_that_was_written_unheard_is_ours() -> None:
    """The answer was lost, and at the second attempt somebody has written it: we have."""

    class Deaf(Here):
        lost = False

        async def put_head(self, head: Head) -> Head | None:
            put = await super().put_head(head)
            if not self.lost:
                self.lost = True
                raise Busy("no answer")
            return put

    world = World()
    memory = patient(replace(world.way, memory=Deaf()), Servers(world.clock)).memory
    head = Head(source="s", crawler="1", visited=world.clock.time)
    put = await memory.put_head(head)
    assert put is not None
    assert await memory.put_head(put) is not None
    assert await memory.put_head(replace(head, crawler="2")) is None


async def ask(server: Server, *answers: Any) -> list[Any]:
    """What comes of requests that are made at once; each answers the next of its own."""

    async def one(answers: list[Any]) -> Any:
        async def request() -> Any:
            await asyncio.sleep(0)
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return await server.insist(request)

    return await asyncio.gather(*(one(each) for each in answers), return_exceptions=True)


async def test_one_request_that_never_succeeds_holds_up_no_other_for_ever() -> None:
    """A server that answers others is there: what it never answers is given up, and the others were answered."""
    server, busy = Server(Minutes(), lambda: None), Busy("this one never")

    async def others() -> list[Any]:
        return [await server.insist(lambda: asyncio.sleep(0, "fine")) for _ in range(100)]

    (refused,), fine = await asyncio.gather(ask(server, [busy]), others())
    assert refused is busy
    assert fine == ["fine"] * 100
    assert server.trouble is None


async def test_who_gives_up_leaves_nobody_waiting() -> None:
    """The only one who tried is cancelled: whoever waits for the server goes on, and finds out himself."""
    server, asked = Server(Minutes(), lambda: None), asyncio.Event()

    async def away() -> None:
        asked.set()
        raise Busy("away")

    trying = asyncio.create_task(server.insist(away))
    await asked.wait()
    waiting = asyncio.create_task(server.back())
    await asyncio.sleep(0)
    trying.cancel()
    await asyncio.wait_for(waiting, 5)


async def test_one_at_a_time_looks_for_a_server_that_is_away() -> None:
    """However many wait: it is asked more and more rarely, and then by all at once."""
    clock, times = Minutes(), list[float]()
    server, began = Server(clock, lambda: None), clock.time

    async def request() -> str:
        elapsed = (clock.time - began).total_seconds()
        times.append(elapsed)
        await asyncio.sleep(0)
        if elapsed < 60:
            raise Busy("away")
        return "fine"

    assert await asyncio.gather(*(server.insist(request) for _ in range(50))) == ["fine"] * 50
    assert sum(0 < each < 60 for each in times) < 50 + 25


async def test_who_does_not_wait_has_somebody_look() -> None:
    """A message is refused at once; that the server is away is said, and that it is back, though no other comes."""
    told, back, answers = list[Why | None](), asyncio.Event(), iter([Busy("away"), Busy("away"), None, None])

    def tell(why: Why | None, _: str) -> None:
        told.append(why)
        if why is None:
            back.set()

    async def ask() -> None:
        if busy := next(answers):
            raise busy

    servers = Servers(Minutes(), tell)
    lookout = Lookout(servers.log, ask)
    keeping = asyncio.create_task(lookout.keep())
    lookout.look()
    await asyncio.wait_for(back.wait(), 5)
    assert told == ["away", "away", None]
    assert servers.are_there()
    lookout.look()
    await asyncio.sleep(0)
    assert told[3:] == [], "it was there"
    keeping.cancel()


async def test_servers_that_are_away_one_after_the_other_are_one_wait() -> None:
    """Each is back within ten minutes of its turn, and what a visit has in hand is older than that: it begins anew."""
    clock = Minutes()
    servers, began = Servers(clock), clock.time

    async def away(server: Server, until: timedelta) -> None:
        async def request() -> None:
            if clock.time < began + until:
                raise Busy("away")

        await server.insist(request)

    trying = [away(servers.log, MINUTES), away(servers.store, 2 * MINUTES)]
    tasks = [asyncio.create_task(each) for each in trying]
    await asyncio.sleep(0)
    assert not servers.are_there()
    with pytest.raises(Overdue):
        await servers.back()
    assert servers.are_there()
    await asyncio.gather(*tasks, return_exceptions=True)
