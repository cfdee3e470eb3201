"""An index that the operator forgot to make ends the worker, which names the command; no post pays for it."""

import asyncio
import re
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest

from deploy.templates import indices
from streams.elasticsearch.access import Access
from streams.elasticsearch.client import connect
from tests.embedded.county import HERE, THERE, County, post
from tests.servers import Servers

ADDED = "990101104000"


def serve(county: County, township: str) -> None:
    """Write the township's file, and forget the rest."""
    known, added = (county.folder / "townships" / f"{code}.yaml" for code in (HERE, township))
    shutil.copy(known, added)
    added.write_text(known.read_text("utf-8").replace(HERE, township), "utf-8")


async def ended(county: County, *, seconds: float = 60) -> int:
    """The exit code of the newest worker."""
    return await asyncio.to_thread(county.workers[-1].wait, seconds)


async def test_a_worker_does_not_start_without_a_township_s_indices(county: County) -> None:
    """A township was added and `indices create` forgotten: 78 and the command, before a record is read."""
    serve(county, ADDED)
    await county.publish([post(str(number), "路灯坏了，请来修", township=ADDED) for number in range(3)])
    county.work()
    assert await ended(county) == 78
    assert f"has no index {county.name}-incidents-{ADDED}" in county.logs()
    assert "run `xiangyin indices create`" in county.logs()
    county.run("indices", "create")
    county.work()
    await county.until(3)
    assert await county.dead() == []


async def test_a_township_s_indices_that_are_gone_end_the_worker_that_writes(county: County) -> None:
    """Nothing is lost, nothing is a letter, no source is set aside: made again, each post is judged."""
    county.work()
    await county.publish([post("there", "路灯坏了，请来修", township=THERE)])
    await county.until(1)
    client = await connect(Access(url=county.elasticsearch))
    for kind in ("posts", "incidents"):
        await client.indices.delete(index=f"{county.name}-{kind}-{HERE}-v1")
    await client.close()
    await county.publish([post(str(number), "路灯坏了，请来修", township=HERE) for number in range(30)])
    assert await ended(county) == 78
    # Which of the two is missed first, and whether together, is a matter of what was in hand.
    missed = rf"has no index {county.name}-(posts|incidents)-{HERE}( and 1 more)?; run `xiangyin indices create`"
    assert re.search(missed, county.logs())
    county.run("indices", "create")
    county.work()
    await county.until(31)
    assert await county.dead() == []


async def test_an_index_of_an_older_program_ends_the_worker_that_writes(county: County) -> None:
    """An upgrade without `indices create`: a field that no post brought, but the program, is no post's fault."""
    client, index = await connect(Access(url=county.elasticsearch)), f"{county.name}-posts-{HERE}-v1"
    (wanted,) = [each for each in indices(county.name, [HERE]) if each.name == index]
    older = {name: field for name, field in wanted.template.mappings["properties"].items() if name != "digest"}
    await client.indices.delete(index=index)
    aliases: dict[str, Any] = {alias: {} for alias in (*wanted.aliases, f"{index}-live")}
    mappings = {**wanted.template.mappings, "properties": older}
    await client.indices.delete_index_template(name=f"{county.name}-posts-v1")
    await client.indices.create(index=index, aliases=aliases, mappings=mappings)
    await client.close()
    county.work()
    await county.publish([post("1", "路灯坏了，请来修")])
    assert await ended(county) == 78
    assert "run `xiangyin indices create`" in county.logs()
    county.run("indices", "create")
    county.work()
    await county.until(1)
    assert await county.dead() == []


@pytest.mark.parametrize("command", ["work", "crawl"])
async def test_who_begins_while_kafka_says_nothing_can_be_ended(
    servers: Servers, deployment: str, tmp_path: Path, command: str
) -> None:
    """It is asked for seconds what it is: whoever is asked to end meanwhile ends with 0, as at any later time."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        kafka = f"127.0.0.1:{silent.getsockname()[1]}"
        county = County(servers, deployment, tmp_path, settings={"kafka": kafka, "contact": "a@example.cn"})
        (tmp_path / "sources").mkdir()
        (tmp_path / "sources" / "desk.yaml").write_text(f'kind: manual\ntownship: "{HERE}"\n', "utf-8")
        begun = county.start(command, log="worker-0.log")
        await county.health(lambda health: health["healthy"])
        begun.terminate()
        assert await asyncio.to_thread(begun.wait, 10) == 0
