"""Whom a word of harm befell: counted, named, or told in the clause before."""

import pytest

from models.harm import HarmLexicon
from models.sentence import Sentence

LEXICON = HarmLexicon.load()


def deaths(text: str) -> int:
    return Sentence(text, tuple(LEXICON.words(text)), 0, len(text)).read().least("deaths")


def test_nobody_alive_is_counted_dead_for_a_sigh() -> None:
    """我要被压死了 is no death, 我父亲被压死了 is one."""
    assert deaths("我要被作业压死了") == 0
    assert deaths("我父亲被石头压死了") == 1


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("两人经抢救无效身亡", 2),
        ("两名工人被埋，挖出时已无生命体征", 2),
        ("机上三人，全部遇难", 3),
        ("山洪过后死了五头牛", 0),
        ("鱼塘里的鱼全部死亡", 0),
    ],
)
def test_a_number_counts_once_and_for_people(text: str, number: int) -> None:
    """One number is one amount, wherever it stands; animals are no victims."""
    assert deaths(text) == number


def test_people_are_looked_for_in_the_clause_but_not_without_end() -> None:
    """Who is named before a death in its clause died; beyond 500 characters nobody looks, so that time is bounded."""
    assert deaths("两名工人被埋，司机" + "呀" * 400 + "全部遇难") == 1
    assert deaths("两名工人被埋，司机" + "呀" * 600 + "全部遇难") == 2
