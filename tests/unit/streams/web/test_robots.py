"""robots.txt is obeyed as RFC 9309 says, and where it leaves a choice, the one that asks less."""

import asyncio
from itertools import pairwise

import pytest
from aiohttp import web

from streams.errors import Unfetched
from streams.web.fetch import Limits
from streams.web.robots import LARGEST, parsed
from tests.unit.streams.web.site import Clock, Site, failure, polite, standing

ROBOTS = "/robots.txt"


def allows(text: str, path: str = "/a") -> bool:
    return parsed(text).can_fetch(f"https://bbs.example.cn{path}", "xiangyin")


async def test_a_disallowed_path_is_never_asked(site: Site) -> None:
    """robots.txt is read first, by our own name too; the site's log shows no request for what it closes."""
    site.says(ROBOTS, "User-agent: *\nDisallow: /secret\n\nUser-agent: xiangyin\nDisallow: /private\n")
    site.says("/private/a", "x")
    assert await failure(site, "/private/a") == "robots"
    assert site.pages_asked == []


@pytest.mark.parametrize(
    ("status", "closed"),
    [(500, True), (503, True), (429, True), (304, True), (404, False), (403, False), (401, False), (204, False)],
)
async def test_robots_that_cannot_be_had_close_the_site(site: Site, status: int, closed: bool) -> None:  # noqa: FBT001
    """2.3.1.3, 2.3.1.4: a server's error means all is closed, a missing or empty file that all is open."""
    site.says(ROBOTS, status=status)
    site.says("/a", "x")
    if closed:
        assert await failure(site, "/a") == "robots_away"
    else:
        async with polite(site) as web_:
            assert await web_.fetch(site.url("/a")) is not None
    assert site.pages_asked == ([] if closed else ["/a"])


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\u2028", "\v", "\f"])
def test_lines_end_as_the_standard_says(end: str) -> None:
    """2.2: by CR, LF or both; whatever ends a line, no rule behind it is lost."""
    closes = end.join(["User-agent: *", "Disallow: /secret", "", "User-agent: xiangyin/1", "Disallow: /a", ""])
    assert not allows(closes)
    assert allows(closes, "/b")
    assert not allows(end.join(["User-agent: * # all", "Disallow: /"]))


async def test_robots_are_asked_once_a_day(site: Site) -> None:
    """2.4: and again after 24 hours, so that a site that closes is soon left alone."""
    site.says("/a", "x")
    clock = Clock()
    async with polite(site, clock) as web_:
        await asyncio.gather(*[web_.fetch(site.url("/a")) for _ in range(3)])
        assert site.asked.count(ROBOTS) == 1
        site.says(ROBOTS, "User-agent: *\nDisallow: /\n")
        await clock.sleep(24 * 3600)
        with pytest.raises(Unfetched, match=r"robots\.txt"):
            await web_.fetch(site.url("/a"))
    assert site.asked.count(ROBOTS) == 2


async def test_an_old_copy_opens_nothing(site: Site) -> None:
    """2.3.1.4: when the file cannot be had after its day, all is closed, however open it was; it is tried again."""
    site.says("/a", "x")
    clock = Clock()
    async with polite(site, clock) as web_:
        await web_.fetch(site.url("/a"))
        site.says(ROBOTS, status=500)
        await clock.sleep(24 * 3600)
        with pytest.raises(Unfetched) as away:
            await web_.fetch(site.url("/a"))
        site.says(ROBOTS, "")
        await clock.sleep(600)
        assert await web_.fetch(site.url("/a")) is not None
    assert away.value.name == "robots_away"


async def test_robots_are_followed_to_another_origin(site: Site) -> None:
    """2.3.1.2: five redirects are followed, also to another origin; what is found there holds for the first host."""
    async with standing() as other:
        site.says(ROBOTS, status=301, Location="/1")
        for hop in range(1, 4):
            site.says(f"/{hop}", status=302, Location=f"/{hop + 1}")
        site.says("/4", status=308, Location=other.url(ROBOTS))
        other.says(ROBOTS, "User-agent: *\nDisallow: /secret\n")
        site.says("/a", "x")
        async with polite(site, allow=["127.0.0.1"]) as web_:
            with pytest.raises(Unfetched) as closed:
                await web_.fetch(site.url("/secret"))
            assert await web_.fetch(site.url("/a")) is not None
    assert closed.value.name == "robots"
    assert other.asked == [ROBOTS]


async def test_robots_beyond_five_redirects_are_none(site: Site) -> None:
    """2.3.1.2: such a file counts as missing."""
    site.says(ROBOTS, status=301, Location=ROBOTS)
    site.says("/a", "x")
    async with polite(site) as web_:
        assert await web_.fetch(site.url("/a")) is not None
    assert site.asked.count(ROBOTS) == 6


async def test_robots_that_lead_inside_close_the_site(site: Site) -> None:
    """A robots.txt must not make the crawler ask inner servers either."""
    site.says(ROBOTS, status=301, Location="http://169.254.169.254/latest")
    assert await failure(site, "/a") == "address"


async def test_robots_are_read_to_the_limit(site: Site) -> None:
    """2.5: 500 KiB count, what follows does not, and a larger file is no error."""
    line = "Disallow: /closed\n"
    start = "User-agent: *\n" + "#" * (LARGEST - len("User-agent: *\n") - len(line) - 1) + "\n" + line
    site.says(ROBOTS, start + "Disallow: /a\n" + "#" * 1_000_000)
    site.says("/a", "x")
    patient = Limits(interval=0.001, seconds=10)
    async with polite(site, limits=patient) as web_:
        assert await web_.fetch(site.url("/a")) is not None
        with pytest.raises(Unfetched) as closed:
            await web_.fetch(site.url("/closed"))
    assert closed.value.name == "robots"


@pytest.mark.parametrize(
    "body", [b"\xef\xbb\xbfUser-agent: *\nDisallow: /", "User-agent: *\nDisallow: /".encode("utf-16")]
)
async def test_robots_may_begin_with_a_mark(site: Site, body: bytes) -> None:
    """A byte order mark hides no rule, nor does another charset."""
    site.says(ROBOTS, body)
    assert await failure(site, "/a") == "robots"


async def test_robots_in_gbk_are_read(site: Site) -> None:
    """2.3 wants UTF-8; comments and paths in GBK hide no rule."""
    site.says(ROBOTS, "# 本站规定：禁止抓取以下目录\nUser-agent: *\nDisallow: /secret\n".encode("gbk"))
    assert await failure(site, "/secret") == "robots"


@pytest.mark.parametrize(
    ("agent", "ours"),
    [
        ("xiangyin", True), ("XiangYin", True), ("xiangyin/1.0", True), ("xiangyin # us", True), ("*", True),
        ("x", False), ("xiang", False), ("xiangyinbot", False), ("Baiduspider", False), ("*bot*", False),
    ],
)  # fmt: skip
def test_a_group_is_ours_by_its_product_token(agent: str, ours: bool) -> None:  # noqa: FBT001
    """2.2.1: in letters of either case, whatever version follows, and as a whole: `x` is somebody else."""
    assert allows(f"User-agent: {agent}\r\nDisallow: /\r\n") is not ours


def test_our_groups_count_together_and_without_those_of_all() -> None:
    """2.2.1: groups of one name are one group; where one is ours, `*` says nothing to us."""
    text = "User-agent: *\nDisallow: /\n\nUser-agent: a\nUser-agent: xiangyin\nDisallow: /b\n\n"
    text += "User-agent: XIANGYIN\nDisallow: /c"
    assert [allows(text, path) for path in ("/a", "/b", "/c")] == [True, False, False]


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("Disallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("Allow: /a\nDisallow: /a/b", "/a/b", False),
        ("Disallow: /a\nAllow: /a", "/a", True),
        ("Disallow: /*.php$", "/forum.php", False),
        ("Disallow: /*.php$", "/forum.php?tid=1", True),
        ("Disallow: /*?*tid=", "/forum.php?mod=view&tid=1", False),
        ("Disallow: /%E5%8F%8B", "/友", False),
        ("Disallow: /友", "/%e5%8f%8b", False),
        ("Disallow: /%61", "/a", False),
        ("Disallow: /a%2Fb", "/a/b", True),
        ("Disallow: /a%2Fb", "/a%2fb", False),
        ("Disallow: /A", "/a", True),
        ("Disallow:", "/a", True),
        ("Disallow: /", "/robots.txt", True),
        ("disallow : /a # b", "/a", False),
        ("Nonsense\nDisallow: /a", "/a", False),
    ],
)
def test_the_longest_rule_decides(rules: str, path: str, allowed: bool) -> None:  # noqa: FBT001
    """2.2.2, 2.2.3: by octets, Allow at a tie; `*`, `$`; escapes compare as what they stand for, reserved ones not."""
    assert allows(f"User-agent: *\n{rules}", path) is allowed


async def test_a_crawl_delay_is_kept(site: Site) -> None:
    """What robots.txt asks for counts where it is more than our own pause, as Crawl-delay or as Request-rate.

    From robots.txt itself on.
    """
    for asked in ("Crawl-delay: 0.2", "Request-rate: 1/1"):
        site.says(ROBOTS, f"User-agent: *\n{asked}\n")
        site.says("/a", "x")
        async with polite(site, limits=Limits(interval=0.001, longest_interval=0.2)) as web_:
            for _ in range(3):
                await web_.fetch(site.url("/a"))
        assert min(later - earlier for earlier, later in pairwise(site.times[-4:])) >= 0.19


async def test_a_crawl_delay_goes_when_robots_say_so(site: Site) -> None:
    """A new robots.txt that asks for none is obeyed, too; one that asks for a day gets the longest pause."""
    site.says(ROBOTS, "User-agent: *\nCrawl-delay: 86400\n")
    site.says("/a", "x")
    clock = Clock()
    async with polite(site, clock, Limits(interval=0.001, longest_interval=0.1)) as web_:
        await web_.fetch(site.url("/a"))
        await web_.fetch(site.url("/a"))
        assert site.times[-1] - site.times[-2] >= 0.09
        site.says(ROBOTS, "")
        await clock.sleep(24 * 3600)
        await web_.fetch(site.url("/a"))
        await web_.fetch(site.url("/a"))
    assert site.times[-1] - site.times[-2] < 0.09


async def test_a_host_that_rests_is_not_asked_for_its_robots(site: Site) -> None:
    """Retry-After of robots.txt itself is kept; that it was not asked says nothing about the file."""
    site.says(ROBOTS, status=503, Retry_After="1200")
    site.says("/a", "x")
    clock = Clock()
    async with polite(site, clock) as web_:
        with pytest.raises(Unfetched) as away:
            await web_.fetch(site.url("/a"))
        await clock.sleep(601)
        with pytest.raises(Unfetched) as closed:
            await web_.fetch(site.url("/a"))
        site.says(ROBOTS, "")
        await clock.sleep(600)
        assert await web_.fetch(site.url("/a")) is not None
    assert (away.value.name, closed.value.name, closed.value.retry_after) == ("robots_away", "closed", 599.0)
    assert site.asked == [ROBOTS, ROBOTS, "/a"]


async def test_many_files_do_not_fill_the_memory(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has a thousand names with a large robots.txt each is asked again sooner; the rest is forgotten."""
    monkeypatch.setattr("streams.web.robots._ALL_FILES", 3_000)
    site.says("/a", "x")
    names = [f"127.0.0.{number}" for number in range(2, 7)]
    addresses = [await site.named(name) for name in names]

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(text="#" * 1_400)

    site.does(ROBOTS, answer)
    async with polite(site, allow=addresses) as web_:
        for name in [*names, names[-1], names[0]]:
            await web_.fetch(site.url("/a", name))
    assert site.asked.count(ROBOTS) == 6
