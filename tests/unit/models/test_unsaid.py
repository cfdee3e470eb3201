"""What became of somebody is harm only where the text says of what."""

import pytest

from deploy.grading import Grader
from models.harm import HarmLexicon
from models.unsaid import said
from streams.records import Text

LEXICON = HarmLexicon.load()
GRADE = Grader()


@pytest.mark.parametrize(
    ("text", "deaths"),
    [
        ("货车撞进集市。送医的人里有三人先后离世。", 3),
        ("大巴坠下山崖。后排的老两口没能熬过当晚。", 2),
        ("三位老人先后离世，村里的戏班散了。", None),
    ],
)
def test_who_is_gone_died_of_what_the_text_tells(text: str, deaths: int | None) -> None:
    """A mishap anywhere in the text makes a passing away its death; age and illness are nobody's grade."""
    assert GRADE(Text("", text))[0].toll.deaths == deaths


def test_what_is_said_is_left_as_it_is() -> None:
    """Words that say what befell somebody need nothing else."""
    words = LEXICON.words("昨夜车祸，3人死亡")
    assert said(words, "昨夜车祸，3人死亡") is words


def test_no_word_keeps_the_kind_that_is_none() -> None:
    """`unsaid` is no kind of event: it never reaches a grade."""
    text = "食堂的豆角没熟，二十人洗胃"
    assert {word.kind for word in said(LEXICON.words(text), text)} == {"食品安全事故"}
