"""The only way out to the web: it keeps to the rules, and nothing that a site does hurts it."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from aiohttp import web

from streams.crawl.counts import Counts
from streams.crawl.crawler import Crawler
from streams.crawl.fetch import Fetcher, Limits, fetcher
from streams.crawl.memory import Here, Memory
from streams.crawl.watch import Event
from streams.crawl.way import Way
from streams.errors import Misconfigured, Unfetched
from streams.privacy.door import Door
from streams.privacy.pseudonym import Pseudonyms
from streams.records import Post
from streams.source import Feed

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
QUICK = Limits(interval=0.001, seconds=0.3)


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Site:
    """A site on a free port of this machine; it notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.times: list[float] = []
        self.busy = self.most_busy = 0
        self._handlers: dict[str, Handler] = {}
        self.address = ""

    def says(self, path: str, body: bytes | str = b"", *, status: int = 200, **headers: str) -> None:
        data, named = (
            body.encode() if isinstance(body, str) else body,
            {k.replace("_", "-"): v for k, v in headers.items()},
        )

        async def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(body=data, status=status, headers=named)

        self._handlers[path] = answer

    def does(self, path: str, handler: Handler) -> None:
        self._handlers[path] = handler

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.address.partition(':')[2]}{path}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        self.headers.append(dict(request.headers))
        self.times.append(asyncio.get_running_loop().time())
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        try:
            if request.path not in self._handlers:
                return web.Response(status=404)
            return await self._handlers[request.path](request)
        finally:
            self.busy -= 1

    @property
    def pages_asked(self) -> list[str]:
        return [path for path in self.asked if path != "/robots.txt"]


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    application = web.Application()
    application.router.add_get("/{path:.*}", site.handle)
    runner = web.AppRunner(application, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.address = f"127.0.0.1:{runner.addresses[0][1]}"
    yield site
    await runner.cleanup()


def polite(site: Site, clock: Clock | None = None, limits: Limits = QUICK) -> AbstractAsyncContextManager[Fetcher]:
    return fetcher(
        contact="a@example.cn", version="0", clock=clock or Clock(), limits=limits, allow_hosts=[site.address]
    )


async def failure(site: Site, path: str, limits: Limits = QUICK) -> str:
    """The name under which fetching this fails."""
    async with polite(site, limits=limits) as web_:
        with pytest.raises(Unfetched) as caught:
            await web_.fetch(path if "://" in path else site.url(path))
    return caught.value.name


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


async def test_a_disallowed_path_is_never_asked(site: Site) -> None:
    """robots.txt is read first, by our own name too; the site's log shows no request for what it closes."""
    site.says("/robots.txt", "User-agent: *\nDisallow: /secret\n\nUser-agent: xiangyin\nDisallow: /private\n")
    site.says("/private/a", "x")
    assert await failure(site, "/private/a") == "robots"
    assert site.pages_asked == []


@pytest.mark.parametrize(("status", "closed"), [(500, True), (503, True), (429, True), (404, False), (403, False)])
async def test_robots_that_cannot_be_had_close_the_site(site: Site, status: int, closed: bool) -> None:  # noqa: FBT001
    """RFC 9309: a server's error means all is closed, a missing file that all is open."""
    site.says("/robots.txt", status=status)
    site.says("/a", "x")
    if closed:
        assert await failure(site, "/a") == "robots_away"
    else:
        async with polite(site) as web_:
            assert await web_.fetch(site.url("/a")) is not None
    assert site.pages_asked == ([] if closed else ["/a"])


async def test_robots_are_asked_once_a_day(site: Site) -> None:
    """And again after 24 hours, so that a site that closes is soon left alone."""
    site.says("/a", "x")
    clock = Clock()
    async with polite(site, clock) as web_:
        await asyncio.gather(*[web_.fetch(site.url("/a")) for _ in range(3)])
        assert site.asked.count("/robots.txt") == 1
        site.says("/robots.txt", "User-agent: *\nDisallow: /\n")
        await clock.sleep(24 * 3600)
        with pytest.raises(Unfetched, match=r"robots\.txt"):
            await web_.fetch(site.url("/a"))
    assert site.asked.count("/robots.txt") == 2


async def test_a_redirect_to_a_closed_path_is_not_followed(site: Site) -> None:
    """Every hop is asked of robots.txt."""
    site.says("/robots.txt", "User-agent: *\nDisallow: /secret\n")
    site.says("/a", status=302, Location="/secret")
    assert await failure(site, "/a") == "robots"
    assert site.pages_asked == ["/a"]


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:9/", "http://10.0.0.1/", "http://[::1]/", "http://169.254.169.254/meta", "http://localhost/"],
)
async def test_a_redirect_inside_is_not_followed(site: Site, target: str) -> None:
    """A page on the web must not make the crawler ask inner servers."""
    site.says("/a", status=302, Location=target)
    assert await failure(site, "/a") == "address"


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/",
        "http://localhost/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://127.1/",
        "http://192.168.1.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "ftp://example.cn/",
        "file:///etc/passwd",
        "http://",
        "",
    ],
)
async def test_inner_addresses_are_refused(site: Site, address: str) -> None:
    """However they are written, and after the name was resolved; so is what is no web address."""
    async with polite(site) as web_:
        with pytest.raises(Unfetched) as caught:
            await web_.fetch(address)
    assert caught.value.name == "address"


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
    """A site that hangs up in the middle of its answer."""

    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    site.does("/a", hang_up)
    assert await failure(site, "/a") == "unreachable"


async def test_a_hanging_site_is_left(site: Site) -> None:
    """One that never answers costs the limit and no more."""

    async def hang(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.6)
        return web.Response()

    site.does("/a", hang)
    assert await failure(site, "/a") == "timeout"


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
    assert await failure(site, "/a") == "timeout"


async def test_a_body_beyond_the_limit_is_cut_off(site: Site) -> None:
    """More than 5 MB are not read to the end, and named."""
    site.says("/a", b"x" * 5_000_001)
    assert await failure(site, "/a", Limits(interval=0.001)) == "large"


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
async def test_a_bomb_does_not_go_off(site: Site, pack: Callable[[bytes], bytes]) -> None:
    """Few bytes that unpack to many are unpacked no further than the limit."""
    site.says("/a", pack(b"\0" * 50_000_000), Content_Encoding="gzip" if pack is gzip.compress else "deflate")
    assert await failure(site, "/a", Limits(interval=0.001)) == "bomb"


async def test_a_packed_page_is_unpacked(site: Site) -> None:
    """An honest gzip body arrives as it was."""
    site.says("/a", gzip.compress("学校".encode() * 1000), Content_Encoding="gzip")
    async with polite(site) as web_:
        page = await web_.fetch(site.url("/a"))
    assert page is not None
    assert page.body.decode() == "学校" * 1000


@pytest.mark.parametrize("encoding", ["gzip", "br", "nonsense"])
async def test_a_body_that_is_not_what_it_says_is_named(site: Site, encoding: str) -> None:
    """Packed otherwise than was asked for, or not packed at all."""
    site.says("/a", b"plain text", Content_Encoding=encoding)
    assert await failure(site, "/a") == "broken"


async def test_a_host_has_one_connection_and_its_pauses(site: Site) -> None:
    """Whoever asks at the same time waits for his turn; turns keep their distance."""

    async def slow(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.01)
        return web.Response(body=b"x")

    site.does("/a", slow)
    async with polite(site, limits=Limits(interval=0.05)) as web_:
        await asyncio.gather(*[web_.fetch(site.url("/a")) for _ in range(5)])
    assert site.most_busy == 1
    # As the site sees it, from a busy machine.
    assert min(later - earlier for earlier, later in pairwise(site.times)) >= 0.03


async def test_a_crawl_delay_is_kept(site: Site) -> None:
    """What robots.txt asks for counts where it is more than our own pause."""
    site.says("/robots.txt", "User-agent: *\nCrawl-delay: 0.2\n")
    site.says("/a", "x")
    async with polite(site) as web_:
        for _ in range(3):
            await web_.fetch(site.url("/a"))
    assert site.times[-1] - site.times[-2] >= 0.19


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


async def test_a_host_can_be_left_alone_from_the_start(site: Site) -> None:
    """For as long as it asked the crawler before; its robots.txt is not asked either."""
    site.says("/a", "x")
    clock = Clock()
    async with polite(site, clock) as web_:
        web_.rest(site.url("/b"), clock.now() + timedelta(seconds=120))
        with pytest.raises(Unfetched) as closed:
            await web_.fetch(site.url("/a"))
        assert (closed.value.name, site.asked) == ("robots_away", [])
        await clock.sleep(700)
        assert await web_.fetch(site.url("/a")) is not None


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

    sources = [Feed(name=f"feed{at.strip('/')}", url=site.url(at), township="330206104") for at in addresses]
    clock, door = Clock(), Door(Pseudonyms({1: b"k" * 32}))
    async with polite(site, clock, limits) as web_:
        way = Way(web_, door, publish, report, lambda _: [], memory, clock, Counts(), crawler="1")
        assert await Crawler(sources, way, lambda: 0.5).once()
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
    published = await crawl(site, Here(), QUICK, "/feed")
    assert [(post.id, post.township, post.body) for post in published] == [
        ("1", "330206104000", "青溪的桥裂了，电话***********")
    ]
    assert site.asked == ["/robots.txt", "/feed", "/feed"]
    assert site.headers[-1]["If-None-Match"] == '"1"'
