"""A replay judges stored posts anew, into the same documents: nothing counted twice, nobody woken, no decision lost."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import json

from deploy.cli import exits, run
from deploy.settings.deployment import CONFIG, load
from streams.elasticsearch.client import connect
from tests.embedded.county import HERE, THERE, County, post

CRACK = "东埠小学操场边的围墙裂了一道大口子，孩子们每天从下面走，随时可能倒塌，请赶快来看看"
FALL = "东埠小学的围墙倒了，砸伤两名学生，已造成2人受伤"
LAMP = "东埠村的路灯坏了三个月了，晚上漆黑一片，希望尽快修好"
OLD = {"topic.label": "旧", "severity.grade": "none", "severity.warning": "none"}
"""What an older model might have said."""


async def judged_by_an_older_model(county: County) -> None:
    """Make all stored posts, and their incidents, say what an older model might have said."""
    client = await connect(load(county.folder / "deployment.yaml").access())
    try:
        for each in (await client.search(index=f"{county.name}-posts", size=100))["hits"]["hits"]:
            stored = each["_source"]
            stored["topic"]["label"], stored["severity"]["grade"], stored["severity"]["warning"] = OLD.values()
            await client.index(index=each["_index"], id=each["_id"], document=stored)
        for each in (await client.search(index=f"{county.name}-incidents", size=100))["hits"]["hits"]:
            lower = {"grade": "none", "warning": "none", "alerted": 0, "alert_started": None}
            await client.index(index=each["_index"], id=each["_id"], document={**each["_source"], **lower})
    finally:
        await client.close()


async def stands(county: County) -> dict[str, dict[str, Any]]:
    """The stored posts by their own id."""
    return {each["id"]: each for each in await county.search("posts")}


async def judged(county: County, generation: int, seconds: float = 60) -> Mapping[str, Mapping[str, Any]]:
    """Wait until every post is judged by this generation."""
    end = time.monotonic() + seconds
    found = await stands(county)
    while {each["generation"] for each in found.values()} != {generation}:
        assert time.monotonic() < end, county.logs()[-3000:]
        await asyncio.sleep(0.3)
        found = await stands(county)
    await asyncio.sleep(1.5)  # The incidents are written behind the posts.
    return found


async def decide(county: County, identity: str, verb: str, incident: str) -> None:
    """An officer decides about an incident, and the worker has acknowledged it."""
    action = {
        "id": identity, "township": HERE, "incident": incident, "revision": 1, "verb": verb, "role": "duty",
        "reason": "seen", "time": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    await county.publish([json.encode(action)], role="actions", key=HERE.encode())
    await county.drained()


async def replay(*arguments: str, code: int = exits.OK) -> None:
    """`xiangyin replay` in this process."""
    assert await asyncio.to_thread(run, ["replay", *arguments]) == code


async def test_stored_posts_are_judged_anew_and_nothing_else_happens(
    county: County, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Same ids, incidents, first places, dates and counts; newer judgements; no alert but those that were sent.

    Among the posts: one without a date, one of a closed incident, one too old to alert, one of another township, one
    whose id the door made a digest.
    """
    monkeypatch.setenv(CONFIG, str(county.folder / "deployment.yaml"))
    county.work()
    undated = {**post("undated", LAMP), "published": None}
    await county.publish(
        [
            post("crack", CRACK),
            post("fall", FALL, age=timedelta(days=9)),
            undated,
            post("there", "鹿鸣村的水管爆了，请来修", township=THERE),
            post("13812345678", "谢谢镇里把路修好了，给你们点赞"),
        ]
    )
    await county.until(5)
    await county.drained()
    before = await stands(county)
    closed = before["undated"]["incident"]
    await decide(county, "a1", "close", closed)
    incidents = {each["id"]: each for each in await county.search("incidents")}
    assert incidents[closed]["status"] == "closed"
    alerts = await county.alerts()
    assert alerts
    await replay("--all", "--since", "2026-01-01", code=exits.CONFIGURATION)
    assert "raise `generation`" in capsys.readouterr().err
    county.end()
    await judged_by_an_older_model(county)
    monkeypatch.setenv("XIANGYIN_GENERATION", "1")
    county.environment["XIANGYIN_GENERATION"] = "1"
    await replay("--all", "--since", "2020-01-01", "--dry-run")
    said = capsys.readouterr().out
    assert "stored: 5 posts, 5 of them judged before generation 1" in said
    assert "judged here: 5 posts, of which 5 would change" in said
    assert "grade: " in said
    assert "none -> IV 1" in said
    county.work()
    await replay("--township", THERE, "--since", "2020-01-01")
    assert "published 1" in capsys.readouterr().out
    await replay("--all", "--since", "2020-01-01", "--until", "2999-01-01")
    after = await judged(county, 1)
    await county.drained()
    assert after.keys() == before.keys()
    assert await county.count() == len(before)
    kept = ("incident", "first", "happened", "published", "fetched", "digest", "topic", "severity", "body", "author")
    for identity, stored in after.items():
        assert {name: stored.get(name) for name in kept} == {name: before[identity].get(name) for name in kept}
        assert stored["version"] == before[identity]["version"] + 1
    ended = {each["id"]: each for each in await county.search("incidents")}
    fields = ("posts", "voices", "status", "grade", "warning", "first_seen", "last_seen", "deadlines")
    assert {i: [each[name] for name in fields] for i, each in ended.items()} == {
        i: [each[name] for name in fields] for i, each in incidents.items()
    }
    await replay("--all", "--since", "2020-01-01")
    assert "of generation 1 already 5, published 0" in capsys.readouterr().out
    await decide(county, "a2", "confirm", before["fall"]["incident"])
    assert await county.alerts() == alerts, "neither the replay nor a decision after it wakes anybody"
    await county.publish([post("again", FALL)])
    await county.until(6)
    await county.drained()
    (news,) = [each for each in await county.alerts() if each not in alerts]
    assert news["labels"]["grade"] == "IV", "somebody says it again: that is news"


async def test_townships_must_be_named(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is served, or all; a replay of everything is nobody's slip of the finger."""
    monkeypatch.setenv(CONFIG, str(county.folder / "deployment.yaml"))
    await replay("--since", "2026-01-01", code=exits.USAGE)
    await replay("--since", "2026-01-01", "--all", "--township", HERE, code=exits.USAGE)
    await replay("--since", "2026-01-01", "--township", "990101109000", code=exits.USAGE)
    await replay("--since", "yesterday", "--all", code=exits.USAGE)
    await replay("--since", "2026-01-01", "--township", HERE[:9])
