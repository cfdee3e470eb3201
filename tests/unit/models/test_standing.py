"""How a statement is meant, and how far each cue reaches."""

import pytest

from models.clauses import Clauses
from models.harm import HarmLexicon
from models.standing import Reading, recent

LEXICON = HarmLexicon.load()


def standings(text: str) -> list[str]:
    clauses = Clauses(text, tuple(LEXICON.words(text)), 0, len(text))
    reading = Reading(clauses)
    told = [(word.category, reading.standing(word)) for word in clauses.words if not reading.heeds(word)]
    return [standing for category, standing in told if category in {"death", "dead", "injury"}]


@pytest.mark.parametrize("cue", ["如果", "去年", "可能", "2008年"])
def test_a_cue_before_a_statement_makes_it_void(cue: str) -> None:
    """Supposed, past or possible deaths are no deaths."""
    assert standings("车祸造成3人死亡") == ["stated"]
    assert standings(f"{cue}车祸造成3人死亡") == ["void"]


def test_what_is_heard_is_a_hint() -> None:
    """A rumour is neither stated nor void: somebody must look."""
    assert standings("听说车祸造成3人死亡") == ["hint"]
    assert standings("听说车祸造成3人死亡，警方已证实5人受伤") == ["hint", "stated"]


def test_a_possibility_ends_with_its_clause() -> None:
    """可能 speaks of its own clause only; 如果 of the whole sentence."""
    assert standings("可能刹车失灵，车祸造成3人死亡") == ["stated"]
    assert standings("如果刹车失灵，车祸造成3人死亡") == ["void"]


def test_the_past_ends_with_today() -> None:
    """去年 holds until a word of the present."""
    assert standings("去年着火死了3人，今天又着火，2人受伤") == ["void", "stated"]


def test_what_is_denied_or_asked_is_not_told() -> None:
    """无人受伤 denies, 有没有人受伤 asks."""
    assert standings("两车相撞，没有人受伤") == ["denied"]
    assert standings("两车相撞，请问有没有人受伤") != ["stated"]


@pytest.mark.parametrize(
    "plan", ["预计2030年6月完工。", "工期到2029年12月。", "计划于2028年6月通车。", "2028年12月底前整改到位。"]
)
def test_a_year_of_plans_makes_no_history_of_today(plan: str) -> None:
    """What is to be ready in 2030 does not say that the text was written then, and that its dead are long dead."""
    assert recent(f"2026年3月1日着火，3人死亡。{plan}", None) == recent("2026年3月1日着火，3人死亡。", None) == 2025


def test_the_latest_year_of_a_text_is_its_own() -> None:
    """Unless the post says when it was published."""
    assert recent("2015年3月1日着火，2026年3月2日还没修", None) == 2025
    assert recent("2015年3月1日着火，2026年3月2日还没修", 2020) == 2019


@pytest.mark.parametrize("text", ["所谓砍死5人的说法纯属捏造", "“桥塌砸死8人”与事实不符", "网传车祸致3人死亡，系谣言"])
def test_what_is_said_to_be_no_truth_states_nothing(text: str) -> None:
    """A denial behind a statement takes it back, and leaves no hint to look after."""
    assert set(standings(text)) == {"void"}


def test_a_region_over_a_time_is_a_statistic() -> None:
    """Who counts a whole province's year tells of no accident; a storm's toll is one."""
    assert standings("去冬全省取暖中毒死亡30人") == ["void"]
    assert standings("今年全市因事故死亡23人") == ["void"]
    assert standings("台风过境，全省因灾死亡16人") == ["stated"]


def test_today_ends_only_a_past_that_was_told_before() -> None:
    """历史上的今天 and a year behind 今天 are history."""
    assert standings("今天说起2013年沉船死亡30人") == ["void"]
