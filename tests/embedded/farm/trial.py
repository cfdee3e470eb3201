"""A crawl of a farm within this process: the real crawler, whose log and memory are lists here."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from msgspec import json

from deploy.ingest import Entrance, Ingest, serving
from deploy.settings import sources
from deploy.wiring.clock import SystemClock
from streams.crawl.counts import Counts
from streams.crawl.crawler import Crawler
from streams.crawl.memory import Here
from streams.crawl.watch import Event
from streams.crawl.way import Way
from streams.privacy.door import Door
from streams.privacy.pseudonym import Pseudonyms
from streams.push.signature import secrets_of
from streams.push.take import take
from streams.records import Post
from streams.source import AnySource, Webhook
from streams.web.backoff import Backoff
from streams.web.fetch import Limits, fetcher
from tests.embedded.county import TOWNSHIPS
from tests.embedded.farm import checks
from tests.embedded.farm.folders import drop
from tests.embedded.farm.grow import dropped, write_sources
from tests.embedded.farm.search import leaks
from tests.embedded.farm.sender import Sender, Sent
from tests.embedded.farm.server import Server
from tests.embedded.farm.site import Site

LIMITS: Final = Limits(interval=0.05, seconds=2.0)
BACKOFF: Final = Backoff(base=0.2, longest=2.0)
CONTACT: Final = "test@example.org"
MOST: Final = 15_000_000
"""Bytes that an answer may send: what the crawler takes of it, and what waits in two programs' sockets."""


async def findings(
    sites: Sequence[Site],
    folder: Path,
    *,
    limits: Limits = LIMITS,
    change: Callable[[Way], Way] = lambda way: way,
    taking: type[Ingest] = Ingest,
) -> dict[str, list[str]]:
    """What each check finds after a crawler in each season; `change` and `taking` make another crawler of it."""
    posts: list[Post] = []
    events: list[Event] = []
    reported: dict[str, set[str]] = {}
    memory = Here()

    async def publish(these: Sequence[Post]) -> None:
        posts.extend(these)

    async def report(event: Event) -> None:
        events.append(event)

    def observe(source: str, name: str, number: int) -> None:
        reported.setdefault(source, set()).add(name)

    async with Server(sites) as server:
        hosts = write_sources(sites, server.roots, folder)
        found = list(sources.read_all(folder, TOWNSHIPS).values())
        sender = Sender(sites, server.roots)
        for run in (1, 2):
            server.run = server.season = run
            drop(sites, run, dropped(folder), server.roots)
            clock = SystemClock()
            web_of = fetcher(contact=CONTACT, version="0", clock=clock, limits=limits, allow_hosts=hosts)
            async with web_of as web:
                way = Way(
                    web=web,
                    door=Door(Pseudonyms({1: bytes(32)})),
                    publish=publish,
                    report=report,
                    locate=_named,
                    memory=memory,
                    clock=clock,
                    counts=Counts(observe),
                    crawler=str(run),
                )
                way = change(way)
                crawler = Crawler(found, way, lambda: 0.5, BACKOFF)
                async with serving(taking(_entrances(found, way), clock, way.counts), "127.0.0.1", 0) as port:
                    await asyncio.gather(crawler.once(), sender.send(f"http://127.0.0.1:{port}/ingest/", run))
    noted = str((memory._heads, memory._posts))  # Its pages stand under their addresses; one that lasts seals them.
    leaked = leaks({"posts": json.encode(posts), "events": json.encode(events), "memory": noted})
    return {
        **looked(sites, server, posts, reported, sender.sent, limits),
        **({"leaks": leaked} if leaked else {}),
    }


def looked(
    sites: Sequence[Site],
    server: Server,
    posts: Sequence[Post],
    reported: Mapping[str, Collection[str]],
    sent: Sequence[Sent],
    limits: Limits,
    unnoted: Collection[checks.Told] = (),
) -> dict[str, list[str]]:
    """What each check finds, by its name; those without findings are left out."""
    found = {
        "lost": checks.lost(sites, posts),
        "invented": checks.invented(sites, posts),
        "misplaced": checks.misplaced(sites, posts),
        "repeated": checks.repeated(posts, unnoted),
        "trespasses": checks.trespasses(sites, server.asked),
        "crowds": checks.crowds(server.asked),
        "haste": checks.haste(sites, server.asked, limits.interval),
        "greed": checks.greed(server.asked, MOST),
        "disguises": checks.disguises(server.asked, f"(+{CONTACT})"),
        "unnamed": checks.unnamed(sites, reported),
        "misanswered": checks.misanswered(sent),
        "defects": checks.defects(reported),
    }
    return {name: lines for name, lines in found.items() if lines}


def _entrances(found: Iterable[AnySource], way: Way) -> dict[str, Entrance]:
    return {
        source.name: Entrance(secrets_of(Path(source.secret_file)), partial(take, source, way))
        for source in found
        if isinstance(source, Webhook)
    }


def _named(text: str) -> list[str]:
    return [code for code, place in TOWNSHIPS.items() if place in text]
