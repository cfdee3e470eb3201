"""The import of real messages under kill -9, again and again: asked for by XIANGYIN_KILLS=10 (`make kills`)."""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.embedded import EmbeddedServers
from tests.embedded.county import HERE, County
from tests.embedded.test_pipeline import SHARED, by_matter, outcome

KILLS = int(os.environ.get("XIANGYIN_KILLS", "0"))

pytestmark = [
    pytest.mark.skipif(not KILLS, reason="minutes long: ask for it with XIANGYIN_KILLS=10 or `make kills`"),
    pytest.mark.skipif(not SHARED.exists(), reason="the real messages of ../shared/data are not there"),
]


@pytest.fixture
async def counties(servers: EmbeddedServers, deployment: str, tmp_path: Path) -> AsyncIterator[tuple[County, County]]:
    """Two deployments with the same keys: one is left in peace, one is not."""
    made = []
    for name in ("calm", "killed"):
        (folder := tmp_path / name).mkdir()
        made.append(County(servers, f"{deployment}-{name}", folder))
        made[-1].set_up()
    calm, killed = made
    (killed.folder / "key").write_bytes((calm.folder / "key").read_bytes())
    yield calm, killed
    calm.end()
    killed.end()


async def test_an_import_survives_ten_kills(counties: tuple[County, County]) -> None:
    """The same documents as an uninterrupted run, no post twice, no alert lost, first occurrences in order."""
    calm, killed = counties
    rows = len(SHARED.read_text("utf-8").splitlines())
    calm.work()
    calm.run("import", str(SHARED), "--township", HERE, "--live", "--source", "stream")
    await calm.until(rows, seconds=300)
    calm.end()
    dice = random.Random(KILLS)
    killed.work()
    importing = killed.start("import", str(SHARED), "--township", HERE, "--live", "--source", "stream", "--rate", "400")
    seen: list[int] = []
    for _ in range(KILLS):
        # Only a worker that has written something since the last death is worth killing.
        before = seen[-1] if seen else 0
        seen.append(await _grown(killed, before))
        await asyncio.sleep(dice.uniform(0, 1.5))
        killed.kill()
        killed.work()
    assert importing.wait(120) == 0
    await killed.until(rows, seconds=400)
    await asyncio.sleep(5)  # The last batch's alerts follow its posts.
    ours, theirs = await outcome(killed), await outcome(calm)
    alerts, expected = await killed.alerts(), await calm.alerts()
    repeats = len(await killed.read("alerts")) - len(alerts)
    sys.stdout.write(
        f"kills {KILLS}, documents at each {seen}; posts {len(ours[0])} of {rows}; incidents {len(ours[1])}; "
        f"alerts {len(alerts)} of {len(expected)}, repeated {repeats}; worker starts {len(killed.workers)}\n"
    )
    assert len(ours[0]) == rows == await killed.count()
    assert await killed.dead() == await calm.dead() == []
    assert ours == theirs
    assert by_matter(alerts) == by_matter(expected)
    revisions: dict[object, int] = {}
    for alert in alerts:
        assert alert["revision"] > revisions.get(alert["fingerprint"], 0)
        revisions[alert["fingerprint"]] = alert["revision"]


async def _grown(county: County, before: int) -> int:
    """How many documents there are, as soon as there are more than before."""
    while (now := await county.count()) <= before:  # noqa: ASYNC110 - the search server tells nobody
        await asyncio.sleep(0.05)
    return now
