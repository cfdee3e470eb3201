"""Dead letters in people's hands: seen, understood, sent again once what killed them is mended, or dropped."""

import asyncio
import io
import json
import shutil
from typing import Any

import pytest

from deploy.cli import run
from deploy.settings.deployment import CONFIG
from tests.embedded.county import HERE, County, post

UNSERVED = "990101109000"
BROKEN = "东埠村的水管爆了，请来修，电话13812345678"


class Desk:
    """`xiangyin dead` in this process: starting one for each command would take most of the test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys

    async def run(self, *arguments: str, code: int = 0, given: str = "") -> str:
        """What the command prints. It must end with this exit code."""
        self.monkeypatch.setattr("sys.stdin", io.StringIO(given))
        self.capsys.readouterr()
        ended = await asyncio.to_thread(run, ["dead", *arguments])
        said = self.capsys.readouterr()
        assert ended == code, said
        return said.out + said.err

    async def listed(self, *options: str) -> list[dict[str, Any]]:
        """What `dead list --json` says."""
        return [json.loads(line) for line in (await self.run("list", "--json", *options)).splitlines()]


@pytest.fixture
def desk(county: County, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv(CONFIG, str(county.folder / "deployment.yaml"))
    monkeypatch.setenv("XIANGYIN_ROLE", "clerk")
    return Desk(monkeypatch, capsys)


async def test_a_letter_whose_cause_is_mended_is_sent_again_and_counted(county: County, desk: Desk) -> None:
    """A township that nobody serves: its posts wait as letters, and after its file is there they are judged once."""
    county.work()
    await county.publish([post("1", BROKEN, township=UNSERVED), post("2", BROKEN, township=UNSERVED)])
    await county.until(0, dead=2)
    letters = await desk.listed("--reason", "township", "--township", UNSERVED)
    assert [letter["state"] for letter in letters] == ["open", "open"]
    assert await desk.listed("--reason", "step") == []
    assert await desk.listed("--since", "2999-01-01") == []
    assert await desk.listed("--limit", "1") == letters[1:], "to send the newest again first"
    shown = await desk.run("show", letters[0]["id"].removeprefix(f"{county.name}."))
    assert BROKEN in shown, "opened with the deployment's key, in readable words"
    assert "add the file" in shown
    assert f"{county.name}.posts" in shown
    assert json.loads(await desk.run("show", letters[0]["id"], "--raw"))["body"] == BROKEN
    county.end()
    shutil.copy(county.folder / "townships" / f"{HERE}.yaml", county.folder / "townships" / "new.yaml")
    file = county.folder / "townships" / "new.yaml"
    file.write_text(file.read_text("utf-8").replace(HERE, UNSERVED), "utf-8")
    county.run("indices", "create")
    county.work()
    lines = await desk.run("list", "--json", "--reason", "township")
    said = await desk.run("retry", "-", "--by", "duty", "--because", "file added", given=lines)
    assert "sent again: 2" in said
    await county.until(2)
    (incident,) = await county.search("incidents")
    assert incident["posts"] == 2
    assert await desk.listed() == []
    assert {letter["state"] for letter in await desk.listed("--all")} == {"retried"}
    assert "no dead letters" in await desk.run("list")
    assert "none of 2 letters is like that" in await desk.run("list", "--all", "--source", "never")
    await desk.run("list", "--step", "never", code=2)
    assert "sent again by duty" in await desk.run("show", letters[0]["id"])
    await desk.run("retry", letters[0]["id"], code=1)


async def test_a_record_that_dies_again_is_marked_and_never_loops(county: County, desk: Desk) -> None:
    """A second death is a new letter that knows the first; nothing sends it a third time unless told to."""
    county.work()
    await county.publish([b"{ no json"])
    await county.until(0, dead=1)
    (first,) = await desk.listed()
    await desk.run("retry", first["id"])
    await county.until(0, dead=2)
    (second,) = await desk.listed()
    assert (second["retries"], second["first"]) == (1, first["id"])
    assert {letter["state"] for letter in await desk.listed("--all")} == {"open", "died again"}
    await desk.run("retry", second["id"], code=1)
    named = second["id"].removeprefix(f"{county.name}.")
    assert f"its letter is now {named}" in await desk.run("retry", first["id"], code=1)
    assert [letter["id"] for letter in await desk.listed()] == [second["id"]]
    await desk.run("retry", "--again", second["id"])
    await county.until(0, dead=3)
    (third,) = await desk.listed()
    assert (third["retries"], third["first"]) == (2, first["id"])
    shown = await desk.run("show", third["id"])
    assert f"{first['id'].removeprefix(f'{county.name}.')}: sent again" in shown
    assert "{ no json" in shown
    await desk.run("drop", third["id"], code=2)
    assert "dropped: 1" in await desk.run("drop", third["id"], "--because", "rubbish", "--by", "duty")
    assert await desk.listed() == []
    assert "dropped by duty" in await desk.run("show", third["id"])
    (dropped,) = [json.loads(each.value) for each in await county.read("operations") if b"dropped" in each.value]
    assert (dropped["letter"], dropped["by"], dropped["reason"]) == (third["id"], "duty", "rubbish")


async def test_who_decides_about_letters_is_a_role(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for, because a login is a person's name; spaces are no role, and no reason.

    Nothing on standard input is nothing to do.
    """
    for command in (("retry", "-"), ("drop", "-", "--because", "x")):
        assert "standard input is empty" in await desk.run(*command, given="\n")
    for nothing in ("", " "):
        assert "must not be empty" in await desk.run("drop", "posts-0-99", "--because", nothing, code=2)
        assert "must not be empty" in await desk.run("drop", "posts-0-99", "--because", "x", "--by", nothing, code=2)
    monkeypatch.setenv("XIANGYIN_ROLE", " ")
    assert "must not be empty" in await desk.run("retry", "posts-0-99", code=2)
    monkeypatch.delenv("XIANGYIN_ROLE")
    assert "--by" in await desk.run("retry", "posts-0-99", code=2)
    assert "--by" in await desk.run("drop", "posts-0-99", "--because", "x", code=2)


async def test_a_letter_that_is_not_there_is_named_with_a_remedy(desk: Desk) -> None:
    """An id from nowhere ends with 1 and says what lists the others."""
    assert "dead list --all" in await desk.run("show", "posts-0-99", code=1)
    assert "dead list --all" in await desk.run("drop", "posts-0-99", "--because", "x", code=1)


async def test_of_two_commands_that_send_a_letter_again_one_does(county: County, desk: Desk) -> None:
    """At once, and one after the other: the record stands once more in its topic, and who comes later is told so."""
    county.work()
    await county.publish([b"{ no json"] * 3)
    await county.until(0, dead=3)
    county.end()
    ids = [each["id"] for each in await desk.listed()]
    both = [county.start("dead", "retry", *ids, "--by", f"duty{n}", log=f"retry-{n}.log") for n in range(2)]
    codes = [await asyncio.to_thread(each.wait, 60) for each in both]
    said = [(county.folder / f"retry-{n}.log").read_text("utf-8") for n in range(2)]
    assert len(await county.read("posts")) == 6, said
    assert sorted(codes) == [0, 1], said
    later = await desk.run("retry", *ids, code=1)
    assert later.count("was already sent again by duty") == 3
    assert len(await county.read("posts")) == 6
