"""The whole on both pairs of servers, counted by message id: nothing lost, nothing twice, whoever dies."""

import asyncio
from collections import Counter

from tests.embedded.county import TOWNSHIPS, County, post
from tests.embedded.test_pipeline import varied
from tests.real.servers import RealServers
from tests.servers import ONLY_REAL

POSTS, POISON = 600, 6
SENT = [
    post(f"{township}-{number}", varied(place, number), township=township)
    for number in range(POSTS // len(TOWNSHIPS))
    for township, place in TOWNSHIPS.items()
]
BROKEN = [b'{"id": "%d"' % number for number in range(POISON)]


async def test_every_post_counts_once_though_workers_die(county: County) -> None:
    """One of two workers is killed amid its batches, the other finishes; then the same posts come again."""
    county.work()
    county.work()
    await county.publish([*SENT[:400], *BROKEN, *SENT[400:]])
    await county.until(POSTS // 10, seconds=120)
    county.kill()
    await county.until(POSTS, dead=POISON, seconds=120)
    await county.drained()
    await _account(county)
    await county.publish(SENT[::5])
    await county.drained()
    await _account(county)


@ONLY_REAL
async def test_every_post_counts_once_though_servers_die(servers: RealServers, county: County) -> None:
    """The search server and then the broker are killed and started again amid a run; a worker that ends is replaced."""
    county.work()
    await county.publish([*SENT[:200], *BROKEN])
    await county.until(1, seconds=120)
    for server, posts in ((servers.search, SENT[200:400]), (servers.broker, SENT[400:])):
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        await county.publish(posts)
    await _supervised(county)
    await county.drained()
    await _account(county)


async def _supervised(county: County) -> None:
    """Wait until all is stored, with another worker for each that asked for a fresh start."""
    waiting = asyncio.create_task(county.until(POSTS, dead=POISON, seconds=180))
    while not waiting.done():
        if county.workers[-1].poll() is not None:
            assert county.workers[-1].returncode == 75, county.logs()[-3000:]
            county.work()
        await asyncio.sleep(0.2)
    await waiting


async def _account(county: County) -> None:
    """Produced = indexed + dead; each incident counts its posts; what had to be alerted was, in order."""
    stored = await county.search("posts")
    assert Counter(each["id"] for each in stored) == Counter(each["id"] for each in SENT)
    assert len(await county.dead()) == POISON
    incidents = {each["id"]: each for each in await county.search("incidents")}
    counted = Counter(each["incident"] for each in stored if each.get("incident"))
    assert counted == {name: each["posts"] for name, each in incidents.items()}
    revisions: dict[str, list[int]] = {}
    for alert in await county.alerts():
        revisions.setdefault(alert["fingerprint"], []).append(alert["revision"])
    assert (
        {name for name, each in incidents.items() if each["warning"] != "none"} <= revisions.keys() <= incidents.keys()
    )
    assert all(each == sorted(set(each)) for each in revisions.values())
