"""Each check of the farm can fail: crawlers that do one thing wrong are found out by the check that is for it."""

import asyncio
import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest
from msgspec.structs import replace
from yarl import URL

from streams.crawl.counts import Counts
from streams.crawl.fetch import Fetched
from streams.crawl.memory import Here, Noted
from streams.crawl.way import Way
from streams.errors import Unfetched
from streams.privacy.door import Door
from streams.records import Post
from tests.embedded.farm.grow import grow
from tests.embedded.farm.search import leaks
from tests.embedded.farm.trial import LIMITS, findings
from tests.embedded.farm.voices import HANDLE, IDENTITY, PHONE, PLATE

NOW: Final = datetime(2026, 3, 1, 8, tzinfo=UTC)
FAULTY: Final = ("some-closed", "to-an-inner-site", "busy", "large", "page-gbk-said-utf-8", "twice", "status-404")
"""Faults without which some of these crawlers would not be found out."""

Change = Callable[[Way], Way]


def publishes(change: Callable[[Sequence[Post]], Sequence[Post]]) -> Change:
    """A crawler that publishes something else."""

    def changed(way: Way) -> Way:
        async def publish(posts: Sequence[Post]) -> None:
            await way.publish(change(posts))

        return replace(way, publish=publish)

    return changed


class Deaf(Here):
    """A memory that knows no post."""

    async def posts(self, source: str, keys: object) -> Mapping[str, Noted]:  # noqa: ARG002
        return {}


class Open(Door):
    """A door that lets everything through."""

    def admit(self, post: Post) -> Post:
        return post


def trusts_the_server(way: Way) -> Way:
    """Reads pages in the charset that is said."""
    fetch: Any = way.web.fetch

    async def fetched(*asked: object) -> Fetched | None:
        page: Fetched | None = await fetch(*asked)
        return page and replace(page, body=page.body.decode(page.charset or "utf-8", "replace").encode())

    return _with(way, fetch=fetched)


def asks_closed_paths(way: Way) -> Way:
    """Reads robots.txt, and goes on whatever it says."""
    robots: Any = way.web._robots  # type: ignore[attr-defined]
    check = robots.check

    async def careless(*asked: object, **how: object) -> float:
        try:
            return float(await check(*asked, **how))
        except Unfetched:
            return 0.0

    robots.check = careless
    return way


def asks_inner_hosts(way: Way) -> Way:
    """Goes wherever a page leads."""
    way.web._addresses.check = lambda *_: None  # type: ignore[attr-defined]
    return way


def knows_no_host(way: Way) -> Way:
    """Treats each request as the first one of its host: no turns, no pauses, no Retry-After."""
    web: Any = way.web
    host, web._wire._session.connector._limit_per_host = web._host, 0

    def another(url: URL) -> object:
        web._hosts._values.clear()
        return host(url)

    return _with(way, _host=another)


def limited(**limits: float) -> Change:
    """Other limits than those that were set."""

    def changed(way: Way) -> Way:
        web: Any = way.web
        return _with(way, _limits=replace(web._limits, **limits))

    return changed


def _with(way: Way, **attributes: object) -> Way:
    vars(way.web).update(attributes)
    return way


WRONG: Final[Mapping[str, tuple[Change, set[str]]]] = {
    "publishes twice": (publishes(lambda posts: [*posts, *posts]), {"repeated"}),
    "publishes under two ids": (
        publishes(lambda posts: [*posts, *(replace(post, id=f"h-{post.id}") for post in posts)]),
        {"invented"},
    ),
    "leaves a post out": (publishes(lambda posts: posts[1:]), {"lost"}),
    "sends all to one township": (
        publishes(lambda posts: [replace(post, township="990101101000") for post in posts]),
        {"misplaced"},
    ),
    "masks nothing": (lambda way: replace(way, door=Open(way.door._pseudonyms)), {"leaks", "lost"}),
    "remembers no post": (lambda way: replace(way, memory=Deaf()), {"repeated"}),
    "reports nothing": (lambda way: replace(way, counts=Counts()), {"unnamed"}),
    "trusts the server's charset": (trusts_the_server, {"lost", "invented"}),
    "asks closed paths": (asks_closed_paths, {"trespasses", "invented", "unnamed"}),
    "asks inner hosts": (asks_inner_hosts, {"trespasses", "unnamed"}),
    "knows no host": (knows_no_host, {"haste", "crowds"}),
    "reads large pages": (limited(body=50_000_000), {"greed"}),
}


async def test_crawlers_that_do_one_thing_wrong_are_found_out(tmp_path: Path) -> None:
    """And nothing is found of the one that does all as it should."""

    async def found(number: int, change: Change) -> set[str]:
        sites = grow(7, len(FAULTY) + 6, NOW, FAULTY)
        return set(await findings(sites, tmp_path / str(number), change=change))

    changes = [lambda way: way, *(change for change, _ in WRONG.values())]
    sound, *wrong = await asyncio.gather(*[found(number, change) for number, change in enumerate(changes)])
    assert sound == set()
    for (name, (_, checks)), these in zip(WRONG.items(), wrong, strict=True):
        assert checks <= these, f"a crawler that {name}: {these}"
        assert "defects" not in these, f"a crawler that {name} dies of it"


async def test_a_crawler_that_makes_no_pause_is_found_out(tmp_path: Path) -> None:
    """Where one was agreed that it would notice."""
    change, agreed = limited(interval=0.001), replace(LIMITS, interval=0.3)
    assert set(await findings(grow(7, 6, NOW, ()), tmp_path, limits=agreed, change=change)) == {"haste"}


@pytest.mark.parametrize(
    "written",
    [
        f"我是{HANDLE}甲乙",
        f"t/{quote(HANDLE)}",
        quote(quote(HANDLE)),
        quote(HANDLE.encode("gb18030")).lower(),
        HANDLE.encode("unicode-escape").decode(),
        str(HANDLE.encode()),
        HANDLE.encode().hex(),
        *(base64.b64encode(b"x" * before + f"{HANDLE}甲乙".encode()).decode() for before in range(3)),
        base64.urlsafe_b64encode(f"??{HANDLE}".encode()).decode(),
        f"{PHONE[:3]} {PHONE[3:7]} {PHONE[7:]}12",
        "-".join(PHONE),
        "\u200b".join(PHONE),
        "".join(chr(ord(digit) + 0xFEE0) for digit in PHONE),
        PHONE[::-1],
        f"no{IDENTITY[:6]}%20{IDENTITY[6:]}",
        PLATE.replace("·", " "),
    ],
)
def test_what_was_planted_is_found_in_disguise(written: str) -> None:
    """With something between, full-width, in URL encoding, escaped, as base64 wherever it begins, in hexadecimal."""
    assert leaks({"somewhere": f"看这里：{written}。"})
    assert leaks({"somewhere": written.encode()})


def test_what_was_not_planted_is_not_found() -> None:
    """Times, digests, other numbers and masked texts."""
    quiet = "2026-03-01T08:19:23.056700Z p1-4e1992305a3302 电话*********** 330206104000 雾岭乡 5Zyw5Z2A"
    assert leaks({"somewhere": quiet}) == []
