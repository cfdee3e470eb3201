"""Names that a text announces go; what only looks like one stays, because judgement rests on it."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.privacy.mask import mask
from streams.privacy.names import named

NAMES = st.builds(
    "{}{}".format,
    st.sampled_from(["王", "李", "陈", "欧阳", "诸葛", "覃", "符"]),
    st.sampled_from(["明", "桂花", "建国", "雪", "三", "志强"]),
)
ANNOUNCED = st.sampled_from(
    [
        "联系人：{}，",
        "投诉人: {}（",
        "姓名：{}\n",
        "我叫{}，",
        "您好！我名叫{}。",
        "我的名字叫{} ",
        "本人{}，女，",
        "，本人{}系本村人",
    ]
)
ENDS = st.sampled_from(
    ["此致\n敬礼！\n{}", "谢谢！\n{}\n2024年3月5日", "望回复。\n  村民：{}\n二〇二四年", "感谢！\n家长{}"]
)


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in named(text)]


@settings(deadline=None)
@given(ANNOUNCED, NAMES)
def test_a_name_that_is_announced_goes(form: str, name: str) -> None:
    """After 联系人：, 我叫 and their like, and after 本人 where a person is described."""
    text = form.format(name)
    assert found(text) == [name]
    assert mask(text) == form.format("*" * len(name))


@settings(deadline=None)
@given(ENDS, NAMES)
def test_a_signature_goes(form: str, name: str) -> None:
    """A name on a line of its own below the last words of a letter, at its end or before the date."""
    assert found(form.format(name)) == [name]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("举报人：王建、李雪、陈志强 电话", ["王建", "李雪", "陈志强"]),
        ("联系人 ： 王明138", ["王明"]),
        ("联系人王小明电话8812345", []),
        ("户主：李三，住平安村", ["李三"]),
    ],
)
def test_several_names_go_and_a_colon_is_needed(text: str, names: list[str]) -> None:
    """Those of a list go each; a role without a colon announces nothing: 业主们 and 房东说 are no names."""
    assert found(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "联系人：安平派出所，",
        "投诉人：全体业主。",
        "姓名：单号，",
        "此致\n敬礼！\n平安村村民\n2024年",
        "谢谢！\n柳汀镇人民政府",
        "谢谢！\n一个普通市民",
        "只能查本人成绩，",
        "银行扣了本人费用，",
        "他本人来说，",
        "本人连续三年，",
        "大家都叫苦连天，",
        "我叫车，等了半小时",
        "尊敬的王局长：您好",
        "他叫李明，",
        "地点：金石路，",
    ],
)
def test_what_names_nobody_in_particular_stays(text: str) -> None:
    """Offices, groups, streets and plain words stay, and so does an officer who is addressed by office."""
    assert found(text) == []


PIECES = st.lists(
    st.sampled_from(
        (
            *(
                "联系人",
                "：",
                "我叫",
                "本人",
                "王",
                "李明",
                "欧阳修",
                "村",
                "单",
                "号",
                "订单号",
                "，",
                "、",
                " ",
                "\n",
                "谢谢",
            ),
            *(
                "敬礼",
                "！",
                "@",
                "13812345678",
                "8812345",
                "浙",
                "B12345",
                "一三八一二三四五六七八",
                "a@b.com",
                "男",
                "先生",
            ),
            *("电话", "abcdefgh", "*"),
        )
    ),
    max_size=25,
).map("".join)


@settings(max_examples=2000, deadline=None)
@given(PIECES)
@example("我叫王我叫李明")
@example("@abcdefgh我叫李明，abcdefgh")
@example("我叫单号：13812345678")
def test_masking_twice_changes_nothing_beside_names(text: str) -> None:
    """What the door does to names changes nothing of what it does to the rest, the second time neither."""
    once = mask(text)
    assert mask(once) == once
    assert len(once) == len(text)


@pytest.mark.parametrize("piece", ["联系人：王、", "本人王", "我叫王", "谢谢！\n", "：王明、李明、", "敬礼 \n  "])
def test_a_hostile_text_takes_time_in_proportion(piece: str) -> None:
    """Ten times the text takes about ten times as long, never a hundred times."""

    def cost(size: int) -> float:
        text, start = piece * size, time.process_time()
        list(named(text))
        return time.process_time() - start

    cost(500)
    small, large = (min(cost(size) for _ in range(3)) for size in (2_000, 20_000))
    assert large < 40 * small + 0.05
