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
