"""Upgrading and rolling back while residents write: two programs in one group, indices replaced under load."""

import asyncio
import contextlib
import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer

from streams.elasticsearch.access import Access
from streams.elasticsearch.client import connect
from tests.embedded.county import HERE, RUN, TOWNSHIPS, County, post
from tests.servers import Servers

HOUSE = Path(__file__).parents[2]

PATIENCE = 150.0
"""Seconds: a worker starts slowly where many things run at once."""

TOLD = "第{}户反映，{}村口的路灯坏了，晚上漆黑一片，希望尽快修好"


async def publish(county: County, numbers: range, pause: float = 0.0) -> set[str]:
    """Publish so many posts in each township; their ids."""
    for number in numbers:
        await county.publish(
            [post(f"{code}-{number}", TOLD.format(number, TOWNSHIPS[code]), township=code) for code in TOWNSHIPS]
        )
        await asyncio.sleep(pause)
    return {f"{code}-{number}" for code in TOWNSHIPS for number in numbers}


async def check(county: County, ids: set[str]) -> None:
    """Every post is stored once, and every incident counts its posts once."""
    await county.drained()
    stored = [each["id"] for each in await county.search("posts")]
    assert sorted(stored) == sorted(ids)
    incidents = await county.search("incidents")
    assert sum(each["posts"] for each in incidents) == len(ids)
    assert {each["township"] for each in incidents} == set(TOWNSHIPS)


async def test_indices_are_replaced_and_put_back_under_load(servers: Servers, county: County) -> None:
    """Two workers judge while posts and incidents move forward and back: counts by id are right, no worker ends.

    Whoever counts all the time never counts fewer than before.
    """
    client = await connect(Access(url=servers.elasticsearch))
    for kind in ("posts", "incidents"):
        # As if a program before this one had made them.
        await client.indices.put_mapping(index=f"{county.name}-{kind}", meta={"version": 0})
    assert "run `xiangyin indices rebuild`" in county.run("indices", "create", code=1, errors=True)
    county.work()
    county.work()
    counted: list[int] = []

    async def count() -> None:
        while True:
            await client.indices.refresh(index=f"{county.name}-posts")
            counted.append((await client.count(index=f"{county.name}-posts"))["count"])
            await asyncio.sleep(0.1)

    counting = asyncio.ensure_future(count())
    publishing = asyncio.ensure_future(publish(county, range(60), pause=0.1))
    await county.until(20, seconds=PATIENCE)
    dry = await asyncio.to_thread(county.run, "indices", "rebuild", "--dry-run", "--kind", "posts", "--township", HERE)
    assert dry == f"{county.name}-posts-{HERE}-v1 -> {county.name}-posts-{HERE}-v1-2\n"
    moved = await asyncio.to_thread(county.run, "indices", "rebuild")
    assert len(moved.splitlines()) == 8  # Three townships and their county's inbox.
    assert await asyncio.to_thread(county.run, "indices", "rebuild") == "nothing to do\n"
    back = await asyncio.to_thread(county.run, "indices", "back", "--township", HERE)
    assert len(back.splitlines()) == 2
    during = len(counted)
    ids = await publishing | await publish(county, range(60, 65))
    await county.until(len(ids), seconds=PATIENCE)
    assert len(counted) > during > 0, "counted while indices moved, and after"
    counting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await counting  # A count that failed meanwhile fails here.
    await check(county, ids)
    assert counted == sorted(counted)
    assert [worker.poll() for worker in county.workers] == [None, None]
    kept = await asyncio.to_thread(county.run, "indices", "prune")
    assert len(kept.splitlines()) == 8
    await client.close()
    ids |= await publish(county, range(65, 70))
    await county.until(len(ids), seconds=PATIENCE)
    await check(county, ids)


async def test_a_locked_index_is_named_where_people_look(servers: Servers, county: County) -> None:
    """A full disk: the worker holds the batch, says why in `/health` and in its log, and goes on when there is room."""
    client = await connect(Access(url=servers.elasticsearch))
    index = f"{county.name}-posts-{HERE}"
    county.work()
    await county.publish([post("1", TOLD.format(1, "东埠"))])
    await county.until(1, seconds=PATIENCE)
    await client.indices.put_settings(index=index, settings={"index.blocks.read_only_allow_delete": True})
    await county.publish([post("2", TOLD.format(2, "东埠"))])
    said = await county.health(lambda health: "waiting" in health)
    assert said["healthy"]
    assert said["waiting"]["reason"] == "disk_full"
    assert "make room" in said["waiting"]["detail"]
    assert index in said["waiting"]["detail"]
    await client.indices.put_settings(index=index, settings={"index.blocks.read_only_allow_delete": None})
    await county.until(2, seconds=PATIENCE)
    await county.health(lambda health: "waiting" not in health)
    await client.close()
    assert county.logs().count("waiting for a server") == 2  # Its beginning and its end.
    assert county.workers[0].poll() is None


class Newer:
    """The program after this one: another copy, whose records and state are one version on and have a field more."""

    def __init__(self, county: County, folder: Path) -> None:
        self.county, self.folder = county, folder
        for part in ("streams", "agents", "deploy"):
            shutil.copytree(HOUSE / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "models").symlink_to(HOUSE / "models")
        records = folder / "streams" / "records.py"
        text = records.read_text("utf-8").replace("VERSION: Final = 1\n", "VERSION: Final = 2\n")
        field = "    state_version: int = STATE_VERSION\n"
        records.write_text(text.replace(field, f"{field}    echo: int = 7\n"), "utf-8")
        template = folder / "deploy" / "elasticsearch" / "incidents-v1.json"
        known = '"state_version": {"type": "integer"},'
        text = template.read_text("utf-8").replace(known, f'{known} "echo": {{"type": "integer"}},')
        template.write_text(text, "utf-8")
        self.worker: subprocess.Popen[bytes] | None = None

    def run(self, *arguments: str) -> str:
        done = subprocess.run(  # noqa: S603 - our own program
            [*RUN, *arguments], env=self.county.environment, cwd=self.folder, capture_output=True, text=True, check=True
        )
        return done.stdout

    def work(self) -> None:
        with (self.folder / "newer.log").open("ab") as log:
            self.worker = subprocess.Popen(  # noqa: S603 - our own program
                [*RUN, "work"], env=self.county.environment, cwd=self.folder, stdout=log, stderr=log
            )

    async def joined(self) -> None:
        """Wait until it has its share of the partitions."""
        until = time.monotonic() + PATIENCE
        while "partitions are loaded" not in (said := (self.folder / "newer.log").read_text("utf-8")):
            assert time.monotonic() < until, said[-3000:]
            await asyncio.sleep(0.2)

    def end(self) -> None:
        if self.worker:
            self.worker.terminate()
            self.worker.wait(30)


async def test_an_older_and_a_newer_program_share_the_work(county: County, tmp_path: Path) -> None:
    """The newer one joins the older one's group: together they lose and double nothing.

    What the newer one has written stops the older one with 78, by name, and what it could not read yet waits as a dead
    letter that the newer one judges when it is sent again.
    """
    newer = Newer(county, tmp_path / "newer")
    county.work()
    ids = await publish(county, range(5))
    await county.until(len(ids), seconds=PATIENCE)
    await ahead(county, post("ahead", TOLD.format(0, "东埠")))
    await county.until(len(ids), dead=1, seconds=PATIENCE)
    assert "added fields" in newer.run("indices", "create")
    newer.work()
    try:
        await newer.joined()
        ids |= await publish(county, range(5, 25), pause=0.1)
        await county.until(len(ids), seconds=PATIENCE)
        await county.drained()
        written = {each["state_version"] for each in await county.search("incidents")}
        newer.end()
        ids |= await publish(county, range(25, 27))
        assert written == {1, 2}, "each program had a share"
        assert await asyncio.to_thread(county.workers[0].wait, PATIENCE) == 78
        assert "state version 2" in county.logs()
        newer.work()
        await county.until(len(ids), seconds=PATIENCE)
        letters = newer.run("dead", "list", "--reason", "schema", "--json")
        (letter,) = [json.loads(line)["id"] for line in letters.splitlines()]
        newer.run("dead", "retry", letter, "--by", "duty", "--because", "upgraded")
        ids |= {"ahead"}
        await county.until(len(ids), seconds=PATIENCE)
        await check(county, ids)
        upgraded = [each for each in await county.search("incidents") if each["state_version"] == 2]
        assert {each["echo"] for each in upgraded} == {7}, "whatever the newer one wrote is whole"
    finally:
        newer.end()


async def ahead(county: County, value: dict[str, Any]) -> None:
    """Publish a record whose header says that it is of the next schema."""
    async with AIOKafkaProducer(bootstrap_servers=county.kafka) as producer:
        key = str(value["township"]).encode()
        where = next(at.partition for at in county.published if at.topic.endswith(".posts"))
        await producer.send_and_wait(
            f"{county.name}.posts", json.dumps(value).encode(), key=key, partition=where, headers=[("schema", b"2")]
        )
