"""The only way out to the web: it keeps to the rules, and nothing that a site does hurts it."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from aiohttp import web
from msgspec.structs import replace
from yarl import URL

from streams.crawl.counts import Counts
from streams.crawl.crawler import Crawler
from streams.crawl.memory import Here, Memory
from streams.crawl.watch import Event
from streams.crawl.way import Way
from streams.errors import Misconfigured, Unfetched
from streams.privacy.door import Door
from streams.privacy.pseudonym import Pseudonyms
from streams.records import Post
from streams.source import Feed
from streams.web.address import target_of
from streams.web.fetch import Late, Limits, fetcher
from tests.unit.streams.web.site import HASTY, QUICK, Clock, Site, failure, polite


async def test_a_page_comes_with_what_its_server_said(site: Site) -> None:
    """Body, charset and validators; the User-Agent says who asks and whom to write to."""
    site.says(
        "/a", "文", Content_Type="text/html; charset=utf-8", ETag='"1"', Last_Modified="Mon, 01 Jan 2024 00:00:00 GMT"
    )
    async with polite(site) as web_:
        page = await web_.fetch(site.url("/a#part"))
    assert page is not None
    assert (page.body.decode(), page.charset, page.etag) == ("文", "utf-8", '"1"')
    assert site.headers[-1]["User-Agent"] == "xiangyin/0 (+a@example.cn)"


async def test_an_unchanged_page_is_not_sent_again(site: Site) -> None:
    """ETag and Last-Modified are asked back; 304 is no page."""
    site.says("/a", status=304)
    async with polite(site) as web_:
        assert await web_.fetch(site.url("/a"), '"1"', "Mon, 01 Jan 2024 00:00:00 GMT") is None
    assert site.headers[-1]["If-None-Match"] == '"1"'
    assert site.headers[-1]["If-Modified-Since"] == "Mon, 01 Jan 2024 00:00:00 GMT"


async def test_a_redirect_to_a_closed_path_is_not_followed(site: Site) -> None:
    """Every hop is asked of robots.txt."""
    site.says("/robots.txt", "User-agent: *\nDisallow: /secret\n")
    site.says("/a", status=302, Location="/secret")
    assert await failure(site, "/a") == "robots"
    assert site.pages_asked == ["/a"]


async def test_an_endless_redirect_ends(site: Site) -> None:
    """After five hops."""
    site.says("/a", status=301, Location="/a")
    assert await failure(site, "/a") == "redirects"
    assert site.pages_asked == ["/a"] * 6


@pytest.mark.parametrize(("status", "name"), [(500, "server"), (502, "server"), (429, "busy"), (404, "status_404")])
async def test_a_failure_has_its_name(site: Site, status: int, name: str) -> None:
    """What a site answers is counted under what it is."""
    site.says("/a", status=status)
    assert await failure(site, "/a") == name


async def test_an_unreachable_site_is_named(site: Site, unused_tcp_port: int) -> None:
    """Nobody listens there: first of all its robots.txt cannot be had, so all is closed."""
    async with fetcher(
        contact="a@b.cn", version="0", clock=Clock(), limits=QUICK, allow_hosts=[f"127.0.0.1:{unused_tcp_port}"]
    ) as web_:
        with pytest.raises(Unfetched) as caught:
            await web_.fetch(f"http://127.0.0.1:{unused_tcp_port}/a")
    assert caught.value.name == "robots_away"


async def test_a_cut_connection_is_named(site: Site) -> None:
    """A site that hangs up in the middle of its answer is not asked again at once: that nobody would count."""

    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    site.does("/a", hang_up)
    assert await failure(site, "/a") == "unreachable"
    assert site.pages_asked == ["/a"]


async def test_a_hanging_site_is_left(site: Site) -> None:
    """One that never answers costs the limit and no more."""

    async def hang(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.6)
        return web.Response()

    site.does("/a", hang)
    assert await failure(site, "/a", HASTY) == "timeout"


async def test_a_slow_drip_is_left(site: Site) -> None:
    """A byte now and then keeps a connection alive, but the time for the whole answer runs out."""

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(12):
            await response.write(b"x")
            await asyncio.sleep(0.05)
        return response

    site.does("/a", drip)
    assert await failure(site, "/a", HASTY) == "timeout"


async def test_a_validator_that_is_no_text_is_left(site: Site) -> None:
    """Bytes that no store takes as text, or thousands of them: the page is fetched in full the next time."""
    site.says("/a", "x", ETag="\udcff\udcfe", Last_Modified="y" * 2000)
    site.says("/b", "x", ETag='"1"', Last_Modified="Sun, 01 Mar 2026 08:00:00 GMT")
    async with polite(site) as web_:
        odd, even = await web_.fetch(site.url("/a")), await web_.fetch(site.url("/b"))
    assert odd is not None
    assert even is not None
    assert (odd.etag, odd.modified) == (None, None)
    assert (even.etag, even.modified) == ('"1"', "Sun, 01 Mar 2026 08:00:00 GMT")


@pytest.mark.parametrize("contact", ["", "  ", "a\r\nX-Evil: 1", "联系"])
async def test_nobody_crawls_without_a_contact(contact: str) -> None:
    """A site's keeper must be able to write to somebody; nor does a contact smuggle in headers."""
    with pytest.raises(Misconfigured, match="contact"):
        async with fetcher(contact=contact, version="0", clock=Clock()):
            pass


async def crawl(site: Site, memory: Memory, limits: Limits, *addresses: str) -> list[Post]:
    """Crawl feeds with a crawler just started; what it published."""
    published: list[Post] = []

    async def publish(posts: Sequence[Post]) -> None:
        published.extend(posts)

    async def report(_: Event) -> None:
        return

    # Of a day's visits one asks in full: with so many in a day, not this one.
    feeds = {f"feed{at.strip('/')}": site.url(at) for at in addresses}
    sources = [Feed(name=name, url=url, township="330206104", schedule=0.001) for name, url in feeds.items()]
    clock, door = Clock(), Door(Pseudonyms({1: b"k" * 32}))
    async with polite(site, clock, limits) as web_:
        way = Way(web_, door, publish, report, lambda _: [], memory, clock, Counts(), crawler="1")
        assert await Crawler(sources, way, lambda: 0.5).once() == []
    return published


async def test_a_restarted_crawler_catches_up_politely(site: Site) -> None:
    """Ten feeds of one host, half of them changed meanwhile: asked one by one with a pause, by what was kept."""
    addresses, memory, slow = [f"/{number}" for number in range(10)], Here(), Limits(interval=0.05)

    def says(numbers: Sequence[int], text: str) -> None:
        for number in numbers:
            feed = f'{{"items": [{{"id": "{number}", "content_text": "{text}"}}]}}'
            site.says(f"/{number}", feed, ETag=f'"{number} {len(text)}"')

    says(range(10), "甲")
    assert len(await crawl(site, memory, QUICK, *addresses)) == 10
    says(range(5), "甲乙")
    site.times.clear()
    site.headers.clear()
    assert len(await crawl(site, memory, slow, *addresses)) == 5
    assert site.most_busy == 1
    assert min(later - earlier for earlier, later in pairwise(site.times)) >= 0.03
    first = site.headers[1:11]  # robots.txt came before.
    assert sorted(headers["If-None-Match"] for headers in first) == [f'"{number} 1"' for number in range(10)]


async def test_a_crawl_over_real_sockets(site: Site) -> None:
    """A feed is fetched, read, taken through the door and published once; robots.txt came first."""
    feed = '{"items": [{"id": "1", "content_text": "青溪的桥裂了，电话13812345678"}]}'
    site.says("/feed", feed, ETag='"1"')
    memory = Here()
    published = await crawl(site, memory, QUICK, "/feed") + await crawl(site, memory, QUICK, "/feed")
    assert [(post.id, post.township, post.body) for post in published] == [
        ("1", "330206104000", "青溪的桥裂了，电话***********")
    ]
    assert site.asked == ["/robots.txt", "/feed"] * 2
    assert site.headers[-1]["If-None-Match"] == '"1"'


async def test_who_stood_in_line_asks_nothing_when_he_may_not_any_more(site: Site) -> None:
    """One of our servers went away meanwhile: neither page nor robots.txt is asked for, and later both are."""
    site.says("/a", "x")
    may = False
    limits = replace(QUICK, interval=0.05)
    async with fetcher(
        contact="a@example.cn",
        version="0",
        clock=Clock(),
        limits=limits,
        allow_hosts=[site.address],
        may_ask=lambda: may,
    ) as web_:
        with pytest.raises(Late):
            await web_.fetch(site.url("/a"))
        assert site.asked == []
        may = True
        await web_.fetch(site.url("/a"))
        first, second = (asyncio.create_task(web_.fetch(site.url("/a"))) for _ in range(2))
        await first
        may = False
        with pytest.raises(Late):
            await second
        assert site.asked == ["/robots.txt", "/a", "/a"]


async def test_who_comes_too_late_has_asked_nothing(site: Site) -> None:
    """It costs neither host nor source a request, whether a server of ours went away or the night came meanwhile."""
    site.says("/a", "x")
    clock, may, passes = Clock(), True, timedelta()

    def may_ask() -> bool:
        clock.time += passes
        return may

    source = Feed(name="a", url=site.url("/a"), township="330206104", budget=2, hours="07:00-09:00")  # It is 08:00.
    async with fetcher(
        contact="a@example.cn",
        version="0",
        clock=clock,
        limits=replace(QUICK, budget=3),
        allow_hosts=[site.address],
        may_ask=may_ask,
    ) as web_:
        await web_.fetch(source.url, source=source)
        may = False
        for _ in range(3):
            with pytest.raises(Late):
                await web_.fetch(source.url, source=source)
        may, passes = True, timedelta(hours=2)
        with pytest.raises(Unfetched, match="time of day"):
            await web_.fetch(source.url, source=source)
        passes = timedelta()
        waking = replace(source, hours=None)
        assert await web_.fetch(source.url, source=waking) is not None
        for spent, whose in ((waking, "a: all 2"), (None, f"{site.address}: all 3")):
            with pytest.raises(Unfetched, match=whose):
                await web_.fetch(source.url, source=spent)
    assert site.asked == ["/robots.txt", "/a", "/a"]


async def test_a_host_that_was_not_asked_needs_no_pause(site: Site) -> None:
    """Who came too late leaves it to the next one, who need not wait."""
    site.says("/robots.txt", "User-agent: *\nDisallow: /\n")
    may = False
    async with (
        fetcher(
            contact="a@example.cn",
            version="0",
            clock=Clock(),
            limits=Limits(interval=3600.0),
            allow_hosts=[site.address],
            may_ask=lambda: may,
        ) as web_,
        asyncio.timeout(30),
    ):
        with pytest.raises(Late):
            await web_.fetch(site.url("/a"))
        may = True
        with pytest.raises(Unfetched, match="closed to us"):
            await web_.fetch(site.url("/a"))
    assert site.asked == ["/robots.txt"]


async def test_the_environment_has_no_say(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither a proxy, by which every address would be another one, nor a password for the host in ~/.netrc."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    site.says("/a", "x")
    async with polite(site) as web_:
        assert await web_.fetch(site.url("/a")) is not None
    assert "Authorization" not in site.headers[-1]


async def test_no_cookie_is_kept(site: Site) -> None:
    """A site cannot follow us from page to page, nor through a redirect."""
    site.says("/a", status=302, Location="/b", Set_Cookie="sid=1; Path=/")
    site.says("/b", "x", Set_Cookie="sid=2; Path=/")
    async with polite(site) as web_:
        for _ in range(2):
            await web_.fetch(site.url("/a"))
    assert not [headers for headers in site.headers if "Cookie" in headers]


async def test_nothing_is_unchanged_that_nobody_asked_about(site: Site) -> None:
    """304 to a request without validators is a mistake of the server's, and no page that stayed."""
    site.says("/a", status=304)
    assert await failure(site, "/a") == "status_304"


def test_a_page_by_https_is_not_had_by_http() -> None:
    """A redirect from https to http would let anybody change the page; http to https is what sites should do."""
    secure, plain = URL("https://bbs.example.cn/a"), URL("http://bbs.example.cn/a")
    with pytest.raises(Unfetched) as refused:
        target_of(secure, "http://bbs.example.cn/b")
    assert refused.value.name == "redirects"
    assert target_of(plain, "https://bbs.example.cn/b").scheme == "https"
    assert str(target_of(secure, "../b#c")) == "https://bbs.example.cn/b"
