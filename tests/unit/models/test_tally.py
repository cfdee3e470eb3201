"""How the numbers of one sentence make one."""

import pytest

from models.harm import HarmLexicon
from models.sentence import Sentence
from models.statements import Statements

LEXICON = HarmLexicon.load()


def read(text: str) -> Statements:
    return Sentence(text, tuple(LEXICON.words(text)), 0, len(text)).read()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3人当场死亡，2人送医后不治身亡", 5),
        ("5人死亡，其中2人当场死亡", 5),
        ("两起车祸：城东一死，城西一死", 2),
        ("死亡人数升至9人，当场死亡的有4人", 9),
    ],
)
def test_numbers_add_up_only_where_the_words_say_so(text: str, number: int) -> None:
    """A part is not added to its whole, nor a number to a later total."""
    assert read(text).least("deaths") == number


def test_further_victims_are_kept_apart() -> None:
    """另一名 comes on top of what other sentences tell."""
    assert read("另一名少年不治身亡").further["deaths"][0].least == 1
    assert not read("一名少年不治身亡").further


def test_a_number_that_is_taken_back_is_kept_apart() -> None:
    """此前通报的5人有误 counts only where nobody gives another number; 更正为 gives it."""
    assert read("此前通报的5人死亡有误").former["deaths"][0].least == 5
    assert read("死亡人数更正为3人").mended["deaths"][0].least == 3


def test_a_smaller_number_of_others_is_no_total() -> None:
    """共3人 behind 9人 cannot hold them: they are others."""
    assert read("东线9人死亡，西线两辆车上共3人遇难").least("deaths") == 12
    assert read("东线3人死亡，两辆车上共9人遇难").least("deaths") == 9


def test_who_is_declared_dead_is_not_another_one() -> None:
    """A body, a name and a doctor speak of the same people."""
    assert read("两名矿工抬上来时已没有生命体征，医生当场宣布死亡").least("deaths") == 2
    assert read("3人死亡，已找到3具遗体").least("deaths") == 3
