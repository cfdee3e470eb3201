"""Each check of the farm can fail: crawlers that do one thing wrong are found out by the check that is for it."""

import asyncio
import base64
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest
from aiohttp import web
from msgspec.structs import replace
from yarl import URL

from deploy.ingest import Ingest
from deploy.wiring.clock import SystemClock
from streams.crawl.counts import Counts
from streams.crawl.memory import Here, Noted
from streams.crawl.way import Way
from streams.errors import Unfetched
from streams.privacy.door import Door
from streams.records import Post
from streams.source import Source
from streams.web.fetch import Fetched
from tests.embedded.farm.every import KINDS
from tests.embedded.farm.grow import grow
from tests.embedded.farm.search import leaks
from tests.embedded.farm.trial import LIMITS, findings
from tests.embedded.farm.voices import HANDLE, IDENTITY, PHONE, PLATE
from tests.embedded.farm.webhooks import WEBHOOK_FAULTS

NOW: Final = datetime(2026, 3, 1, 8, tzinfo=UTC)
FAULTY: Final = (
    *("some-closed", "to-an-inner-site", "busy", "large", "page-gbk-said-utf-8", "twice", "status-404"),
    *("full-missing", "origin-some-closed", "folder-under-way", "webhook-wrong-secret"),
)
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


class Credulous(Ingest):
    """Takes whatever is sent."""

    async def post(self, request: web.Request) -> web.Response:
        taken = await self._entrances[request.match_info["source"]].take(await request.read(), self._clock.now())
        return web.json_response(taken.counts)


class Ahead(SystemClock):
    """Five minutes before everybody else."""

    def now(self) -> datetime:
        return super().now() + timedelta(minutes=5)


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


def asks_no_origin(way: Way) -> Way:
    """Takes what a gateway lets it read for what it may read."""

    async def allowed(*_: object) -> None:
        return None

    return _with(way, assert_allowed=allowed)


def asks_the_origin_itself(way: Way) -> Way:
    """Looks at an item where it stands."""
    ask, fetch = way.web.assert_allowed, way.web.fetch

    async def looked(address: str, source: Source) -> None:
        await ask(address, source)
        with suppress(Unfetched):
            await fetch(address, source=source)

    return _with(way, assert_allowed=looked)


def follows_no_entry(way: Way) -> Way:
    """Finds nothing on an entry's own page."""
    fetch: Any = way.web.fetch

    async def fetched(address: str, *asked: object) -> Fetched | None:
        page: Fetched | None = await fetch(address, *asked)
        return page and replace(page, body=b"<p></p>") if "/a/" in address else page

    return _with(way, fetch=fetched)


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
    "asks no origin": (asks_no_origin, {"invented", "unnamed"}),
    "asks the origin itself": (asks_the_origin_itself, {"trespasses"}),
    "follows no entry": (follows_no_entry, {"lost", "invented"}),
    "reads files that are being written": (lambda way: replace(way, clock=Ahead()), {"invented"}),
}


async def test_crawlers_that_do_one_thing_wrong_are_found_out(tmp_path: Path) -> None:
    """And nothing is found of the one that does all as it should."""
    turns = asyncio.Semaphore(6)  # More of them would not answer one another within the time that a request has.

    async def found(number: int, change: Change) -> set[str]:
        sites = grow(7, len(FAULTY) + 1 + len(KINDS), NOW, FAULTY)
        async with turns:
            return set(await findings(sites, tmp_path / str(number), change=change))

    changes = [lambda way: way, *(change for change, _ in WRONG.values())]
    sound, *wrong = await asyncio.gather(*[found(number, change) for number, change in enumerate(changes)])
    assert sound == set()
    for (name, (_, checks)), these in zip(WRONG.items(), wrong, strict=True):
        assert checks <= these, f"a crawler that {name}: {these}"
        assert "defects" not in these, f"a crawler that {name} dies of it"


async def test_a_crawler_that_takes_whatever_is_sent_is_found_out(tmp_path: Path) -> None:
    """By what came out of it, and by its answers."""
    faults = [fault for fault in WEBHOOK_FAULTS if fault != "webhook-to-nobody"]
    found = await findings(grow(7, len(faults) + 1, NOW, faults), tmp_path, taking=Credulous)
    assert set(found) == {"invented", "misanswered", "unnamed"}
    answered = "\n".join(found["misanswered"])
    assert all(fault in answered for fault in ("wrong-secret", "altered", "late", "early"))


async def test_a_crawler_that_makes_no_pause_is_found_out(tmp_path: Path) -> None:
    """Where one was agreed that it would notice."""
    change, agreed = limited(interval=0.001), replace(LIMITS, interval=0.3)
    assert set(await findings(grow(7, 6, NOW, ()), tmp_path, limits=agreed, change=change)) == {"haste"}


def test_the_docs_say_what_the_farm_of_ci_has() -> None:
    """The sources of each kind, as they are grown."""
    grown = [told for site in grow(1, 200, NOW) for told in site.sources.values()]
    of = Counter(told["kind"] for told in grown)
    full, origin = (sum(field in told for told in grown) for field in ("full", "origin"))
    said = (
        f"{of['feed']} feeds ({full} with `full`), {of['forum']} forums, {of['board']} boards, {of['api']} interfaces, "
        f"{of['table']} tables, {of['folder']} folders, {of['webhook']} webhooks; {origin} of them name an `origin`."
    )
    docs = (Path(__file__).parents[2] / "docs" / "sources.md").read_text("utf-8")
    assert said in " ".join(docs.split())


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
