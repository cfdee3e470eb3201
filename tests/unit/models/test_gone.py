"""Deaths told in other words count where the text tells of a mishap, and of no death by the words for it."""

import pytest

from deploy.grading import Grader
from models.gone import gone, may_be_gone
from models.harm import HarmLexicon
from streams.records import Text

LEXICON = HarmLexicon.load()
GRADE = Grader()


def words(text: str) -> list[str]:
    """What tells in a text of deaths in other words, if it tells of a mishap."""
    others = LEXICON.otherwise(text)
    together = gone(LEXICON.words(text), others, text)
    return [text[word.start : word.end] for word in together if word in others]


def test_who_is_gone_in_a_mishap_is_dead() -> None:
    """没气了 behind a flood is a death, and nothing behind a flat tyre."""
    assert "都没气" in words("洪水过后，人捞上来都没气了")
    assert words("今早发现轮胎没气了，人人都急") == []


def test_who_is_gone_without_a_mishap_died_by_himself() -> None:
    """Age and illness are nobody's grade, in whatever words."""
    assert words("我爷爷昨晚走完了一辈子，家里在办后事") == []


@pytest.mark.parametrize("doubt", ["求证", "未证实", "真的假的"])
def test_what_nobody_vouches_for_is_no_death(doubt: str) -> None:
    """Other words than of death are weaker than they, so that a doubt anywhere takes them back."""
    assert words(f"塌方埋了人，人没救回来，{doubt}") == []


def test_what_is_done_for_the_dead_says_less_than_how_they_died() -> None:
    """Shrouds are counted only where nothing else tells of a death; how many they are is not known."""
    assert set(words("塌方，人没救回来，盖着白布抬下来")) == {"没救回来"}
    facts, found = GRADE(Text("", "塌方埋了半条街，抬下来的都盖着白布"))
    assert (facts.toll.deaths, facts.least["deaths"], found.grade) == (None, 1, "IV")
    assert [quote.text for quote in facts.quotes["deaths"]] == ["抬下来的都盖着白布"]


def test_the_words_for_death_come_first() -> None:
    """A text that counts its dead is not read again: the funeral adds nobody."""
    facts, _ = GRADE(Text("", "车祸造成2人死亡。今天两家都设了灵堂，老李没救回来。"))
    assert facts.toll.deaths == 2


def test_a_text_without_a_sign_of_harm_is_not_looked_through() -> None:
    """Most posts are such; looking through all would cost a twentieth of all time."""
    assert not may_be_gone(LEXICON.words("安全隐患太多，请尽快整改"))
    assert may_be_gone(LEXICON.words("昨晚货车侧翻"))
