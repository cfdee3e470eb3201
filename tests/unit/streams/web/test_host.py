"""A host is asked for one thing at a time, rarely, for so much a day, and not while it rests."""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from streams.errors import Unfetched
from streams.source import Feed
from streams.web.breaker import FAILURES, Breaker
from streams.web.budget import CHINA, Budget
from streams.web.fetch import Fetcher, Limits
from streams.web.host import HostEvent
from streams.web.recent import Recent
from tests.unit.streams.web.site import Clock, Site, polite, standing

NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def name_of(web_: Fetcher, address: str) -> str:
    """Under which name fetching this fails, or nothing."""
    try:
        await web_.fetch(address)
    except Unfetched as error:
        return error.name
    return ""


async def test_a_host_has_one_connection_and_its_pauses(site: Site) -> None:
    """Whoever asks at the same time waits for his turn; from an answer to the next request the host has its pause."""

    async def slow(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.05)
        return web.Response(body=b"x")

    site.does("/a", slow)
    async with polite(site, limits=Limits(interval=0.05)) as web_:
        await asyncio.gather(*[web_.fetch(site.url("/a")) for _ in range(4)])
    assert site.most_busy == 1
    # As the site sees it, from a busy machine.
    assert min(later - earlier for earlier, later in pairwise(site.times[1:])) >= 0.08
    assert len(site.peers) == 1


async def test_all_ports_of_a_host_are_one_host(site: Site) -> None:
    """Its keeper has one machine: pause, budget and rest are for all of them, except one that the deployment names."""
    async with standing() as other:
        for each in (site, other):
            each.says("/a", "x")
            each.says("/busy", status=429, Retry_After="120")
        async with polite(site, allow=["127.0.0.1"]) as web_:
            assert await name_of(web_, other.url("/a")) == ""
            assert await name_of(web_, site.url("/busy")) == "busy"
            assert await name_of(web_, other.url("/a")) == "closed"
        async with polite(site, allow=[site.address, "127.0.0.1"]) as web_:
            assert await name_of(web_, site.url("/busy")) == "busy"
            assert await name_of(web_, other.url("/a")) == ""


async def test_retry_after_leaves_the_host_alone(site: Site) -> None:
    """As long as the site asked, nothing of it is asked, whichever page; then it is again."""
    site.says("/a", status=429, Retry_After="120")
    site.says("/b", "x")
    clock = Clock()
    async with polite(site, clock) as web_:
        with pytest.raises(Unfetched) as busy:
            await web_.fetch(site.url("/a"))
        with pytest.raises(Unfetched) as closed:
            await web_.fetch(site.url("/b"))
        await clock.sleep(121)
        assert await web_.fetch(site.url("/b")) is not None
    assert (busy.value.name, busy.value.retry_after, closed.value.name) == ("busy", 120.0, "closed")
    assert site.pages_asked == ["/a", "/b"]


@pytest.mark.parametrize("status", [500, 502, 503, 429])
async def test_a_failing_host_may_ask_for_rest(site: Site, status: int) -> None:
    """With whichever error it says Retry-After."""
    site.says("/a", status=status, Retry_After="120")
    async with polite(site) as web_:
        assert [await name_of(web_, site.url("/a")) for _ in range(2)][1] == "closed"


@pytest.mark.parametrize(("status", "rests"), [(429, True), (503, True), (500, False), (404, False)])
async def test_a_busy_host_rests_though_it_does_not_say_for_how_long(
    site: Site,
    status: int,
    rests: bool,  # noqa: FBT001
) -> None:
    """429 and 503 without a Retry-After: all its pages wait, longer each time."""
    site.says("/a", status=status)
    site.says("/b", "x")
    clock = Clock()
    async with polite(site, clock) as web_:
        await name_of(web_, site.url("/a"))
        assert await name_of(web_, site.url("/b")) == ("closed" if rests else "")
        await clock.sleep(8)
        await name_of(web_, site.url("/a"))
        await clock.sleep(8)
        assert await name_of(web_, site.url("/b")) == ("closed" if rests else "")


async def test_a_host_can_be_left_alone_from_the_start(site: Site) -> None:
    """For as long as it asked the crawler before; its robots.txt is not asked either."""
    site.says("/a", "x")
    clock = Clock()
    async with polite(site, clock) as web_:
        web_.rest(site.url("/b"), clock.now() + timedelta(seconds=120))
        with pytest.raises(Unfetched) as closed:
            await web_.fetch(site.url("/a"))
        assert (closed.value.name, closed.value.retry_after, site.asked) == ("closed", 120.0, [])
        await clock.sleep(121)
        assert await web_.fetch(site.url("/a")) is not None


async def test_a_host_that_fails_rests_with_all_its_pages(site: Site) -> None:
    """After five failures in a row, of whichever pages; operators are told when that begins and when it ends."""
    site.says("/good", "x")
    told: list[HostEvent] = []
    clock = Clock()
    async with polite(site, clock, told=told) as web_:
        site.says("/bad", status=500)
        names = [await name_of(web_, site.url("/bad")) for _ in range(FAILURES)]
        names.append(await name_of(web_, site.url("/good")))
        await clock.sleep(46)
        names.append(await name_of(web_, site.url("/good")))
    assert names == [*["server"] * 5, "resting", ""]
    assert [(event.event, event.host, event.reason) for event in told] == [
        ("host_rests", site.address, "server"),
        ("host_recovered", site.address, ""),
    ]
    assert (told[0].failures, told[0].until) == (5, told[0].time + timedelta(seconds=45))


async def test_a_resting_host_is_tried_by_one_request(site: Site) -> None:
    """Its rest over, of ten sources one asks; when that fails nobody else does, and the rest is twice as long."""
    site.says("/bad", status=500)
    told: list[HostEvent] = []
    clock = Clock()
    async with polite(site, clock, told=told) as web_:
        for _ in range(FAILURES):
            await name_of(web_, site.url("/bad"))
        for rest in (45, 90, 180):
            site.asked.clear()
            await clock.sleep(rest - 1)
            assert await name_of(web_, site.url("/bad")) == "resting"
            await clock.sleep(1)
            names = await asyncio.gather(*[name_of(web_, site.url("/bad")) for _ in range(10)])
            assert sorted(names) == [*["resting"] * 9, "server"]
            assert site.asked == ["/bad"]
    assert len(told) == 1


async def test_a_page_that_always_fails_rests_no_host(site: Site) -> None:
    """Between its failures others are read."""
    site.says("/bad", status=500)
    site.says("/good", "x")
    async with polite(site) as web_:
        names = [await name_of(web_, site.url(path)) for _ in range(10) for path in ("/bad", "/good")]
    assert names == ["server", ""] * 10


async def test_a_host_is_asked_for_so_much_a_day(site: Site) -> None:
    """Its robots.txt counts; operators are told once a day; at midnight (in China) it may be asked again."""
    site.says("/a", "x")
    told: list[HostEvent] = []
    clock = Clock()
    await clock.sleep(3600)
    async with polite(site, clock, Limits(interval=0.001, budget=4), told) as web_:
        names = [await name_of(web_, site.url("/a")) for _ in range(6)]
        with pytest.raises(Unfetched) as spent:
            await web_.fetch(site.url("/a"))
        assert spent.value.retry_after == 15 * 3600
        await clock.sleep(15 * 3600)
        names.append(await name_of(web_, site.url("/a")))
    assert names == ["", "", "", "budget", "budget", "budget", ""]
    assert [(event.event, event.until) for event in told] == [("host_spent", NOW + timedelta(hours=16))]


async def test_half_of_a_day_is_for_what_is_new(site: Site) -> None:
    """What is only looked at again may be asked for while neither host nor source has spent half of its requests."""
    site.says("/a", "x")
    forum = Feed(name="a", url=site.url("/a"), township="330206104", budget=4)
    async with polite(site, Clock(), Limits(interval=0.001, budget=8)) as web_:
        ample = []
        for _ in range(4):
            ample.append(web_.is_ample(forum))
            await web_.fetch(site.url("/a"), source=forum)
        assert ample == [True, True, False, False]
        assert web_.is_ample(replace(forum, name="b")) is False  # Its host has had five, with robots.txt.


@given(st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 20)), max_size=30))
def test_no_day_has_more_than_its_budget(requests: list[tuple[int, int]]) -> None:
    """Whenever they come, and though an earlier crawler spent some."""
    budget, now, granted = Budget("a", 5), NOW, Counter[date]()
    budget.recall(date(2026, 1, 1), 2, now)
    budget.recall(date(2025, 12, 31), 99, now)
    for pause, number in requests:
        now += timedelta(seconds=pause)
        for _ in range(number):
            with suppress(Unfetched):
                budget.spend(now)
                granted[now.astimezone(CHINA).date()] += 1
    assert max(granted.values(), default=0) <= 5
    assert granted[NOW.date()] <= 3


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 10_000)), max_size=60))
def test_a_breaker_has_its_bounds(answers: list[tuple[bool, float]]) -> None:
    """It rests after five failures in a row and not before; for half a minute at least, for an hour at most."""
    breaker, now, in_a_row = Breaker(), NOW, 0
    for sound, pause in answers:
        in_a_row = 0 if sound else in_a_row + 1
        if sound:
            had = breaker.failures
            assert breaker.answered() is (had >= FAILURES)
            continue
        seconds = breaker.failed(now, lambda: 0.5)
        assert (seconds is not None) is (in_a_row >= FAILURES)
        assert seconds is None or 30 <= seconds <= 3600
        assert breaker.left(now) >= (seconds or 0)
        now += timedelta(seconds=pause)


def test_what_is_recent_is_kept() -> None:
    """What was asked for longest ago makes room, unless it is in use; what grew counts as it is now."""
    made: list[str] = []
    used = {"b"}

    def make(key: str) -> list[str]:
        made.append(key)
        return [key]

    recent = Recent(make, 3, lambda value: value[0] in used, len)
    for key in ("a", "b", "c", "a", "d"):
        _ = recent[key]
    assert made == ["a", "b", "c", "d"]
    assert len(recent) == 3  # c made room: a was asked for later, and b is in use.
    recent["a"].append("more")
    _ = recent["e"]
    assert len(recent) == 2
    _ = recent["b"], recent["e"]
    assert made == ["a", "b", "c", "d", "e"]
