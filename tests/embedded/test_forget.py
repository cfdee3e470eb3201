"""`xiangyin forget --source --id`: by the id that the source gave, whatever became of it behind the door."""

import asyncio
import hashlib
import io

import pytest

from deploy.cli import exits, run
from streams.identity import answer_id, document_id
from streams.privacy.door import digested
from tests.embedded.county import ELSEWHERE, HERE, THERE, County, post

FORGET = ("forget", "--role", "privacy", "--reason", "asked for it", "--source")
HANDLE, OTHER, NOBODY = "听风的石头", "老街坊", "p1-" + "0" * 32
NAMED, LONG = f"https://bbs.example.cn/u/{HANDLE}/5", "x" * 600
LAMP, WATER = "东埠村的路灯坏了三个月了，晚上漆黑一片", "鹿鸣村的水管爆了，水流了一地，请来修"


async def stored(county: County) -> set[str]:
    """Bodies of the posts of which more than a mark is left."""
    return {each["body"] for each in await county.search("posts") if "forgotten" not in each}


async def test_a_post_is_forgotten_by_the_id_that_its_source_gave(
    county: County, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that the door digested, one beyond the schema's length, one with its office's answer, which may be elsewhere.

    Of an id that was never stored, and of a source's name, it is said, and the command does not end well, however often
    it is run.
    """

    async def forgotten(source: str, identity: str, code: int = exits.OK) -> str:
        capsys.readouterr()
        assert await asyncio.to_thread(run, [*FORGET, source, "--id", identity]) == code
        said = capsys.readouterr()
        return said.err if code else said.out

    asked = [digested(f"{NAMED}/{number}") for number in range(2)]
    await county.publish(
        [
            *(post(each, f"{LAMP}，问{each}", author=OTHER) for each in asked),
            *(post(answer_id(each), f"已派人前往东埠村维修，答{each}", kind="answer") for each in asked),
            post(digested(NAMED), f"{LAMP}，一", author=HANDLE),
            post(hashlib.sha256(LONG.encode()).hexdigest(), f"{LAMP}，二"),
            post("4711", WATER, author=HANDLE),
            post("4711#answer", "已派人前往鹿鸣村维修", kind="answer", township=THERE),
            post("4712", f"{LAMP}，三", author=HANDLE),
            post("4712#answer", "已派人前往东埠村维修", kind="answer"),
            post("left", f"{LAMP}，四"),
        ]
    )
    await county.until(11)
    assert "posts: 1\n" in await forgotten("forum", NAMED)
    assert f"{LAMP}，一" not in await stored(county)
    assert "posts: 1\n" in await forgotten("forum", LONG)
    assert "posts: 2; offices' answers among them: 1\n" in await forgotten("forum", "4711")
    assert "posts: 0\n" in await forgotten("forum", "4711"), "its key was listed before: run again it says no worse"
    (author,) = {each["author"] for each in await county.search("posts") if each.get("id") == "4712"}
    assert await asyncio.to_thread(run, [*FORGET[:-1], "--pseudonym", author]) == exits.OK
    assert "posts: 2; offices' answers among them: 1\n" in capsys.readouterr().out
    # Of these the source's own id is known to nobody.
    one = ("--post", document_id(HERE, "forum", asked[0]))
    (author,) = {each["author"] for each in await county.search("posts") if each.get("id") == asked[1]}
    for named in (one, ("--pseudonym", author)):
        capsys.readouterr()
        assert await asyncio.to_thread(run, [*FORGET[:-1], *named]) == exits.OK
        assert "posts: 2; offices' answers among them: 1\n" in capsys.readouterr().out
    assert await asyncio.to_thread(run, [*FORGET[:-1], "--pseudonym", author]) == exits.OK, "run again it says no worse"
    assert await stored(county) == {f"{LAMP}，四"}
    for _ in range(2):
        said = await forgotten("forum", "lefft", exits.BAD_INPUT)
        assert said.endswith("its key is listed all the same. Should it be there? See what you named\n")
        assert await asyncio.to_thread(run, [*FORGET[:-1], "--pseudonym", NOBODY]) == exits.BAD_INPUT
    said = await forgotten("forun", "left", exits.BAD_INPUT)
    assert said.endswith("no post of a source 'forun' is stored; there are some of: forum\n")
    assert await stored(county) == {f"{LAMP}，四"}


async def said_by(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = exits.OK) -> str:
    """What a command says, and what it complains of."""
    capsys.readouterr()
    assert await asyncio.to_thread(run, list(arguments)) == code
    said = capsys.readouterr()
    return said.out + said.err


async def test_what_another_program_stored_is_forgotten_by_the_names_that_readers_see(
    county: County, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its documents stand under an id, or a source, that the door took away: their answers do, too."""
    raw, somebody = "工单-13812345678", "forum-13812345678"
    posts = [post(each, f"{LAMP}，{each}") for each in (raw, f"{raw}1", f"{raw}2")]
    posts += [post("1", f"{LAMP}，四"), post("2", f"{LAMP}，五")]
    for each in posts[3:]:
        each["source"] = somebody
    posts[2]["author"] = HANDLE
    posts += [{**each, "id": answer_id(each["id"]), "kind": "answer", "author": None} for each in posts]
    await county.publish([*posts, post("left", WATER)])
    await county.until(11)
    (author,) = {each["author"] for each in await county.search("posts") if each.get("author")}
    for named in (
        ("--source", "forum", "--id", digested(raw)),
        ("--post", document_id(HERE, "forum", f"{raw}1")),
        ("--pseudonym", author),
        ("--source", digested(somebody), "--id", "1"),
        ("--source", somebody, "--id", "2"),
    ):
        said = await said_by(capsys, *FORGET[:-1], *named)
        assert "posts: 2; offices' answers among them: 1\n" in said, named
    assert await stored(county) == {WATER}


async def test_an_answer_that_was_stored_before_its_question_was_dropped_goes_when_forget_is_run_again(
    county: County, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands in another township, whose worker cannot know of the author; somebody else's name finds only itself."""
    await county.publish([post("0", LAMP, author=HANDLE), post("1#answer", WATER, kind="answer", township=THERE)])
    await county.until(2)
    monkeypatch.setattr("sys.stdin", io.StringIO(HANDLE))
    assert "posts: 1\n" in await said_by(capsys, *FORGET, "forum", "--handle")
    await county.publish([post("1", f"{LAMP}，一", author=HANDLE)])
    await county.drained()
    assert await stored(county) == {WATER}
    said = await said_by(capsys, *FORGET[:-1], "--pseudonym", NOBODY, code=exits.BAD_INPUT)
    assert "posts: 0; answers to what was dropped before: 1\n" in said
    assert await stored(county) == set()


async def test_a_post_of_a_township_that_is_served_no_more_is_named(
    county: County, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody owns it, so it stays where it is, and whoever asks is told, however she names it."""
    await county.publish([post("1", WATER, township=ELSEWHERE), post("2", LAMP)])
    await county.until(2)
    with county.without(ELSEWHERE):
        for named in (("--source", "forum", "--id", "1"), ("--post", document_id(ELSEWHERE, "forum", "1"))):
            said = await said_by(capsys, *FORGET[:-1], *named, code=exits.BAD_INPUT)
            assert "posts: 0\n" in said
            assert f"nobody owns {ELSEWHERE}: the deployment does not serve it, and its posts stay" in said
            assert "no such post" not in said
    assert "posts: 1\n" in await said_by(capsys, *FORGET, "forum", "--id", "1")
    assert await stored(county) == {LAMP}


async def test_an_author_is_forgotten_with_the_answers_to_her_dead_letters(
    county: County, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What she asked may be a letter and its answer stored, or the other way round; the answer names nobody."""
    nowhere = "990101109000"
    await county.publish(
        [
            post("1", LAMP, author=HANDLE, township=nowhere),
            post("1#answer", f"您反映的{LAMP}已修", kind="answer"),
            post("2", f"{LAMP}，二", author=HANDLE),
            post("2#answer", f"您反映的{LAMP}已修", kind="answer", township=nowhere),
            post("3#answer", "已修好", kind="answer", township=nowhere),
            post("left", WATER, author=OTHER),
        ]
    )
    await county.until(3, dead=3)
    monkeypatch.setattr("sys.stdin", io.StringIO(HANDLE))
    said = await said_by(capsys, *FORGET, "forum", "--handle")
    assert "posts: 2; offices' answers among them: 1\n" in said
    assert "letters, not shown or sent any more: 2\n" in said
    assert await stored(county) == {WATER}
    await county.publish([post("1#answer", "您反映的路灯，又修了一次", kind="answer")])
    await county.drained()
    assert await stored(county) == {WATER}
