"""Fetch a page from the web: the only place that does."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, datetime
from functools import partial
from random import SystemRandom
from typing import Final

from msgspec import Struct
from yarl import URL

from streams.errors import Misconfigured, Unfetched
from streams.protocols import Clock
from streams.source import Source
from streams.web.address import Addresses, target_of, web_address
from streams.web.backoff import retry_after
from streams.web.host import Host, HostEvent, Tell
from streams.web.recent import Recent
from streams.web.robots import LARGEST, PRODUCT, Robots
from streams.web.terms import Terms
from streams.web.turns import Turns
from streams.web.wire import REDIRECTS, Answer, Wire, open_wire

_HOSTS: Final = 50_000
"""Hosts of which is known how they were treated today; more while each may still be missed."""

_RANDOM: Final = SystemRandom().random
_LONGEST_VALIDATOR: Final = 512


class Late(Exception):
    """When a site would have been asked, one of ours was away: nothing was asked, and it is to be tried again."""


class Limits(Struct, frozen=True, kw_only=True):
    """What one request may cost, and how often a host is asked."""

    body: int = 5_000_000
    """Bytes, packed and unpacked."""
    seconds: float = 30.0
    """For a whole request, however slowly it drips."""
    redirects: int = 5
    interval: float = 1.0
    """Seconds between two requests to one host; its robots.txt may ask for more."""
    longest_interval: float = 300.0
    """A Crawl-delay above this is taken as this."""
    budget: int = 10_000
    """Requests to one host in a day, which begins at midnight in China."""
    hours: str = ""
    """When anything may be fetched, as 06:00-23:00 in the time zone of the source that asks; empty for always."""


class Fetched(Struct, frozen=True, kw_only=True):
    """A page with what the next request needs to ask whether it changed."""

    url: str
    body: bytes
    charset: str | None
    etag: str | None
    modified: str | None


async def untold(_: HostEvent) -> None:
    """For whom nobody need be told."""


def always() -> bool:
    """Where nothing keeps us from asking a site."""
    return True


class Fetcher:
    """Fetches by the rules: robots.txt, one host one connection, limits, no inner addresses. See `fetcher`."""

    def __init__(
        self,
        wire: Wire,
        addresses: Addresses,
        clock: Clock,
        limits: Limits,
        random: Callable[[], float],
        tell: Tell,
        turns: Turns | None = None,
        may_ask: Callable[[], bool] = always,
    ) -> None:
        self._wire, self._addresses, self._clock, self._limits = wire, addresses, clock, limits
        self._turns, self._may_ask = turns or Turns(), may_ask
        self._robots = Robots(self._read_robots, clock)
        host = partial(Host, interval=limits.interval, budget=limits.budget, clock=clock, random=random, tell=tell)
        self._hosts: Recent[str, Host] = Recent(host, _HOSTS, lambda host: host.is_in_use)
        self._terms = Terms(limits.hours, limits.budget, clock)

    async def fetch(
        self,
        address: str,
        etag: str | None = None,
        modified: str | None = None,
        source: Source | None = None,
        home: str | None = None,
    ) -> Fetched | None:
        """The page, or None when it has not changed since it had this ETag or this Last-Modified.

        Args:
            address: of the page.
            etag: what the site gave with it the last time.
            modified: the same.
            source: for which it is fetched: its hours and its budget are kept besides, and what its permission covers
                is not asked of robots.txt.
            home: where he stands who asks for no source, and to whom no other inner host is open; without it, at the
                address itself.

        Raises:
            Unfetched: `robots`, `robots_away`, `address`, `redirects`, `timeout`, `unreachable`, `broken`, `large`,
                `bomb`, `busy` (429), `server` (5xx), `closed` (the host asked to be left alone), `resting` (it failed
                too often in a row), `budget` (it, or the source, had its requests of the day), `hours` (nothing is
                fetched at this time of day), `status_404`...
        """
        asked = {"If-None-Match": etag, "If-Modified-Since": modified}
        validators = {name: said for name, said in asked.items() if said}
        homes = _homes(source) if source else [web_address(home or address)]
        url, answer = await self._follow(web_address(address), validators, source, homes, robots=True)
        if answer.status == 304 and validators:  # noqa: PLR2004 (what nobody asked has not changed since nothing)
            return None
        if answer.status != 200:  # noqa: PLR2004
            raise self._failure(url, answer)
        return Fetched(
            url=str(url),
            body=answer.body,
            charset=answer.charset,
            etag=_validator(answer.headers.get("ETag")),
            modified=_validator(answer.headers.get("Last-Modified")),
        )

    async def assert_allowed(self, address: str, source: Source) -> None:
        """Ask the robots.txt of a page that is not fetched itself, because a gateway delivered what stands there.

        Where the file is asked for, that costs the source's requests, besides its host's.

        Raises:
            Unfetched: `robots` and others, as `fetch`; a written permission opens what it covers here, too.
        """
        url = web_address(address)
        self._addresses.check(url, *_homes(source))
        await self._allowed(url, source, payer=source)

    def knows(self, address: str) -> bool:
        """Whether the robots.txt of this address was asked for lately. Raises Unfetched for what is no address."""
        url = web_address(address)
        return not url.host or self._robots.knows(url.origin())

    def rest(self, address: str, until: datetime) -> None:
        """Leave a host alone until then: it asked the crawler before this one."""
        self._host(web_address(address)).rest(until)

    def opens_in(self, source: Source) -> float:
        """Seconds until the source may be visited, 0 within its hours and the deployment's."""
        return self._terms.opens_in(source)

    def is_ample(self, source: Source) -> bool:
        """Whether its host and the source have spent less than half of the day's requests."""
        now = self._clock.now()
        host = self._host(web_address(source.url))
        return host.budget.is_ample(now) and self._terms.budget(source).is_ample(now)

    def recall(self, source: Source, day: date, requests: int) -> None:
        """Count what the crawlers before this one asked for a source on a day."""
        now = self._clock.now()
        self._host(web_address(source.url)).budget.recall(day, requests, now)
        self._terms.budget(source).recall(day, requests, now)

    async def _follow(
        self, url: URL, headers: Mapping[str, str], source: Source | None, homes: Sequence[URL], *, robots: bool
    ) -> tuple[URL, Answer]:
        """Every hop is checked as the first one was; an inner host is a home to what begins there only."""
        begins = self._addresses.host_of(url)
        homes = [each for each in homes if self._addresses.host_of(each) == begins]
        for _ in range(self._limits.redirects + 1):
            self._addresses.check(url, *homes)
            if robots:
                delay = await self._allowed(url, source)
                self._host(url).interval = max(self._limits.interval, min(delay, self._limits.longest_interval))
            answer = await self._ask(url, headers, source, cut=not robots)
            location = answer.headers.get("Location")
            if answer.status not in REDIRECTS or not location:
                return url, answer
            url = target_of(url, location, downgrade=not robots)
        raise Unfetched("redirects", f"{url}: more than {self._limits.redirects} redirects")

    async def _allowed(self, url: URL, source: Source | None, payer: Source | None = None) -> float:
        """The pause that the site's robots.txt asks for."""
        if source:
            self._terms.assert_awake(source)
        permitted = source is not None and self._terms.permits(url, source)
        async with self._turns.waiting():  # Another one may be asking for the file, and waits for its host.
            return await self._robots.check(url, payer, permitted=permitted)

    async def _read_robots(self, url: URL, payer: Source | None) -> tuple[int, bytes]:
        _, answer = await self._follow(url, {}, payer, [url], robots=False)
        return answer.status, answer.body

    async def _ask(self, url: URL, headers: Mapping[str, str], source: Source | None, *, cut: bool) -> Answer:
        host, budget = self._host(url), self._terms.budget(source) if source else None
        async with AsyncExitStack() as turn:
            async with self._turns.waiting():
                await turn.enter_async_context(host.turn(budget))
            if not self._may_ask():
                raise Late
            if source:
                self._terms.assert_awake(source)  # Its turn may have come late.
            async with host.asking(budget):
                answer = await self._wire.ask(url, headers, LARGEST if cut else self._limits.body, cut=cut)
            await host.answered(answer.status, self._asked_to_wait(answer))
        return answer

    def _host(self, url: URL) -> Host:
        return self._hosts[self._addresses.host_of(url)]

    def _asked_to_wait(self, answer: Answer) -> float | None:
        return retry_after(answer.headers.get("Retry-After"), self._clock.now())

    def _failure(self, url: URL, answer: Answer) -> Unfetched:
        status, wait = answer.status, self._asked_to_wait(answer)
        if status == 429 or status >= 500:  # noqa: PLR2004
            return Unfetched("busy" if status == 429 else "server", f"{url}: answered {status}", wait, status)  # noqa: PLR2004
        return Unfetched(f"status_{status}", f"{url}: answered {status}", wait)


def _homes(source: Source) -> list[URL]:
    """Where a source stands: itself, and the site from which a gateway has what it delivers."""
    return [web_address(each) for each in (source.url, source.origin) if each]


@asynccontextmanager
async def fetcher(
    *,
    contact: str,
    version: str,
    clock: Clock,
    limits: Limits | None = None,
    allow_hosts: Collection[str] = (),
    random: Callable[[], float] = _RANDOM,
    tell: Tell = untold,
    turns: Turns | None = None,
    may_ask: Callable[[], bool] = always,
) -> AsyncIterator[Fetcher]:
    """A fetcher with its connections, closed at the end.

    Args:
        contact: an address or page by which a site's keeper can reach the deployment's; stands in the User-Agent.
        version: of this program.
        clock: for how long robots.txt is kept and a host left alone.
        limits: of a request, and of a host.
        allow_hosts: inner hosts that may be asked, as `name` or `name:port`.
        random: numbers from 0 to 1, for how long a failing host rests.
        tell: is told what operators should know of a host.
        turns: of visits, given away while a site is waited for.
        may_ask: whether what a site says could be put anywhere now; else who has his turn there comes too `Late`.

    Raises:
        Misconfigured: there is no contact.
    """
    assert_named(contact)
    limits, addresses = limits or Limits(), Addresses(allow_hosts)
    agent = f"{PRODUCT}/{version} (+{contact.strip()})"
    async with open_wire(addresses, agent, limits.seconds) as wire:
        yield Fetcher(wire, addresses, clock, limits, random, tell, turns, may_ask)


def assert_named(contact: str) -> None:
    """Raise Misconfigured for a contact that a User-Agent cannot name."""
    if not contact.strip() or not contact.isprintable() or not contact.isascii():
        raise Misconfigured(
            "contact is empty or not plain ASCII: write an e-mail address or page into `contact` in deployment.yaml, "
            "or into XIANGYIN_CONTACT; the crawler's User-Agent names it"
        )


def _validator(value: str | None) -> str | None:
    """What a site gave to ask whether its page changed, where that can be kept and sent back."""
    return value if value and len(value) <= _LONGEST_VALIDATOR and value.isascii() and value.isprintable() else None
