"""Two hundred sites, half of them with something wrong: crawled, judged, and looked at from all sides."""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from elasticsearch import AsyncElasticsearch

from deploy import templates
from deploy.embedded import EmbeddedServers
from deploy.keys import notebook
from deploy.settings.deployment import load
from streams.crawl.day import shown
from streams.crawl.news import key_of
from streams.elasticsearch.client import connect
from streams.elasticsearch.sources import ElasticsearchMemory
from streams.elasticsearch.whole import scanned
from streams.records import Post
from tests.embedded.county import TOWNSHIPS, County
from tests.embedded.farm.checks import Told, identity, truth
from tests.embedded.farm.folders import drop
from tests.embedded.farm.grow import dropped, grow, write_sources
from tests.embedded.farm.search import leaks
from tests.embedded.farm.sender import Sender
from tests.embedded.farm.server import Server
from tests.embedded.farm.trial import LIMITS, looked
from tests.embedded.farm.voices import HANDLE, PHONE

SEED: Final = int(os.environ.get("XIANGYIN_FARM_SEED", "1"))
SITES: Final = int(os.environ.get("XIANGYIN_FARM_SITES", "200"))
MIDDLE: Final = 1.5
"""As many requests for each site: then the first crawler is killed."""

LONGEST: Final = 300.0
TOPICS: Final = ("posts", "backfill", "actions", "alerts", "operations", "dead")
EMPTY: Final = {"backfill", "actions"}
"""Topics into which nobody may have written."""

FOREIGN: Final = (
    f'{{"id": "1", "author": "{HANDLE}甲", "body": "电话{PHONE}'.encode(),
    msgspec.json.encode({"id": f"{HANDLE}乙-2", "source": "other", "township": "1"}),
)
"""What another program wrote into `.posts`, which cannot be read as posts: the makings of dead letters."""


async def test_a_farm_of_sites(servers: EmbeddedServers, deployment: str, tmp_path: Path) -> None:
    """One crawler is killed, one goes on, one comes when sites have closed, changed and gone on; then all is counted.

    Each allowed post is in the topic once, with its words, under its id and in its township. Twice are only posts that
    the killed crawler may have published and had not noted. No closed path was asked, and no host oftener or by two at
    once. Each fault has its name, and the health index has what was counted, but for the killed crawler's last minute.
    Each message was answered as its sender may expect; what the killed crawler had not answered was sent again. Each
    written permission was shown. The worker stored each post once. No planted handle, mention, telephone, identity
    card, bank card, e-mail or plate stands in any topic, index, log or dead letter, in none of the disguises that
    `farm/search.py` knows.
    """
    sites = grow(SEED, SITES, datetime.now(UTC))
    async with Server(sites) as server:
        hosts = write_sources(sites, server.roots, tmp_path / "sources")
        sender = Sender(sites, server.roots)
        county = County(servers, deployment, tmp_path, settings={"allow_hosts": hosts, "log_format": "json"})
        try:
            await asyncio.to_thread(county.set_up)
            county.work()
            await county.publish(FOREIGN)
            unnoted = await killed_in_the_middle(county, server, sender)
            await crawled(county, server, sender, 2)
            server.season = 2
            await crawled(county, server, sender, 3)
            stored = {(said.source, identity(said)) for said in truth(sites).values()}
            await county.until(len(stored), dead=len(FOREIGN))
        finally:
            await asyncio.to_thread(county.end)
        counts = {run: counted(county, run) for run in (1, 2, 3)}
        reported = {name: {what for each in counts.values() for what in each[name]} for name in counts[3]}
        topics = dict(zip(TOPICS, await asyncio.gather(*map(county.read, TOPICS)), strict=True))
        assert looked(sites, server, published(topics), reported, sender.sent, LIMITS, unnoted) == {}
        written = [name for site in sites for name, told in site.sources.items() if "permission" in told]
        assert permitted(topics) == set(written)
        assert await health(county) == {name: _shown(counts[2][name] + counts[3][name]) for name in counts[3]}
        await assert_nothing_came_out(county, topics)


async def killed_in_the_middle(county: County, server: Server, sender: Sender) -> set[Told]:
    """Kill the first crawler at work; the posts that it may have published, and has not noted as that."""
    sites = list(server.sites.values())
    enough, end = MIDDLE * SITES, time.monotonic() + LONGEST
    crawler = start(county, server, 1)
    sending = asyncio.create_task(sender.send(await entrance(county, 1), 1))
    while len(server.asked) < enough:
        assert crawler.poll() is None, "it ended before its middle"
        assert time.monotonic() < end, f"{len(server.asked)} requests of {enough}"
        await asyncio.sleep(0.02)
    crawler.kill()
    await asyncio.to_thread(crawler.communicate)
    await sending
    posts: dict[str, dict[str, set[Told]]] = defaultdict(lambda: defaultdict(set))
    for post, said in truth(sites).items():  # An edited one twice, under one key.
        posts[said.source][key_of(identity(said))].add(post)
    async with search(county) as client:
        book = notebook(load(county.folder / "deployment.yaml"))
        memory = ElasticsearchMemory(client, server=county.elasticsearch, deployment=county.name, notebook=book)
        notes = await asyncio.gather(*[memory.posts(source, keys) for source, keys in posts.items()])
    return {
        post
        for known, keys in zip(notes, posts.values(), strict=True)
        for key, these in keys.items()
        if key not in known or not known[key].digest
        for post in these
    }


def start(county: County, server: Server, run: int) -> "subprocess.Popen[bytes]":
    """Start a crawler; its log stands beside the worker's."""
    server.run = run
    drop(server.sites.values(), server.season, dropped(county.folder / "sources"), server.roots)
    command = [sys.executable, "-m", "tests.embedded.farm.crawl", str(county.folder / f"counts-{run}.jsonl")]
    with (county.folder / f"crawl-{run}.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - our own
            command, env=county.environment, stdin=subprocess.PIPE, stdout=log, stderr=log
        )


async def entrance(county: County, run: int) -> str:
    """Where a crawler takes messages, once it does."""
    log, end = county.folder / f"crawl-{run}.log", time.monotonic() + LONGEST
    while not (found := re.search(r"http://127\.0\.0\.1:\d+/ingest/", log.read_text("utf-8"))):
        assert time.monotonic() < end, log.read_text("utf-8")[-3000:]
        await asyncio.sleep(0.02)
    return found[0]


async def crawled(county: County, server: Server, sender: Sender, run: int) -> None:
    """Let a crawler come to its end."""
    crawler = start(county, server, run)
    await sender.send(await entrance(county, run), server.season)
    await asyncio.to_thread(crawler.communicate, timeout=LONGEST)
    assert crawler.returncode == 0, (county.folder / f"crawl-{run}.log").read_text("utf-8")[-3000:]


def counted(county: County, run: int) -> dict[str, Counter[str]]:
    """What a crawler counted, by source and name."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for line in (county.folder / f"counts-{run}.jsonl").read_bytes().splitlines():
        source, name, number = msgspec.json.decode(line)
        counts[source][name] += number
    return counts


def _shown(counts: Mapping[str, int]) -> dict[str, int]:
    told: Counter[str] = Counter()
    for name, number in counts.items():
        told[shown(name)] += number
    return dict(told)


async def health(county: County) -> dict[str, dict[str, int]]:
    """What the health index holds of each source, over all days and crawlers."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for day in await county.search("health"):
        counts[day["source"]] += Counter(day["counted"])
    return {source: dict(names) for source, names in counts.items()}


def published(topics: Mapping[str, Sequence[Any]]) -> list[Post]:
    """What the crawlers sent."""
    records = [*topics["posts"], *topics["backfill"]]
    return [msgspec.json.decode(record.value, type=Post) for record in records if record.value not in FOREIGN]


def permitted(topics: Mapping[str, Sequence[Any]]) -> set[str]:
    """The sources whose written permission was shown to operators."""
    told = [msgspec.json.decode(record.value) for record in topics["operations"]]
    return {each["source"] for each in told if each["event"] == "permission_shown"}


async def assert_nothing_came_out(county: County, topics: Mapping[str, Sequence[Any]]) -> None:
    """Search everything that was written for what was planted."""
    places: dict[str, bytes | str] = {
        role: b"\n".join(
            b"\n".join((record.key or b"", record.value or b"", repr(record.headers).encode()))
            for record in records
            if record.value not in FOREIGN
        )
        for role, records in topics.items()
    }
    names = sorted(each.name for each in templates.indices(county.name, list(TOWNSHIPS)))
    places |= dict(zip(names, await asyncio.gather(*[documents(county, name) for name in names]), strict=True))
    places["dead list"] = await asyncio.to_thread(county.run, "dead", "list")
    places |= {file.name: file.read_bytes() for file in county.folder.iterdir() if file.suffix in (".log", ".jsonl")}
    assert {role for role in TOPICS if not places[role]} <= EMPTY
    for kind in ("posts", "incidents", "sources", "health"):
        assert any(places[name] for name in names if name.startswith(f"{county.name}-{kind}")), f"no {kind}"
    assert leaks(places) == []


async def documents(county: County, index: str) -> bytes:
    """All that an index holds, with its ids."""
    async with search(county) as client:
        await client.indices.refresh(index=index)
        found = scanned(client, county.elasticsearch, index=index, size=1000, query={"match_all": {}})
        return b"\n".join([msgspec.json.encode(dict(hit)) async for hit in found])


@asynccontextmanager
async def search(county: County) -> AsyncIterator[AsyncElasticsearch]:
    """The search server, asked itself."""
    client = await connect(load(county.folder / "deployment.yaml").access())
    try:
        yield client
    finally:
        await client.close()
