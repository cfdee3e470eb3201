"""`xiangyin tell`: what was told once stands once, and the clerk hears what became of it."""

import json
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import structlog
from elastic_transport import ConnectionError as NoConnection

from deploy.cli import exits, run, tell
from deploy.remedies import START_ELASTICSEARCH
from deploy.settings.deployment import CONFIG, Settings
from deploy.wiring import crawler
from deploy.wiring.clock import SystemClock
from streams.crawl.memory import Here, Noted
from streams.crawl.way import Way
from streams.errors import Busy, Misconfigured
from streams.identity import forgotten_author
from streams.source import parse_source
from tests.unit.streams.crawl.test_visit import World

URL = ("--url", "https://bbs.example.cn/t-1")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A deployment with a clerk's desk, and what its posts become."""
    made = World()
    assert run(["init", str(tmp_path / "town")]) == exits.OK
    (tmp_path / "town" / "sources").mkdir(exist_ok=True)
    (tmp_path / "town" / "sources" / "desk.yaml").write_text('kind: manual\ntownship: "990101101"', "utf-8")

    @asynccontextmanager
    async def entrance(_: Settings) -> AsyncIterator[Way]:
        yield made.way

    monkeypatch.setattr(tell, "open_entrance", entrance)
    monkeypatch.setenv(CONFIG, str(tmp_path / "town" / "deployment.yaml"))
    yield made
    structlog.reset_defaults()


def test_notes_read_at_one_address_are_one_post_each(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Other words or another author are another post; the same note again is known, and `--id` corrects one."""
    for words, author in (("桥塌了", "老李"), ("水管也爆了", "老李"), ("桥塌了", "老王"), ("桥塌了", "老李")):
        assert run(["tell", "desk", words, *URL, "--author", author]) == exits.OK
    said = [line.partition(": ") for line in capsys.readouterr().out.splitlines() if ": " in line][-4:]
    assert [each for each, *_ in said] == ["published", "published", "published", "already known"]
    assert said[0][2] == said[3][2]
    assert len(set(world.ids())) == 3
    assert run(["tell", "desk", "桥没有塌", *URL, "--author", "老李", "--id", said[0][2]]) == exits.OK
    assert capsys.readouterr().out == f"corrected: {said[0][2]}\n"


def test_what_is_not_published_is_said_with_its_reason(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Who asked to be forgotten is not called known, nor is the command well."""
    world.memory.listed |= {forgotten_author(each) for each in world.way.door.pseudonyms("desk", "老李")}
    assert run(["tell", "desk", "桥塌了", "--author", "老李"]) == exits.BAD_INPUT
    assert "not published: somebody asked that it, or its author, be forgotten" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"listed": 1, "refused:robots": 1}, "refused:robots"),
        ({"listed": 1, "outdated": 1}, "later words of it stand"),
        ({"listed": 1}, "nothing of it was taken"),
    ],
)
def test_every_other_end_of_a_note_is_named(counts: dict[str, int], said: str) -> None:
    """By the name under which it is counted, where there is no better word."""
    assert tell.what_became(counts) == (said, False)


def test_a_clerk_has_no_origin() -> None:
    """It would be asked, of nobody, for every note: the file is refused and says so."""
    said = json.dumps({"kind": "manual", "township": "990101101", "origin": "https://bbs.example.cn"})
    with pytest.raises(Misconfigured, match="`origin` is for gateways"):
        parse_source(said, Path("desk.yaml"))


def test_when_it_was_said_is_read_as_sources_read_it(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """昨天下午3点 beside now; what is yet to come or names no time is refused before anything is published."""
    assert run(["tell", "desk", "桥塌了", "--published", "昨天下午3点"]) == exits.OK
    yesterday = datetime.now(ZoneInfo("Asia/Shanghai")) - timedelta(days=1)
    assert world.published[0].published == yesterday.replace(hour=15, minute=0, second=0, microsecond=0)
    for said in ("2999-03-01", "不久", "2026-13-01 08:15"):
        assert run(["tell", "desk", "桥又塌了", "--published", said]) == exits.USAGE
    assert len(world.published) == 1
    assert "yet to come" in capsys.readouterr().err


class Away(Here):
    """The store goes away while the note is on its way."""

    async def posts(self, source: str, keys: Collection[str]) -> Mapping[str, Noted]:  # noqa: ARG002
        raise Busy("http://127.0.0.1:1 is away") from NoConnection("refused")


def test_a_store_that_is_away_is_said_with_its_remedy(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """As by other commands: 75, and what to start or to correct."""
    world.memory = Away()
    assert run(["tell", "desk", "桥塌了"]) == exits.TEMPORARY
    assert capsys.readouterr().err.endswith(f"is away; {START_ELASTICSEARCH}\n")


def test_nobody_waits_for_a_store_that_is_away(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A clerk at a terminal is told at once: a crawler has time, and waits."""

    @asynccontextmanager
    async def log(_: Settings) -> AsyncIterator[None]:
        yield

    async def wait(*_: object) -> None:
        raise AssertionError("it waits")

    monkeypatch.setattr(tell, "open_entrance", crawler.open_entrance)
    monkeypatch.setattr(crawler, "open_log", log)
    monkeypatch.setattr(SystemClock, "sleep", wait)
    monkeypatch.setenv("XIANGYIN_ELASTICSEARCH", "http://127.0.0.1:1")
    assert run(["tell", "desk", "桥塌了"]) == exits.TEMPORARY
    said = capsys.readouterr()
    assert (said.out, said.err.count(START_ELASTICSEARCH), world.published) == ("", 1, [])


def test_only_the_result_is_printed(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program that calls `tell` reads one line; what we log meanwhile goes to the error stream."""

    @asynccontextmanager
    async def entrance(_: Settings) -> AsyncIterator[Way]:
        structlog.get_logger().warning("the log refuses a post")
        yield world.way

    monkeypatch.setattr(tell, "open_entrance", entrance)
    assert run(["tell", "desk", "桥塌了"]) == exits.OK
    said = capsys.readouterr()
    assert said.out.startswith("published: ")
    assert said.out.count("\n") == 1
    assert "the log refuses a post" in said.err
