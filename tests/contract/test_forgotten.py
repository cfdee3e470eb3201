"""What is forgotten stays forgotten: published again, imported, replayed, sent back from a letter, under a new key."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch
from msgspec import to_builtins

from deploy.cli import exits, run
from deploy.keys import notebook
from deploy.settings.deployment import PREFIX, load
from streams.crawl.memory import Noted
from streams.crawl.news import key_of
from streams.elasticsearch import documents
from streams.elasticsearch.client import connect
from streams.elasticsearch.sources import ElasticsearchMemory
from streams.identity import document_id
from streams.privacy import keyring
from tests.embedded.county import ELSEWHERE, HERE, THERE, County, post
from tests.servers import ONLY_EMBEDDED, Servers

WALL = "东埠小学操场边的围墙裂了一道大口子，孩子们每天从下面走，随时可能倒塌，请赶快来看看"
AGAIN = "东埠小学操场边的围墙裂了一道大口子，孩子们每天从下面走，昨天又掉下一块砖，随时可能倒塌"
LAMP = "东埠村的路灯坏了三个月了，晚上漆黑一片，希望尽快修好"
WATER = "鹿鸣村的水管爆了，水流了一地，请来修"
HANDLE, OTHER = "听风的石头", "老街坊"
NOW = datetime.now(UTC).isoformat()
FORGET = ("forget", "--role", "privacy", "--reason", "asked for it")

Command = Callable[..., Awaitable[str]]


@pytest.fixture
async def county(servers: Servers, tmp_path: Path, deployment: str) -> AsyncIterator[County]:
    made = County(servers, deployment, tmp_path)
    made.set_up()
    made.work()
    yield made
    made.end()


@pytest.fixture
def xiangyin(county: County, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in this process; its output, or what it complained of where it must fail."""

    async def command(*arguments: str, code: int = exits.OK) -> str:
        for name, value in county.environment.items():
            if name.startswith(PREFIX):
                monkeypatch.setenv(name, value)
        capsys.readouterr()
        assert await asyncio.to_thread(run, list(arguments)) == code
        said = capsys.readouterr()
        return said.err if code else said.out

    return command


async def stored(county: County) -> dict[str, dict[str, Any]]:
    """The posts of which more than a mark is left, by their own id."""
    return {each["id"]: each for each in await county.search("posts") if "forgotten" not in each}


async def incidents(county: County) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in await county.search("incidents")}


async def everything(county: County) -> str:
    """All that the search server holds of posts, incidents, their history and crawlers' notes."""
    kinds = ("posts", "incidents", "history", "sources", "forgotten")
    return json.dumps([await county.search(kind) for kind in kinds], ensure_ascii=False)


async def come_again(county: County, *posts: dict[str, Any]) -> None:
    """Published by another program, read later than before."""
    await county.publish(posts)
    await county.drained()


async def test_a_post_and_an_author_are_forgotten_and_do_not_come_back(county: County, xiangyin: Command) -> None:  # noqa: PLR0915 - one story
    """Of a post that others repeat nothing is left but what they say; of an author, none of her posts."""
    await county.publish(
        [
            post("founder", WALL, title="围墙要倒了", author=HANDLE),
            post("second", AGAIN, title="围墙要倒了", author=OTHER),
            post("lamp", LAMP, author=OTHER),
            post("water", WATER, author=OTHER, township=THERE),
            post("letter", "没有这个镇的事：石桥塌了", township="990101109000", author=OTHER),
        ]
    )
    await county.until(4, dead=1)
    await county.drained()
    before = await stored(county)
    matter = before["founder"]["incident"]
    assert before["second"]["incident"] == matter
    (letter,) = await county.dead()
    # One post.
    said = await xiangyin(*FORGET, "--source", "forum", "--id", "founder")
    assert f"{county.name}-posts" in said
    assert "posts: 1" in said
    assert "told anew: 1;" in said
    assert (await stored(county)).keys() == {"second", "lamp", "water"}
    left = (await incidents(county))[matter]
    assert (left["posts"], left["voices"], left["samples"], left["forgotten"]) == (1, 1, ["second"], 1)
    assert all(quote["text"] in f"围墙要倒了\n{AGAIN}" for quote in left["evidence"])
    assert "希望" not in left["title"]
    assert left["warning"] != "none", "that a wall may fall is not forgotten"
    last = [each for each in await county.alerts() if each["fingerprint"] == matter][-1]
    assert last["posts"] == 1
    assert WALL[-12:] not in json.dumps(last, ensure_ascii=False)
    assert WALL[-12:] not in await everything(county)
    # Its author, by the pseudonym of another post; the letter is hers, too.
    author = before["second"]["author"]
    said = await xiangyin(*FORGET, "--pseudonym", author)
    assert "posts: 3" in said
    assert "not shown or sent any more: 1" in said
    assert f"{county.name}.alerts" in said
    assert await stored(county) == {}
    gone = await everything(county)
    assert not any(text[-8:] in gone for text in (WALL, AGAIN, LAMP, WATER, author))
    # She comes again: published, imported, under a new key, from her letter, replayed.
    keyring.rotate(county.folder / "key")
    county.end()
    county.environment["XIANGYIN_GENERATION"] = "1"
    county.work()
    again = [post("lamp", LAMP, author=OTHER), post("new", "东埠村的井盖又丢了，请来补上", author=OTHER)]
    await come_again(county, *again, post("founder", WALL), post("kept", WATER, township=THERE, author="别人"))
    rows = county.folder / "rows.jsonl"
    rows.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in again), "utf-8")
    said = await xiangyin("import", str(rows), "--source", "forum", "--township", HERE)
    assert "published 0, bad 0, forgotten 2" in said
    assert "forgotten" in await xiangyin("dead", "show", letter["id"], code=exits.BAD_INPUT)
    await xiangyin("replay", "--all", "--since", "2020-01-01")
    late = {**post("letter", "石桥塌了", township="990101109000"), "author": OTHER}
    await come_again(county, late)
    await county.until(1, dead=2)
    (again_dead,) = [each["id"] for each in await county.dead() if each["id"] != letter["id"]]
    refused = await xiangyin("dead", "retry", again_dead, "--by", "duty", code=exits.BAD_INPUT)
    assert "somebody asked that this post, or its author, be forgotten" in refused
    assert (await stored(county)).keys() == {"kept"}
    # The command says the same when it is run again.
    said = await xiangyin(*FORGET, "--pseudonym", author)
    assert "posts: 0" in said


@ONLY_EMBEDDED
async def test_a_command_without_workers_says_so_and_is_run_again(county: County, xiangyin: Command) -> None:
    """What comes meanwhile stays out; what is stored goes as soon as a worker runs, though its id named somebody."""
    await county.publish([post("13812345678", LAMP, author=HANDLE)])
    await county.until(1)
    county.end()
    one = (*FORGET, "--post", document_id(HERE, "forum", "13812345678"))
    book = notebook(load(county.folder / "deployment.yaml"))
    async with connected(county) as client:
        memory = ElasticsearchMemory(client, server=county.elasticsearch, deployment=county.name, notebook=book)
        note = Noted(township=HERE, digest="d")
        await memory.remember("forum", {key_of("13812345678"): note, key_of("other"): note}, {})
    said = await xiangyin(*one, "--wait", "0", code=exits.TEMPORARY)
    assert "see that `xiangyin work` runs" in said
    assert [each["body"] for each in (await stored(county)).values()] == [LAMP]
    await xiangyin(*FORGET, "--post", "0" * 32, code=exits.USAGE)
    county.work()
    await xiangyin(*one)
    assert await stored(county) == {}
    assert len([each for each in await county.search("sources") if each["kind"] == "post"]) == 1
    (document,) = await county.search("incidents")
    assert (document["title"], document["posts"], document["words"]) == ("（原帖已按要求删除）", 0, [])


async def test_what_is_old_is_swept_in_silence(county: County, xiangyin: Command) -> None:
    """Posts by their date, and what only they said; a closed matter with its last post; a dry run takes nothing."""
    day = timedelta(days=1)
    await county.publish(
        [
            post("first", WALL, title="围墙要倒了", age=740 * day),
            post("second", AGAIN, title="围墙要倒了", age=700 * day),
            post("alone", WATER, township=THERE, age=900 * day),
            post("new", LAMP),
        ]
    )
    await county.until(4)
    await county.drained()
    before = await stored(county)
    matter, over = before["first"]["incident"], before["alone"]["incident"]
    assert before["second"]["incident"] == matter
    await close(county, over, THERE)
    alerts = await county.alerts()
    async with connected(county) as client:
        long_ago = {"kind": "post", "source": "s", "township": HERE, "listed": "2023-01-01T00:00:00Z"}
        await client.index(index=f"{county.name}-sources", id="s:post:old", document=long_ago)
        await client.index(index=f"{county.name}-sources", id="s:post:new", document={**long_ago, "listed": NOW})
        mark = to_builtins(documents.mark_document(HERE, datetime(2026, 1, 1, tzinfo=UTC)))
        await client.index(index=f"{county.name}-posts-{HERE}", id="old", document=mark)
    said = await xiangyin("sweep", "--dry-run")
    assert "would go: posts 2, closed incidents without posts 0, marks 1, crawlers' notes 1" in said
    assert len(await stored(county)) == 4
    said = await xiangyin("sweep")
    assert "gone: posts 2, closed incidents without posts 1, marks 1, crawlers' notes 1" in said
    assert (await stored(county)).keys() == {"second", "new"}
    left = await incidents(county)
    assert over not in left
    assert not [each for each in await county.search("history") if each["incident"] == over]
    assert (left[matter]["posts"], left[matter]["samples"], left[matter]["forgotten"]) == (1, ["second"], 1)
    assert [each["listed"] for each in await county.search("sources")] == [NOW]
    assert await county.alerts() == alerts
    assert "gone: posts 0, closed incidents without posts 0, marks 0, crawlers' notes 0" in await xiangyin("sweep")


@ONLY_EMBEDDED
async def test_what_is_old_in_a_township_that_is_served_no_more_is_named(county: County, xiangyin: Command) -> None:
    """Nobody owns it, so it outlives its time, and whoever runs the sweep is told; it goes once it has an owner."""
    old = timedelta(days=900)
    await county.publish([post("1", WATER, township=ELSEWHERE, age=old), post("2", LAMP, age=old)])
    await county.until(2)
    with county.without(ELSEWHERE):
        for command in (("sweep", "--dry-run"), ("sweep",), ("sweep",)):
            assert f"nobody owns {ELSEWHERE}" in await xiangyin(*command, code=exits.BAD_INPUT)
        assert (await stored(county)).keys() == {"1"}
    assert "gone: posts 1," in await xiangyin("sweep")
    assert await stored(county) == {}


async def close(county: County, incident: str, township: str) -> None:
    """An officer closes a matter, and the worker has acknowledged it."""
    action = {
        "id": "close", "township": township, "incident": incident, "revision": 1, "verb": "close", "role": "duty",
        "reason": "done", "time": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    await county.publish([action], role="actions")
    await county.drained()


@asynccontextmanager
async def connected(county: County) -> AsyncIterator[AsyncElasticsearch]:
    client = await connect(load(county.folder / "deployment.yaml").access())
    try:
        yield client
    finally:
        await client.close()
