"""`xiangyin forget --source --id`: by the id that the source gave, whatever became of it behind the door."""

import asyncio
import hashlib

import pytest

from deploy.cli import exits, run
from streams.privacy.door import digested
from tests.embedded.county import THERE, County, post

FORGET = ("forget", "--role", "privacy", "--reason", "asked for it", "--source")
HANDLE = "听风的石头"
NAMED, LONG = f"https://bbs.example.cn/u/{HANDLE}/5", "x" * 600
LAMP, WATER = "东埠村的路灯坏了三个月了，晚上漆黑一片", "鹿鸣村的水管爆了，水流了一地，请来修"


async def stored(county: County) -> set[str]:
    """Bodies of the posts of which more than a mark is left."""
    return {each["body"] for each in await county.search("posts") if "forgotten" not in each}


async def test_a_post_is_forgotten_by_the_id_that_its_source_gave(
    county: County, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that the door digested, one beyond the schema's length, one with its office's answer, which may be elsewhere.

    Of an id that was never stored, and of a source's name, it is said, and the command does not end well.
    """

    async def forgotten(source: str, identity: str, code: int = exits.OK) -> str:
        capsys.readouterr()
        assert await asyncio.to_thread(run, [*FORGET, source, "--id", identity]) == code
        said = capsys.readouterr()
        return said.err if code else said.out

    await county.publish(
        [
            post(digested(NAMED), f"{LAMP}，一", author=HANDLE),
            post(hashlib.sha256(LONG.encode()).hexdigest(), f"{LAMP}，二"),
            post("4711", WATER, author=HANDLE),
            post("4711#answer", "已派人前往鹿鸣村维修", kind="answer", township=THERE),
            post("4712", f"{LAMP}，三", author=HANDLE),
            post("4712#answer", "已派人前往东埠村维修", kind="answer"),
            post("left", f"{LAMP}，四"),
        ]
    )
    await county.until(7)
    assert "posts: 1\n" in await forgotten("forum", NAMED)
    assert f"{LAMP}，一" not in await stored(county)
    assert "posts: 1\n" in await forgotten("forum", LONG)
    assert "posts: 2; offices' answers among them: 1\n" in await forgotten("forum", "4711")
    assert "posts: 0\n" in await forgotten("forum", "4711"), "its key was listed before: run again it says no worse"
    (author,) = {each["author"] for each in await county.search("posts") if each.get("id") == "4712"}
    assert await asyncio.to_thread(run, [*FORGET[:-1], "--pseudonym", author]) == exits.OK
    assert "posts: 2; offices' answers among them: 1\n" in capsys.readouterr().out
    assert await stored(county) == {f"{LAMP}，四"}
    said = await forgotten("forum", "lefft", exits.BAD_INPUT)
    assert said.endswith("its key is listed all the same. Should it be there? See what you named\n")
    said = await forgotten("forun", "left", exits.BAD_INPUT)
    assert said.endswith("no post of a source 'forun' is stored; there are some of: forum\n")
    assert await stored(county) == {f"{LAMP}，四"}
