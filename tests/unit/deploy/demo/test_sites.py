"""The county's sites behave like sites: pages, paging, robots, conditional requests, hours."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import feedparser
import pytest
from aiohttp import ClientSession
from selectolax.lexbor import LexborHTMLParser

from deploy.demo.content import STORY_SECONDS, postings, schedule
from deploy.demo.sites import Sites

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


async def test_the_feed_shows_every_article(sites: Sites, web: ClientSession) -> None:
    """A feed reader finds all articles, with their ids, hours and authors."""
    found = feedparser.parse(await read(web, f"{sites.urls['feed']}/feed.xml"))
    assert not found.bozo
    assert {entry.id for entry in found.entries} == {post.id for post in postings() if post.site == "feed"}
    assert all(entry.published_parsed and entry.author for entry in found.entries)


async def test_the_forum_shows_every_post_through_its_pages(sites: Sites, web: ClientSession) -> None:
    """Following `next` on the list and in the threads reaches every thread and every reply once."""
    found: list[str] = []
    for path in [link async for page in pages(web, sites.urls["forum"], "/") for link in links(page)]:
        async for page in pages(web, sites.urls["forum"], path):
            found += [node.attributes["id"] or "" for node in page.css("article.post")]
    assert sorted(found) == sorted(post.id for post in postings() if post.site == "forum")


async def pages(web: ClientSession, root: str, path: str | None) -> AsyncIterator[LexborHTMLParser]:
    while path:
        page = LexborHTMLParser(await read(web, root + path))
        yield page
        following = page.css_first("a.next")
        path = following.attributes["href"] if following else None


def links(page: LexborHTMLParser) -> list[str]:
    return [node.attributes["href"] or "" for node in page.css("#threads a.title")]


async def test_the_board_shows_every_message_through_its_pages(sites: Sites, web: ClientSession) -> None:
    """Following `next` reaches every message once, the newest first."""
    found: list[str] = []
    path: str | None = "/api/messages"
    while path:
        async with web.get(sites.urls["board"] + path) as answer:
            page = await answer.json()
        found += [message["id"] for message in page["messages"]]
        path = page["next"]
    assert sorted(found) == sorted(post.id for post in postings() if post.site == "board")


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


async def test_an_odd_page_number_is_the_first_page(sites: Sites, web: ClientSession) -> None:
    """Nonsense in the page number does not break a site."""
    first = await read(web, f"{sites.urls['forum']}/")
    for odd in ("0", "-1", "x", "٣", "9" * 400):
        assert await read(web, f"{sites.urls['forum']}/?page={odd}") == first
