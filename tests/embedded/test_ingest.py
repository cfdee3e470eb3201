"""What is brought, from a signed message and from a clerk, stands in the topic once, masked."""

import asyncio
import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from aiohttp import ClientSession

from deploy.embedded import EmbeddedServers
from streams.push.signature import secrets_of, sign
from tests.embedded.county import HERE, County
from tests.servers import silenced


@pytest.fixture
def county(servers: EmbeddedServers, deployment: str, tmp_path: Path) -> County:
    made = County(servers, deployment, tmp_path)
    folder = tmp_path / "sources"
    folder.mkdir()
    made.run("source", "secret", str(folder / "hotline.secret"))
    webhook = {"kind": "webhook", "secret_file": "hotline.secret", "township": HERE}
    (folder / "hotline.yaml").write_text(yaml.safe_dump(webhook), "utf-8")
    (folder / "desk.yaml").write_text(yaml.safe_dump({"kind": "manual", "township": HERE}), "utf-8")
    return made


async def entrance(county: County, log: str = "crawl.log") -> str:
    """Where the crawler takes messages, once it does."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if found := re.search(r"http://127\.0\.0\.1:\d+/ingest/", (county.folder / log).read_text("utf-8")):
            return found[0]
        await asyncio.sleep(0.2)
    raise AssertionError((county.folder / log).read_text("utf-8"))


async def test_what_is_brought_is_published_once_and_masked(county: County) -> None:
    """A message twice, the same words in a second message, a clerk's note twice: each stands in `.posts` once.

    A handle and a number stand nowhere, and nobody without the secret is believed.
    """
    county.set_up()
    crawler = county.start("crawl", log="crawl.log")
    try:
        url = f"{await entrance(county)}hotline"
        (secret,) = secrets_of(county.folder / "sources" / "hotline.secret")
        said = {"id": "1", "body": "东埠村的水管爆了，电话13812345678", "author": "老周看天"}
        body, now = json.dumps(said).encode(), datetime.now(UTC)

        async def send(identity: str, *, key: bytes) -> int:
            headers = {
                "webhook-id": identity,
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": sign(key, identity, now, body),
            }
            async with session.post(url, data=body, headers=headers) as answer:
                return answer.status

        async with ClientSession() as session:
            assert [await send("a", key=secret), await send("a", key=secret), await send("b", key=secret)] == [200] * 3
            assert await send("c", key=b"x" * 32) == 401
        for _ in range(2):
            await asyncio.to_thread(
                county.run,
                "tell",
                "desk",
                "赶集时有人说东埠桥晃",
                "--author",
                "摊主老李",
                "--published",
                "2026-03-01 08:15",
            )
        assert "no source of kind manual" in await asyncio.to_thread(
            lambda: county.run("tell", "hotline", "x", code=2, errors=True)
        )
    finally:
        crawler.terminate()
        await asyncio.to_thread(crawler.wait, 30)
    health = {each["source"]: each for each in await county.search("health")}
    assert {name: (each["listed"], each["published"]) for name, each in health.items()} == {
        "desk": (2, 1),
        "hotline": (2, 1),
    }
    published = [json.loads(record.value) for record in await county.read("posts") + await county.read("backfill")]
    assert sorted((each["source"], each["body"]) for each in published) == [
        ("desk", "赶集时有人说东埠桥晃"),
        ("hotline", "东埠村的水管爆了，电话***********"),
    ]
    written = str(published) + str(await county.search("sources")) + (county.folder / "crawl.log").read_text("utf-8")
    assert not [each for each in ("老周看天", "摊主老李", "13812345678", "whsec_") if each in written]


async def test_a_log_that_is_away_is_said_where_nothing_but_messages_comes(county: County) -> None:
    """`/health` names the server for which messages are refused, until it is back: no visit would find out."""
    county.set_up()
    crawler = county.start("crawl", log="worker-crawl.log")
    try:
        url = f"{await entrance(county, 'worker-crawl.log')}hotline"
        (secret,) = secrets_of(county.folder / "sources" / "hotline.secret")
        body, now = json.dumps({"id": "1", "body": "东埠村的水管爆了"}).encode(), datetime.now(UTC)
        headers = {
            "webhook-id": "a",
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": sign(secret, "a", now, body),
        }
        async with ClientSession() as session:
            with silenced(county.kafka):
                async with session.post(url, data=body, headers=headers) as answer:
                    assert answer.status == 503
                said = await county.health(lambda health: "waiting" in health)
                assert said["waiting"]["detail"] == f"Kafka at {county.kafka} does not answer"
            await county.health(lambda health: "waiting" not in health)
            async with session.post(url, data=body, headers=headers) as answer:
                assert answer.status == 200
    finally:
        crawler.terminate()
        await asyncio.to_thread(crawler.wait, 30)
