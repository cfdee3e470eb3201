"""`judge` and `group` answer every line, in order, with quotes that stand in the line."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from deploy.judging import Grouper, Judge
from tests.unit.hostile import LEXICON, PIECES

TOLL = {"deaths", "missing", "injured", "injured_serious", "poisoned", "trapped", "evacuated", "loss_yuan"}


def lines(*posts: dict[str, Any] | str) -> list[bytes]:
    return [(post if isinstance(post, str) else json.dumps(post, ensure_ascii=False)).encode() for post in posts]


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge({})


def judged(judge: Judge, *posts: dict[str, Any] | str) -> list[dict[str, Any]]:
    (answers,) = judge.answers([lines(*posts)])
    return [msgspec.json.decode(msgspec.json.encode(answer)) for answer in answers]


def grouped(*posts: dict[str, Any] | str) -> list[dict[str, Any]]:
    (answers,) = Grouper({}).answers([lines(*posts)])
    return answers


def test_an_answer_has_exactly_the_promised_fields(judge: Judge) -> None:
    """Programs are built on these names: topic, sentiment, emotion, severity, facts and what is in them."""
    (answer,) = judged(judge, {"id": "a", "text": "昨晚围墙倒塌，造成两人受伤"})
    assert set(answer) == {"id", "topic", "sentiment", "emotion", "severity", "facts"}
    assert set(answer["topic"]) == {"label", "score", "uncertain"}
    assert set(answer["sentiment"]) == set(answer["emotion"]) == {"label", "score"}
    assert set(answer["severity"]) == {"grade", "kind", "hazard", "immediate", "warning", "rules", "evidence"}
    assert set(answer["facts"]) == TOLL
    assert answer["facts"]["injured"] == 2
    assert answer["facts"]["missing"] is None


@pytest.mark.parametrize(
    "post",
    [
        {"text": "昨晚围墙倒塌，造成两人受伤"},
        {"title": "求助", "body": "昨晚围墙倒塌，造成两人受伤"},
        {"title": "求<b>助</b>", "body": "<p>昨晚围墙\u200b倒塌，造成<i>两人</i>受伤</p>\x00"},
        {"title": "", "body": "昨晚围墙倒塌，造成两人受伤"},
    ],
)
def test_each_quote_stands_literally_at_its_place(judge: Judge, post: dict[str, Any]) -> None:
    """Offsets count characters of title, newline and body, or of text, as the line gave them, markup and all."""
    whole = post.get("text") or "\n".join(part for part in (post["title"], post["body"]) if part)
    (answer,) = judged(judge, post)
    quotes = answer["severity"]["evidence"]
    assert quotes
    assert all(whole[quote["start"] : quote["end"]] == quote["text"] for quote in quotes)


def test_bad_lines_are_answered_in_their_place(judge: Judge) -> None:
    """A bad line never shifts, hides or stops the others."""
    answers = judged(judge, {"text": "路灯坏了"}, "nonsense", {"id": "e", "text": " "}, {"id": 7, "text": "路灯坏了"})
    assert [answer["id"] for answer in answers] == [1, 2, "e", 7]
    assert ["error" in answer for answer in answers] == [False, True, True, False]


def test_blocks_change_no_answer(judge: Judge) -> None:
    """A line is judged as it is alone, whatever stands beside it, and lines are numbered through."""
    posts = [{"text": text} for text in ("路灯坏了", "昨晚围墙倒塌，造成两人受伤", " ", "谢谢")] * 3
    together = judged(judge, *posts)
    assert [answer["id"] for answer in together] == [*range(1, 13)]
    apart = [answer for block in judge.answers([line] for line in lines(*posts)) for answer in block]
    assert msgspec.json.encode(apart) == msgspec.json.encode(together)


def test_the_same_matter_is_one_incident() -> None:
    """Two reports of one wall are one incident; thanks are none; another township's wall is its own."""
    wall = "东埠小学的围墙倒了，砸伤两名学生，请尽快处理"
    answers = grouped(
        {"id": "a", "text": wall, "time": "2026/1/1 8:00:00"},
        {"id": "b", "text": "东埠小学围墙倒塌，两名学生受伤", "time": "2026-01-01T09:00:00+08:00"},
        {"id": "c", "text": "感谢你们的辛苦工作", "time": "2026/1/1 10:00:00"},
        {"id": "d", "text": wall, "time": "2026/1/1 11:00:00", "township": "330206105"},
    )
    first, second, thanks, elsewhere = [answer["incident"] for answer in answers]
    assert first == second
    assert thanks is None
    assert elsewhere not in (first, None)


def test_the_same_input_gives_the_same_output() -> None:
    """Ids of incidents follow from the posts, not from the run."""
    posts = [
        {"id": str(n), "text": f"柳河路{n % 3}号门前的路灯坏了", "time": f"2026/1/{n + 1} 8:00:00"} for n in range(9)
    ]
    assert grouped(*posts) == grouped(*posts)


def test_a_time_that_cannot_be_read_is_an_error_in_its_place() -> None:
    """Grouping goes by time: a wrong one is named, the next line goes on."""
    answers = grouped({"text": "路灯坏了", "time": "gestern"}, {"text": "路灯坏了", "time": "2026/1/1 8:00:00"})
    assert "gestern" in answers[0]["error"]
    assert answers[1]["incident"]


def test_a_post_that_comes_again_keeps_its_incident() -> None:
    """The same id in the same township and source is the same post, as in the store."""
    first, again = grouped(
        {"id": "a", "text": "柳河路的路灯坏了，请修", "time": "2026/1/1 8:00:00"},
        {"id": "a", "text": "柳河路的水管爆了，请修", "time": "2026/1/2 8:00:00"},
    )
    assert first["incident"] == again["incident"]


@settings(deadline=None)
@given(some.lists(some.lists(some.sampled_from([*PIECES, *LEXICON]), max_size=9).map("".join), max_size=6))
def test_many_posts_are_judged_as_each_is_alone(judge: Judge, texts: list[str]) -> None:
    """What is found for a block of posts at once is no other than what is found post by post."""
    posts = [{"id": "p", "text": f"{text.encode(errors='ignore').decode()}。"} for text in texts]
    assert judged(judge, *posts) == [answer for post in posts for answer in judged(judge, post)]
