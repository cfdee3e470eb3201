"""A source's file may ask for less than the deployment; a written permission opens what it names, and nothing else."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from yarl import URL

from streams.errors import Misconfigured, Unfetched
from streams.source import Feed, Permission, parse_source
from streams.web.fetch import Fetcher, Limits
from streams.web.host import HostEvent
from streams.web.terms import Terms
from tests.unit.streams.web.site import QUICK, Clock, Site, polite

LETTER = Permission(by="镇政府办公室", date=date(2025, 12, 1), covers=("/closed",), note="registry 12/2025, a year")


def feed(site: Site, **fields: Any) -> Feed:
    return Feed(name="feed", url=site.url("/feed"), township="330206104", **fields)


async def name_of(web_: Fetcher, address: str, source: Feed) -> str:
    """Under which name fetching this for the source fails, or nothing."""
    try:
        await web_.fetch(address, source=source)
    except Unfetched as error:
        return error.name
    return ""


async def test_nothing_is_fetched_at_night(site: Site) -> None:
    """Outside the hours of the source no robots.txt is asked for either; it says when it may be."""
    source, clock = feed(site, hours="07:00-23:00"), Clock()  # It is 08:00 in Shanghai.
    site.says("/feed", "x")
    async with polite(site, clock) as web_:
        assert await name_of(web_, source.url, source) == ""
        await clock.sleep(15 * 3600)
        with pytest.raises(Unfetched) as night:
            await web_.fetch(source.url, source=source)
        assert web_.opens_in(source) == 8 * 3600
        for address in (source.url, "https://elsewhere.example.cn/"):  # Whose robots.txt nobody has.
            assert await name_of(web_, address, source) == "hours"
            with pytest.raises(Unfetched, match="time of day"):
                await web_.assert_allowed(address, source)
        await clock.sleep(8 * 3600)
        assert await name_of(web_, source.url, source) == ""
    assert (night.value.name, night.value.retry_after) == ("hours", 8 * 3600)
    assert site.pages_asked == ["/feed", "/feed"]


@pytest.mark.parametrize(
    ("deployment", "own", "hours"),
    [
        ("06:00-23:00", None, 0),
        ("09:00-23:00", None, 1),
        ("06:00-23:00", "10:00-12:00", 2),
        ("09:00-12:00", "11:00-20:00", 3),
    ],
)
def test_hours_of_both_are_kept(deployment: str, own: str | None, hours: int) -> None:
    """The deployment's and the source's, in the zone of the source."""
    source = Feed(name="a", url="https://a.example.cn/", township="330206104", hours=own)
    assert Terms(deployment, 1, Clock()).opens_in(source) == hours * 3600


def test_hours_that_never_meet_leave_a_source_closed() -> None:
    """Nobody waits for ever in one look."""
    source = Feed(name="a", url="https://a.example.cn/", township="330206104", hours="20:00-21:00")
    assert Terms("06:00-07:00", 1, Clock()).opens_in(source) > 0


async def test_a_source_may_have_a_smaller_budget(site: Site) -> None:
    """Its own requests end; others of the host go on, and the host's budget is what was asked of it."""
    site.says("/feed", "x")
    told: list[HostEvent] = []
    small, other = feed(site, budget=2), replace(feed(site), name="other")
    async with polite(site, limits=Limits(interval=0.001, budget=5), told=told) as web_:
        names = [await name_of(web_, small.url, small) for _ in range(4)]
        names += [await name_of(web_, other.url, other) for _ in range(3)]
    assert names == ["", "", "budget", "budget", "", "", "budget"]
    assert [event.event for event in told] == ["host_spent"]


async def test_no_source_has_a_larger_budget(site: Site) -> None:
    """A file may lower the deployment's number, never raise it."""
    source = feed(site, budget=1_000_000)
    assert Terms("", 5, Clock()).budget(source).spent(datetime(2026, 1, 1, tzinfo=UTC)) == 0
    site.says("/feed", "x")
    async with polite(site, limits=Limits(interval=0.001, budget=3)) as web_:
        assert [await name_of(web_, source.url, source) for _ in range(3)] == ["", "", "budget"]


async def test_a_restart_grants_no_second_budget(site: Site) -> None:
    """What the crawler before asked for today counts, for source and host; what it asked for yesterday does not."""
    site.says("/feed", "x")
    source, clock = feed(site, budget=3), Clock()
    async with polite(site, clock, Limits(interval=0.001, budget=10)) as web_:
        web_.recall(source, date(2026, 1, 1), 2)
        web_.recall(source, date(2025, 12, 31), 99)
        assert [await name_of(web_, source.url, source) for _ in range(2)] == ["", "budget"]
        other = replace(source, name="other", budget=None)
        assert [await name_of(web_, other.url, other) for _ in range(7)] == [*[""] * 6, "budget"]


async def test_a_permission_opens_what_it_covers(site: Site) -> None:
    """And nothing beside it; what robots.txt leaves open stays so; whoever shows none finds all closed."""
    site.says("/robots.txt", "User-agent: *\nDisallow: /closed\nDisallow: /secret\n")
    for path in ("/closed-1", "/secret", "/feed"):
        site.says(path, "x")
    source = feed(site, permission=LETTER)
    async with polite(site) as web_:
        names = [await name_of(web_, site.url(path), source) for path in ("/closed-1", "/secret", "/feed")]
        names.append(await name_of(web_, site.url("/closed-1"), feed(site)))
    assert names == ["", "robots", "", "robots"]


async def test_a_permission_lifts_nothing_else(site: Site) -> None:
    """Neither budget, nor pause, nor rest, nor the rules of addresses; a site without its robots.txt stays closed."""
    source = feed(site, permission=replace(LETTER, covers=("/", "http://localhost/", "http://10.0.0.1/")), budget=3)
    site.says("/robots.txt", "User-agent: *\nDisallow: /\nCrawl-delay: 0.1\n")
    site.says("/a", "x")
    site.says("/inside", status=302, Location="http://10.0.0.1/")
    async with polite(site) as web_:
        for path in ("/a", "/a"):
            assert await name_of(web_, site.url(path), source) == ""
        assert site.times[-1] - site.times[-2] >= 0.09
        assert await name_of(web_, site.url("/inside"), source) == "address"
        assert await name_of(web_, site.url("/a"), source) == "budget"
    site.says("/robots.txt", status=500)
    async with polite(site) as web_:
        assert await name_of(web_, site.url("/a"), source) == "robots_away"


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        ("https://bbs.example.cn/forum-1.html", True),
        ("http://bbs.example.cn/forum-1.html?page=2", True),
        ("https://bbs.example.cn/forum-%31", True),
        ("https://bbs.example.cn/x/../forum-1", True),
        ("https://bbs.example.cn/a/forum-1", False),
        ("https://bbs.example.cn/Forum-1", False),
        ("https://bbs.example.cn/member", False),
        ("https://www.example.cn/forum-1", False),
        ("https://bbs.example.cn.evil.example/forum-1", False),
        ("https://m.example.cn/t/1", True),
        ("https://m.example.cn/u/1", False),
    ],
)
def test_a_permission_is_for_addresses_that_begin_so(address: str, opened: bool) -> None:  # noqa: FBT001
    """Paths are those of the source's own host; another host is named in full."""
    letter = replace(LETTER, covers=("/forum-", "https://m.example.cn/t/"))
    assert letter.opens(URL(address), URL("https://bbs.example.cn/forum-42-1.html"), date(2026, 1, 1)) is opened


def test_a_permission_begins_with_its_date() -> None:
    """What is announced is not granted yet."""
    home = URL("https://bbs.example.cn/")
    assert not LETTER.opens(home / "closed", home, date(2025, 11, 30))
    assert LETTER.opens(home / "closed", home, date(2025, 12, 1))


@pytest.mark.parametrize(
    ("permission", "said"),
    [
        ("true", "Expected `object"),
        ("{by: 办公室, date: 2025-12-01, covers: [/closed]}", "missing required field `note`"),
        ("{by: 办公室, covers: [/closed], note: x}", "missing required field `date`"),
        ("{by: '', date: 2025-12-01, covers: [/closed], note: x}", "length >= 1"),
        ("{by: 办公室, date: 2025-12-01, covers: [], note: x}", "length >= 1"),
        ("{by: 办公室, date: 2025-12-01, covers: ['/*'], note: x}", "without"),
        ("{by: 办公室, date: 2025-12-01, covers: [closed], note: x}", "begin it with"),
        ("{by: 办公室, date: soon, covers: [/closed], note: x}", "date"),
        ("{by: 办公室, date: 2025-12-01, covers: [/closed], note: x, robots: false}", "unknown field"),
    ],
)
def test_a_permission_is_no_switch(permission: str, said: str) -> None:
    """Who permitted, when, what, and where that is written: without one of them there is no permission."""
    text = f"kind: feed\nurl: https://a.example.cn/\ntownship: '330206104'\npermission: {permission}\n"
    with pytest.raises(Misconfigured, match=said) as refused:
        parse_source(text, Path("sources/a.yaml"))
    assert str(refused.value).startswith("sources/a.yaml:4: ")


def test_a_permission_is_read_from_its_file() -> None:
    """As docs/sources.md shows it."""
    text = """
kind: feed
url: https://bbs.example.cn/forum.php
township: "330206104"
permission:
  by: 某某论坛站务组
  date: 2026-02-14
  covers: [/forum.php]
  note: letter of 2026-02-14, registry 2026-31; until it is taken back
"""
    permission = parse_source(text, Path("a.yaml")).permission
    assert permission is not None
    assert (permission.date, permission.covers) == (date(2026, 2, 14), ("/forum.php",))


@pytest.mark.parametrize(
    ("field", "said"),
    [("hours: 6-23", "06:00-23:00"), ("budget: 0", ">= 1"), ("url: 'https://a:b@a.example.cn/'", "password")],
)
def test_terms_that_are_wrong_are_named(field: str, said: str) -> None:
    """With file, line and remedy."""
    fields = {"kind": "feed", "url": "https://a.example.cn/", "township": "'330206104'"}
    name, _, value = field.partition(": ")
    text = "".join(f"{key}: {each}\n" for key, each in (fields | {name: value}).items())
    with pytest.raises(Misconfigured, match=said) as refused:
        parse_source(text, Path("a.yaml"))
    assert str(refused.value).startswith(f"a.yaml:{list(fields | {name: value}).index(name) + 1}: ")


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        ("https://m.example.cn/t/1?to=%2Fa%2F..", True),
        ("https://m.example.cn:443/t/%E8%B7%AF..灯", True),
        ("http://bbs.example.cn/closed/1", True),
        ("http://bbs.example.cn:81/closed/1", False),
        ("http://m.example.cn/t/1", False),
        ("https://m.example.cn:8443/t/1", False),
        ("https://m.example.cn/t/..%2fadmin", False),
        ("https://m.example.cn/t/%2e%2e%2Fadmin", False),
        ("https://m.example.cn/t/%252e%252e/admin", False),
        ("https://m.example.cn/t/..%5Cadmin", False),
        ("https://m.example.cn/t/..;/admin", False),
        ("https://m.example.cn/t/%2e%2e/admin", False),
        ("https://bbs.example.cn/closed/1", True),
    ],
)
def test_a_letter_opens_what_it_names_and_no_way_around(address: str, opened: bool) -> None:  # noqa: FBT001
    """A full address is for its scheme and port; none is for what a server may decode into another path."""
    letter = replace(LETTER, covers=("/closed", "https://m.example.cn/t/"))
    assert letter.opens(URL(address), URL("http://bbs.example.cn/feed"), date(2026, 1, 1)) is opened


def test_limits_have_no_hours_by_default() -> None:
    """A deployment that says nothing is awake all day, with ten thousand requests for each host."""
    assert (QUICK.hours, Limits().budget) == ("", 10_000)


async def test_what_a_gateway_delivers_is_asked_of_its_own_robots(site: Site) -> None:
    """The page itself is not fetched; a permission counts for it, too; nobody is asked inside."""
    site.says("/robots.txt", "User-agent: *\nDisallow: /closed\nDisallow: /secret\n")
    source = feed(site, permission=LETTER)
    async with polite(site) as web_:
        await web_.assert_allowed(site.url("/open"), source)
        await web_.assert_allowed(site.url("/closed"), source)
        for address, name in ((site.url("/secret"), "robots"), ("http://10.0.0.1/", "address"), ("x", "address")):
            with pytest.raises(Unfetched) as refused:
                await web_.assert_allowed(address, source)
            assert refused.value.name == name
    assert site.asked == ["/robots.txt"]
