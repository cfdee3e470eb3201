"""`xiangyin crawl` as one process after another: what one noted, the next one knows."""

import asyncio
import io
import json
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from deploy.cli import run
from deploy.embedded import EmbeddedServers
from deploy.settings.deployment import CONFIG
from streams.privacy import keyring
from tests.embedded.county import HERE, THERE, TOWNSHIPS, County, post


class Site:
    """A message board of three townships, on loopback. `asked` are its requests: path and If-None-Match."""

    def __init__(self) -> None:
        self.items: list[dict[str, object]] = []
        self.asked: list[tuple[str, str | None]] = []
        self.address = self.robots = ""
        self.visited = asyncio.Event()

    async def answer(self, request: web.BaseRequest) -> web.Response:
        self.asked.append((request.path, request.headers.get("If-None-Match")))
        self.visited.set()
        if request.path == "/robots.txt":
            return web.Response(text=self.robots)
        tag = f'"{abs(hash(str(self.items)))}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304)
        return web.json_response(self.items, headers={"ETag": tag})


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    runner = web.ServerRunner(web.Server(made.answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.address = "{}:{}".format(*runner.addresses[0][:2])
    yield made
    await runner.cleanup()


@pytest.fixture
def county(servers: EmbeddedServers, deployment: str, tmp_path: Path, site: Site) -> County:
    made = County(servers, deployment, tmp_path)
    settings = tmp_path / "deployment.yaml"
    settings.write_text(f"{settings.read_text('utf-8')}allow_hosts: ['{site.address}']\n", "utf-8")
    source = {
        "kind": "api",
        "url": f"http://{site.address}/api",
        "schedule": 0.001,  # Of a day's visits one asks in full: with so many in a day, not these.
        "townships": list(TOWNSHIPS),
        "message": {"id": "id", "body": "body", "author": "who"},
    }
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "board.yaml").write_text(yaml.safe_dump(source), "utf-8")
    return made


async def crawl(county: County) -> None:
    """One crawler, from its start to its end, beside this loop that serves the site."""
    crawler = county.start("crawl", "--once", log="crawl.log")
    assert await asyncio.to_thread(crawler.wait, 60) == 0, (county.folder / "crawl.log").read_text("utf-8")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_crawler_that_is_asked_to_end_ends_with_0(county: County, site: Site, number: signal.Signals) -> None:
    """As the worker does: a supervisor that ends it need not start it again, and no trace stands in the log."""
    county.set_up()
    crawler = county.start("crawl", log="crawl.log")
    await asyncio.wait_for(site.visited.wait(), 60)
    crawler.send_signal(number)
    assert await asyncio.to_thread(crawler.wait, 30) == 0
    assert "Traceback" not in (county.folder / "crawl.log").read_text("utf-8")


async def test_a_crawler_goes_on_where_the_last_one_stopped(county: County, site: Site) -> None:
    """Another process, a gazetteer and a text that changed: no post again, none in a second township, ETags kept.

    What is kept names nobody.
    """
    county.set_up()
    site.items = [
        {"id": "老周看天", "who": "老周看天", "body": "东埠村的水管爆了"},
        {"id": "2", "body": "鹿鸣村的路灯坏了"},
    ]
    await crawl(county)
    site.asked.clear()
    await crawl(county)
    assert [tag is not None for path, tag in site.asked if path == "/api"] == [True]
    moved = county.folder / "townships" / f"{THERE}.yaml"
    moved.write_text(moved.read_text("utf-8").replace("鹿鸣村", "东埠村"), "utf-8")
    first = county.folder / "townships" / f"{HERE}.yaml"
    first.write_text(first.read_text("utf-8").replace("东埠村", "鹿鸣村"), "utf-8")
    site.items = [*site.items[:1], {"id": "2", "body": "鹿鸣村的路灯又坏了"}, {"id": "3", "body": "东埠村没水"}]
    await crawl(county)
    published = [json.loads(record.value) for record in await county.read("posts")]
    assert sorted((each["id"][:2], each["township"], each["body"]) for each in published) == [
        ("2", THERE, "鹿鸣村的路灯又坏了"),
        ("2", THERE, "鹿鸣村的路灯坏了"),
        ("3", THERE, "东埠村没水"),
        ("h-", HERE, "东埠村的水管爆了"),
    ]
    kept = await county.search("sources")
    assert sorted(each["kind"] for each in kept) == ["page", "post", "post", "post", "source"]
    assert "老周看天" not in str(kept)


async def test_a_crawler_that_is_started_again_keeps_to_its_terms(county: County, site: Site) -> None:
    """No second budget on the same day; the permission by which a closed path is read is told at each start."""
    county.set_up()
    settings, source = county.folder / "deployment.yaml", county.folder / "sources" / "board.yaml"
    settings.write_text(f"{settings.read_text('utf-8')}budget: 2\n", "utf-8")
    letter = {"by": "站务组", "date": "2026-02-14", "covers": ["/api"], "note": "registry 2026-31"}
    source.write_text(yaml.safe_dump({**yaml.safe_load(source.read_text("utf-8")), "permission": letter}), "utf-8")
    site.robots = "User-agent: *\nDisallow: /\n"
    site.items = [{"id": "1", "body": "东埠村的水管爆了"}]
    await crawl(county)
    again = county.start("crawl", "--once", log="again.log")
    assert await asyncio.to_thread(again.wait, 60) == 1
    assert [path for path, _ in site.asked] == ["/robots.txt", "/api", "/robots.txt"]
    told = [json.loads(record.value) for record in await county.read("operations")]
    assert sorted(each["event"] for each in told) == ["host_spent", "permission_shown", "permission_shown"]
    assert "registry 2026-31" in (county.folder / "crawl.log").read_text("utf-8")
    assert "budget" in (county.folder / "again.log").read_text("utf-8")


async def test_what_happens_to_a_post_at_its_source_stands_on_it(county: County) -> None:
    """Spread, edited, gone and back: the document says so, with its newest words, and its incident where it is gone.

    None of it is a second voice, and a record that comes twice changes nothing.
    """
    first = post("1", "东埠村的水管爆了，请来修一下", reach={"views": 10})
    read = [(datetime.now(UTC) + timedelta(seconds=second)).isoformat() for second in range(1, 5)]
    spread = {**first, "fetched": read[0], "reach": {"views": 5000, "replies": 40}}
    edited = {**spread, "fetched": read[1], "body": "东埠村的水管爆了三天，请来修一下"}
    gone = {**edited, "fetched": read[2], "gone": read[2]}
    found: list[tuple[dict[str, Any], dict[str, Any]]] = []
    county.set_up()
    county.work()
    try:
        for records in ([first], [spread], [edited, edited, gone, gone], [{**edited, "fetched": read[3]}]):
            await county.publish(records)
            await county.until(1)
            await county.drained()
            (stored,), (matter,) = await county.search("posts"), await county.search("incidents")
            found.append((stored, {**matter, "applied": 0}))
    finally:
        county.end()
    (_, before), (wide, after), (missed, without), (back, whole) = found
    assert (wide["reach"]["views"], wide["reach"]["replies"], wide["edits"], wide["edited"]) == (5000, 40, 0, None)
    assert before == after
    assert (missed["body"], missed["edits"], bool(missed["edited"]), bool(missed["gone"])) == (
        edited["body"],
        1,
        True,
        True,
    )
    assert (without["gone"], without["posts"], without["history"][-1]["what"]) == (1, 1, "gone: - -> 1")
    assert (back["body"], back["edits"], back["gone"]) == (edited["body"], 1, None)
    assert (whole["gone"], whole["posts"], whole["history"][-1]["what"]) == (0, 1, "gone: 1 -> -")


async def test_a_source_is_proposed_tried_and_listed(county: County, site: Site) -> None:
    """`source add` looks and proposes, `try` shows and publishes nothing, `list` says how each stands."""
    county.set_up()
    site.items = [{"id": 1, "content": "东埠村的水管爆了，电话13812345678", "author": "老周看天", "priority": 3}]
    url = f"http://{site.address}/api"
    settings = county.folder / "deployment.yaml"
    if "contact" not in settings.read_text("utf-8"):
        settings.write_text(f"{settings.read_text('utf-8')}contact: https://www.example.cn/crawler\n", "utf-8")
    wrote = await asyncio.to_thread(county.run, "source", "add", url, "--township", HERE, "--name", "added")
    assert "source try added" in wrote
    shown = await asyncio.to_thread(county.run, "source", "try", "added")
    assert "东埠村的水管爆了" in shown
    assert "1 would be published" in shown
    assert "13812345678" not in shown
    said = await asyncio.to_thread(lambda: county.run("source", "try", "added", errors=True))
    assert "nobody uses priority" in said
    (county.folder / "sources" / "board.yaml").unlink()
    await crawl(county)
    listed = await asyncio.to_thread(county.run, "source", "list")
    assert "100%" in listed
    assert len(await county.read("posts")) == 1


async def test_who_was_forgotten_by_handle_stays_forgotten(  # noqa: PLR0915 - one story
    county: County, site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Under the keys of before and after: crawled anew in other words, imported, replayed, under one more key."""

    async def command(*arguments: str, given: str = "") -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        capsys.readouterr()
        assert await asyncio.to_thread(run, list(arguments)) == 0
        return capsys.readouterr().out

    monkeypatch.setenv(CONFIG, county.environment[CONFIG])
    monkeypatch.setenv("XIANGYIN_GENERATION", "1")
    her = {"who": "老周看天"}
    hers: list[dict[str, object]] = [{"id": "老周看天", **her, "body": "东埠村的水管爆了，老周看天"}]
    county.set_up()
    county.work()
    try:
        site.items = hers
        await crawl(county)
        keyring.rotate(county.folder / "key")
        letter = post("letter", "东埠", author=her["who"], township="990101109000")
        await county.publish([{**letter, "source": "board"}])
        hers = [*hers, {"id": "2", **her, "body": "东埠村没水了"}]
        site.items = [*hers, {"id": "9", "who": "听风的石头", "body": "鹿鸣村的路灯坏了"}]
        await crawl(county)
        await county.until(3, dead=1)
        county.end()
        pseudonyms = [each["author"] for each in await county.search("posts") if each["id"] != "9"]
        assert sorted(author[:3] for author in pseudonyms) == ["p1-", "p2-"]
        county.environment["XIANGYIN_GENERATION"] = "1"
        county.work()
        forget = ("forget", "--role", "privacy", "--reason", "老周看天 asked", "--source", "board", "--handle")
        said = await command(*forget, given="老周看天\n")
        assert "keys listed: 8\n" in said  # Two pseudonyms, two posts, a letter, and what an office may answer each.
        assert "posts: 2\n" in said
        assert "crawlers' notes: 2\n" in said
        assert "not shown or sent any more: 1\n" in said
        before = len(await county.read("posts"))
        keyring.rotate(county.folder / "key")
        hers = [*hers, {"id": "3", **her, "body": "东埠村的路塌了"}]
        site.items = [{**each, "body": f"{each['body']}，请来修"} for each in hers]
        await crawl(county)
        rows = county.folder / "rows.jsonl"
        rows.write_text("\n".join(json.dumps({**each, "author": her["who"]}) for each in hers), "utf-8")
        said = await command("import", str(rows), "--source", "board", "--township", HERE)
        assert "published 0, bad 0, forgotten 3" in said
        assert "published 1" in await command("replay", "--all", "--since", "2020-01-01")
        assert len(await county.read("posts")) == before
        await county.publish([{**post("4", "东埠", author=her["who"]), "source": "board"}])
        await county.drained()
    finally:
        county.end()
    assert [each["id"] for each in await county.search("posts") if "forgotten" not in each] == ["9"]
    kinds = ("posts", "incidents", "history", "sources", "forgotten")
    left = json.dumps([await county.search(kind) for kind in kinds], ensure_ascii=False) + county.logs()
    left += "".join([record.value.decode() for record in await county.read("actions")])
    assert not [word for word in ("老周看天", "水管爆了", "没水了", *pseudonyms) if word in left]
