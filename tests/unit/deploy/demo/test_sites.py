"""The county's sites behave like sites: pages, paging, robots, conditional requests, hours."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession
from msgspec.structs import replace

from deploy.demo.content import COUNTY, STORY_SECONDS, Site, postings, schedule
from deploy.demo.sites import Sites
from streams.crawl.kinds import read as read_page
from streams.pages.page import LISTING, Link, Page, Raw
from streams.source import AnySource, parse_source

SOURCES = sorted((COUNTY / "sources").glob("*.yaml"))
START = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = START + timedelta(seconds=STORY_SECONDS)

    def __call__(self) -> datetime:
        return self.now

    def set(self, second: float) -> None:
        self.now = START + timedelta(seconds=second)


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
async def sites(clock: Hand) -> AsyncIterator[Sites]:
    async with Sites(schedule(postings(), START), clock) as sites:
        yield sites


@pytest.fixture
async def web() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


async def read(web: ClientSession, url: str) -> str:
    async with web.get(url) as answer:
        assert answer.status == 200
        return await answer.text()


@pytest.mark.parametrize("name", ["feed", "forum", "board"])
async def test_every_post_is_read_once_and_nothing_is_left_over(sites: Sites, web: ClientSession, name: Site) -> None:
    """By the county's own source files the real parsers find every post once, and have nothing to remark."""
    source = next(source for source in map(parsed, SOURCES) if name in source.url)
    found, signals = await crawl(web, source, sites.urls[name])
    assert sorted(raw.id for raw in found) == sorted(post.id for post in postings() if post.site == name)
    assert all(raw.published and raw.author and raw.body for raw in found)
    assert not signals


def parsed(file: Path) -> AnySource:
    return parse_source(file.read_text("utf-8"), file)


async def crawl(web: ClientSession, source: AnySource, root: str) -> tuple[list[Raw], set[str]]:
    found: list[Raw] = []
    signals: set[str] = set()
    waiting, seen = [Link(source.url.replace(home(source), root), LISTING)], set[str]()
    source = replace(source, url=waiting[0].url)
    while waiting:
        link = waiting.pop(0)
        if link.url not in seen:
            seen.add(link.url)
            reading = read_page(
                Page(fetched=START, url=link.url, body=(await read(web, link.url)).encode(), role=link.role), source
            )
            found, signals = [*found, *reading.posts], signals | set(reading.signals)
            waiting += reading.links
    return found, signals


def home(source: AnySource) -> str:
    return "/".join(source.url.split("/")[:3])


async def test_robots_are_welcome(sites: Sites, web: ClientSession) -> None:
    """Each site's robots.txt allows reading."""
    for root in sites.urls.values():
        assert re.search(r"^Allow: /$", await read(web, f"{root}/robots.txt"), re.MULTILINE)


async def test_a_page_that_the_reader_has_is_not_sent_again(sites: Sites, clock: Hand, web: ClientSession) -> None:
    """With the ETag or the date of the last answer the site says 304, until there is something new."""
    clock.set(20.5)
    url = f"{sites.urls['board']}/api/messages"
    async with web.get(url) as answer:
        tag = answer.headers["ETag"]
    clock.set(22)
    async with web.get(url) as answer:
        fresh, date = answer.headers["ETag"], answer.headers["Last-Modified"]
    assert fresh != tag
    assert await status(web, url, "If-None-Match", fresh) == 304
    assert await status(web, url, "If-Modified-Since", date) == 304
    clock.set(40)
    assert await status(web, url, "If-None-Match", fresh) == 200
    assert await status(web, url, "If-Modified-Since", date) == 200


async def status(web: ClientSession, url: str, header: str, value: str) -> int:
    async with web.get(url, headers={header: value}) as answer:
        return answer.status


async def test_a_post_appears_at_its_hour(sites: Sites, clock: Hand, web: ClientSession) -> None:
    """The cracked wall is not on the forum before second 10, and is there from then on."""
    clock.set(9.9)
    async with web.get(f"{sites.urls['forum']}/thread/t001") as answer:
        assert answer.status == 404
    clock.set(10)
    assert "东埠小学" in await read(web, f"{sites.urls['forum']}/thread/t001")


async def test_what_appears_last_stands_first(sites: Sites, clock: Hand, web: ClientSession) -> None:
    """A message that waited for its moderator stands on the first page, so that no crawler passes it by."""
    seen: set[str] = set()
    for tenth in range(0, 601, 2):
        clock.set(tenth / 10)
        async with web.get(f"{sites.urls['board']}/api/messages") as answer:
            seen |= {message["id"] for message in (await answer.json())["messages"]}
    assert seen == {post.id for post in postings() if post.site == "board"}


async def test_an_odd_page_number_is_the_first_page(sites: Sites, web: ClientSession) -> None:
    """Nonsense in the page number does not break a site."""
    first = await read(web, f"{sites.urls['forum']}/")
    for odd in ("0", "-1", "x", "٣", "9" * 400):
        assert await read(web, f"{sites.urls['forum']}/?page={odd}") == first
