"""The handles of others: they go where a text names a writer, and blot out no words that others wrote."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.privacy.others import Writers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("回复 张三丰：我也看到了", "回复 ***：我也看到了"),
        ("回复 3# 张三丰 的帖子", "回复 3# *** 的帖子"),
        ("回复张三丰的帖子", "回复***的帖子"),
        ("张三丰 发表于 2026-1-1 08:15\n路坏了", "*** 发表于 2026-1-1 08:15\n路坏了"),
        ("引用“张三丰”写道", "引用“***”写道"),
        ("本帖最后由 张三丰 于 3 分钟前 编辑", "本帖最后由 *** 于 3 分钟前 编辑"),
        ("路坏了\n张三丰： 是的", "路坏了\n***： 是的"),
        ("楼主张三丰说得对", "楼主***说得对"),
        ("LISI_1988的车也坏了", "*********的车也坏了"),
        ("ｌｉｓｉ＿１９８８ 和lisi_\u200b1988", "********* 和**********"),
        ("RE: lisi_1988，同意", "RE: *********，同意"),
    ],
)
def test_a_handle_of_the_page_goes_where_a_writer_is_named(text: str, expected: str) -> None:
    """After 回复, 引用, 楼主, 最后由, before 发表于 and a colon; one of letters wherever it stands, in any width."""
    assert Writers({"张三丰", "lisi_1988"}).without_others(text) == expected


@pytest.mark.parametrize(
    "author",
    [
        "路",
        "三人",
        "三人死亡",
        "3人死亡",
        "死亡",
        "网友",
        "2026",
        "12",
        "kg",
        "lisi",
        "于",
        "说",
        "G60",
        "110kV",
        "PM2",
        "H7N9",
    ],
)
def test_no_handle_blots_out_what_others_saw(author: str) -> None:
    """Whoever is called 三人死亡 or G60 hides nobody's words; nor does a short name, or one of digits alone."""
    text = (
        "2026年12月桥上事故：造成三人死亡，3人死亡，12 kg。\n死亡人数是三人\n"
        "G60高速旁110kV线塔倒了，PM2.5超标，有H7N9\n"
        "lisi_1988说路坏了，网友说三人死亡于桥上，回复三人死亡人数，关于三人死亡的评论"
    )
    assert Writers({author}).without_others(text) == text


@given(st.text(max_size=60), st.lists(st.text(max_size=8), max_size=4))
def test_a_text_stays_as_long(text: str, authors: list[str]) -> None:
    """Only `*` is written."""
    once = Writers(authors).without_others(text)
    assert all(new in {old, "*"} for old, new in zip(text, once, strict=True))


def test_all_texts_of_a_thread_take_time_in_proportion() -> None:
    """Ten times the authors, each with a text, take about ten times as long: they are compared once."""

    def cost(size: int) -> float:
        authors, times = [f"user_{number}_abcdefgh" for number in range(size)], []
        for _ in range(3):
            start = time.process_time()
            writers = Writers(authors)
            for author in authors:
                writers.without_others("回复 user_1_abcdefgh：路坏了", author)
            times.append(time.process_time() - start)
        return min(times)

    assert cost(5_000) < 40 * cost(500) + 0.05


def test_an_author_is_no_other() -> None:
    """Who names himself is left to the door; whoever else names him is not."""
    writers = Writers({"lisi_1988", "张三丰"})
    assert writers.without_others("LISI_1988: 回复 张三丰：对", "lisi_1988") == "LISI_1988: 回复 ***：对"
    assert writers.without_others("LISI_1988: 回复 张三丰：对") == "*********: 回复 ***：对"


@pytest.mark.parametrize("piece", ["回复 a", "a发表于", "于编辑", "a1_", "甲：", "回复 3# 「"])
def test_many_authors_and_a_long_text_take_time_in_proportion(piece: str) -> None:
    """A page of ten times the authors and ten times the words takes about ten times as long."""

    def cost(size: int) -> float:
        text, authors, times = piece * size, {f"name-{number}" for number in range(size)}, []
        for _ in range(3):
            start = time.process_time()
            Writers(authors).without_others(text)
            times.append(time.process_time() - start)
        return min(times)

    assert cost(50_000) < 40 * cost(5_000) + 0.05
