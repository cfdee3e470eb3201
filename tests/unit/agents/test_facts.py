"""What a text states about harm, and where it says so."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents import facts
from deploy.grading import Grader
from models.danger import NOTHING
from models.harm import HarmLexicon
from streams.matter import Facts
from streams.records import Text

GRADE = Grader()
PIECES = (
    st.sampled_from(
        ["3人", "死亡", "三死五伤", "听说", "如果", "没有", "去年", "今天", "着火了", "被困", "失踪", "损失"]
    )
    | st.sampled_from(
        ["，", "。", "\n", "！", "（", "）", "其中", "另有", "人数", "升至", "等", "至", "的", "🔥", "\x00"]
    )
    | st.sampled_from(
        ["一", "百", "万", "余", "数十", "３", "亿亿亿", "十百千", "2000万元", "中毒", "学校", "随时倒塌"]
    )
)


def read(text: str, title: str = "") -> Facts:
    return GRADE(Text(title, text))[0]


def test_most_texts_state_nothing() -> None:
    """A text without a word of harm is answered by one shared, empty value."""
    assert read("请问社保卡在哪里办理") is facts.NOTHING


def test_quotes_are_literal_and_count_from_the_title() -> None:
    """Each quotation stands at its place in title, newline and body, full-width digits untouched."""
    stated = read("昨夜造成１４人死亡，另有３人失踪。", title="某厂爆炸")
    whole = "某厂爆炸\n昨夜造成１４人死亡，另有３人失踪。"
    quotes = [quote for group in stated.quotes.values() for quote in group]
    assert stated.toll.deaths == 14
    assert stated.toll.missing == 3
    assert "昨夜造成１４人死亡" in {quote.text for quote in quotes}
    assert all(whole[quote.start : quote.end] == quote.text for quote in quotes)


def test_not_said_and_none_are_two_things() -> None:
    """Null means that the text does not say; 0 that it says there were none."""
    assert read("昨天两车追尾").toll.deaths is None
    assert read("昨天两车追尾，无人员伤亡").toll.deaths == 0


def test_a_vague_number_is_no_number_but_has_a_least() -> None:
    """数十人 gives no count to add up, but is enough for a rule that asks for ten."""
    stated = read("昨晚坍塌事故，数十人遇难")
    assert stated.toll.deaths is None
    assert stated.least["deaths"] == 20


def test_a_part_is_not_added_to_its_whole() -> None:
    """其中 and brackets tell of the same people again."""
    assert read("4人死亡(2人当场死亡，2人经抢救不治身亡)，3人受伤").toll.deaths == 4
    assert read("共造成9人死亡，其中3人当场死亡").toll.deaths == 9


def test_deaths_at_the_scene_and_in_hospital_add_up() -> None:
    """One count in two halves of a sentence is one sum."""
    assert read("车祸造成1人当场死亡，3人送医后死亡").toll.deaths == 4


def test_a_rumour_is_a_hint_and_no_number() -> None:
    """What is only heard is quoted for a person to check, and counted nowhere."""
    stated = read("听说东村死了二十个人")
    assert stated.toll.deaths is None
    assert [hint.text for hint in stated.hints] == ["听说东村死了二十个人"]


def test_a_long_clause_is_quoted_around_its_word() -> None:
    """Nobody reads a quotation of a thousand characters."""
    stated = read("路" * 500 + "今天着火了" + "路" * 500)
    assert all(len(quote.text) <= 60 for group in stated.quotes.values() for quote in group)
    assert any("着火了" in quote.text for quote in stated.quotes["event"])


@given(st.text(max_size=200) | st.lists(PIECES, max_size=40).map("".join))
@settings(max_examples=400)
def test_any_text_is_read_without_failing_and_quoted_literally(text: str) -> None:
    """Strange input raises nothing, and no quotation is made up."""
    stated = read(text)
    for group in (*stated.quotes.values(), stated.hints):
        assert all(text[quote.start : quote.end] == quote.text for quote in group)
    assert all(value >= 0 for value in stated.least.values())


@pytest.mark.parametrize(
    "piece",
    [
        "死亡",
        "3人死亡，",
        "如果死",
        "三",
        "1,",
        "其中2人死亡，另有3人死亡，",
        "隐患",
        "被困（",
        "一二三四五六七八九十百",
        "听说死了2人",
        "正在",
        "墙开裂",
    ],
)
def test_a_megabyte_is_read_in_a_few_seconds_at_most(piece: str) -> None:
    """Time grows with the length only: ten times the text takes about ten times as long, even without one full stop."""
    spent = []
    for length in (30_000, 300_000):
        begin = time.process_time()
        read(piece * (length // len(piece)))
        spent.append(time.process_time() - begin)
    assert spent[1] < 25 * max(spent[0], 0.004)


def test_a_megabyte_of_prose_takes_less_than_a_second() -> None:
    """The longest post that anybody could send does not hold up the others."""
    words = [
        "尊敬的领导，",
        "我们小区的路灯坏了，",
        "请尽快维修。",
        "消防通道被占用，",
        "去年发生过火灾，",
        "无人员伤亡。",
        "谢谢！",
    ]
    text = "".join(random.Random(1).choices(words, k=130_000))[:1_000_000]
    lexicon = HarmLexicon.load()
    begin = time.process_time()
    facts.run(Text("", text), NOTHING, lexicon)
    assert time.process_time() - begin < 2.5, "a second on an idle core, with room for a busy one"


def test_what_a_post_dates_years_before_it_was_published_is_history() -> None:
    """2011年7月23日 is long ago for who writes in 2026, and this week for who wrote then; last year is still near."""
    told = "我父亲2011年7月23日在动车事故中遇难，赔偿一直没到位"
    assert not GRADE(Text("", told, 2026))[0].least.get("deaths")
    assert GRADE(Text("", told, 2011))[0].least["deaths"] == 1
    assert GRADE(Text("", told, 2012))[0].least["deaths"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "救命，车掉进沟里了，雪埋到车窗，里面还有吃奶的娃，我妈手脚都没知觉了，油快没了，谁离得近快来",
        "冷库门让人从外头锁了，我跟小刘在里面，跟停尸房一样冷，身上抖得站不住，喊了半天没人应，快来开门",
    ],
)
def test_who_calls_for_help_tells_of_the_living(text: str) -> None:
    """What sounds like a death to whom people in danger now compare themselves, or fear, counts nobody dead."""
    stated = read(text)
    assert "immediate" in stated.quotes
    assert not stated.least.get("deaths")


@pytest.mark.parametrize(
    "text",
    [
        "收割机把老汉的腿绞进去了，拖不出来，人疼昏过去两次",
        "牛棚塌了，刚拖出一个，两个喂牛的还压在里面没动静",
        "孩子反锁在车里，刚才还拍玻璃，现在头耷拉下来，叫不应",
    ],
)
def test_who_cannot_be_pulled_out_is_not_free(text: str) -> None:
    """That somebody was got out is not said where he cannot be, where one was and others are not, or by chance."""
    stated = read(text)
    assert "freed" not in stated.quotes
    assert "immediate" in stated.quotes
