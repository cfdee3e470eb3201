"""An import into a broker that refuses a post, or falls silent: nothing hangs, and nothing sound is left behind."""

import asyncio
import json
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.cli.importing import BATCH
from tests.embedded.county import HERE, County
from tests.servers import ONLY_REAL, Servers, silenced

pytestmark = ONLY_REAL


@pytest.fixture
def empty(servers: Servers, deployment: str, tmp_path: Path) -> County:
    """A deployment's topics and indices, with nothing in them."""
    county = County(servers, deployment, tmp_path)
    county.set_up()
    return county


async def imported(county: County, file: Path, *options: str, code: int) -> str:
    arguments = ("import", str(file), "--township", HERE, *options)
    return await asyncio.to_thread(county.run, *arguments, code=code, errors=code != 0)


def rows(file: Path, *bodies: str) -> Path:
    """A file of such posts; their ids count from 0."""
    lines = [json.dumps({"id": str(number), "body": body}) for number, body in enumerate(bodies)]
    file.write_text("\n".join(lines), "utf-8")
    return file


async def test_a_post_that_kafka_refuses_holds_up_no_other(empty: County, tmp_path: Path) -> None:
    """Somebody has made the topic take less than we do: the post is named, and those behind it are published."""
    admin = AIOKafkaAdminClient(bootstrap_servers=empty.kafka)
    await admin.start()
    topic = ConfigResource(ConfigResourceType.TOPIC, f"{empty.name}.backfill", {"max.message.bytes": "100000"})
    await admin.alter_configs([topic])
    await admin.close()
    file = rows(tmp_path / "a.jsonl", "水管爆了", "x" * 150_000, "路灯不亮")
    said = await imported(empty, file, code=1)
    assert "the post with id 1 is larger than the topic takes" in said
    assert await ids(empty) == {"0", "2"}


async def test_an_import_does_not_wait_for_ever(empty: County, tmp_path: Path) -> None:
    """The broker falls silent half way: the command ends with 75 and names it; run again, it publishes all."""
    file = rows(tmp_path / "a.jsonl", *map(str, range(5 * BATCH)))
    importing = asyncio.create_task(imported(empty, file, "--rate", str(BATCH // 2), code=75))
    while not await ids(empty):
        assert not importing.done()
    with silenced(empty.kafka):
        assert f"Kafka at {empty.kafka}" in await asyncio.wait_for(importing, 40)
    assert f"published {5 * BATCH}, bad 0" in await imported(empty, file, code=0)
    assert await ids(empty) == set(map(str, range(5 * BATCH)))


async def ids(county: County) -> set[str]:
    """Of the posts that stand in `.backfill`."""
    return {json.loads(record.value)["id"] for record in await county.read("backfill")}
