"""An office's answer is one only when it answers something."""

import pytest

from streams.identity import answer_id
from streams.pages.answer import answer_to, says_something
from streams.pages.page import Raw


@pytest.mark.parametrize(
    "words",
    [
        "", "无", "暂无", "暂无回复", "--", "/", "（空）", "待回复", "待处理", "已受理", "办理中", "处理中……",
        "正在办理中。", "等待处理中",
        "等待官方回复", "尚未答复", "未办理", "没有回复", "暂无回复内容", "您好，正在办理中", "您好！已受理。",
        "【受理中】", "暂无反馈",
    ],
)  # fmt: skip
def test_what_holds_the_place_of_an_answer_is_none(words: str) -> None:
    """Published, it would be told as the office's words, and the real answer as an edit of it."""
    assert not says_something(words)
    assert answer_to(Raw(id="7"), words, None, "住建局") == ()


@pytest.mark.parametrize(
    "words",
    [
        "已修好", "已处理", "不予受理", "您好，路灯已修好。", "无此情况", "已办结，谢谢您的监督",
        "正在办理中，预计周五完成",
        "您好，已转住建局处理", "经核实，暂无相关政策", "处理完毕",
    ],
)  # fmt: skip
def test_what_says_something_is_an_answer(words: str) -> None:
    """However short: only what is wholly a stand-in is left out."""
    (answer,) = answer_to(Raw(id="7"), words, None, "住建局", "已办结")
    assert (answer.id, answer.title, answer.body) == (answer_id("7"), "住建局 · 已办结", words)
