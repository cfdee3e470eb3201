"""Which clauses sound like danger."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.danger import NOTHING, DangerModel, Dangerous
from models.segment import Segmenter

MODEL, SEGMENTER = DangerModel.load(), Segmenter()
PERIL = "六楼窗外挂着一个孩子，两只手快抓不住了，楼下的人都在喊"
HAZARD = "配电箱敞着门，电线都露在外面，小孩伸手就能够着"


def heard(body: str, title: str = "") -> Dangerous:
    tokens = SEGMENTER.tokens(title, body)
    return MODEL.dangerous(tokens, MODEL.table.sums(tokens))


def quotes(body: str, title: str = "") -> tuple[list[str], list[str]]:
    whole, found = f"{title}\n{body}" if title else body, heard(body, title)
    now, hazard = ([whole[start:end] for start, end in spans] for spans in (found.now, found.hazard))
    return now, hazard


def test_danger_now_is_heard_without_a_plea() -> None:
    """People in danger are noticed by what they do and suffer, and quoted literally."""
    now, hazard = quotes(PERIL)
    assert now[0] in PERIL
    assert not hazard


def test_a_standing_danger_is_no_danger_now() -> None:
    """What may hurt somebody some day is a hazard."""
    now, hazard = quotes(HAZARD)
    assert not now
    assert hazard


@pytest.mark.parametrize(
    "text",
    [
        "请问社保卡在哪里补办",
        "广场舞太吵，孩子写不了作业",
        "昨晚的电影里，主角从楼顶跳进了江里",
        "工资拖了三个月，全家喝西北风",
        "",
        "！！！",
    ],
)
def test_everyday_talk_is_none(text: str) -> None:
    """Requests, complaints, films and empty texts hold no danger."""
    assert heard(text) is NOTHING


@given(
    st.sampled_from(["，领导到底管不管", "，气死我了", "，太不像话了", "，真让人寒心", "，书记不作为", "，为镇里点赞"]),
    st.integers(1, 4),
)
@settings(deadline=None)
def test_anger_and_praise_behind_a_comma_change_nothing(outburst: str, times: int) -> None:
    """However often it is said, it is no danger, and it takes none away."""
    now, hazard = quotes(PERIL + outburst * times)
    assert (len(now), len(hazard)) == (1, 0)
    assert now[0].startswith(quotes(PERIL)[0][0])
    assert heard(outburst * times) is NOTHING


@given(st.text(alphabet="，。！\n 的了人水火楼跳困孩子救", max_size=60), st.text(alphabet="，。急水孩子", max_size=12))
@example(body="救", title="。")  # A sentence without a clause.
@settings(deadline=None)
def test_quotes_lie_within_the_text(body: str, title: str) -> None:
    """Each quotation is a part of title, newline and body, in order, and never empty."""
    whole = f"{title}\n{body}" if title else body
    found = heard(body, title)
    for spans in (found.now, found.hazard):
        assert all(0 <= start < end <= len(whole) for start, end in spans)
        assert list(spans) == sorted(spans)


def test_posts_are_heard_together_as_if_alone() -> None:
    """A post's passages are its own, whatever stands in the posts before and behind it."""
    texts = ("", PERIL, "请问社保卡在哪里补办", f"你好。{HAZARD}。", PERIL, "！")
    posts = [SEGMENTER.tokens("", text) for text in texts]
    alone = [MODEL.dangerous(post, MODEL.table.sums(post)) for post in posts]
    assert MODEL.dangerous_of_all(posts, MODEL.table.sums_of_all(posts)) == alone
    assert [*map(bool, alone)] == [False, True, False, True, True, False]


def test_a_sentence_that_never_ends_is_read_in_parts() -> None:
    """Without a full stop in a thousand characters, danger is found, and a clause of it quoted."""
    now, _ = quotes(f"{PERIL}，" * 60)
    assert now
    assert all(len(quote) <= 150 for quote in now)


def test_a_sentence_in_the_title_is_quoted_from_there() -> None:
    """A title is a sentence of its own, however the body begins."""
    assert quotes("求转发。", title=PERIL) == quotes(PERIL)
    assert quotes(PERIL, title="求转发") == quotes(PERIL)
