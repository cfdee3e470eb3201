"""Texts as the lexicon's words are written."""

from hypothesis import given
from hypothesis import strategies as st

from models.plain import Plain

PLAIN = Plain.load()


def test_full_width_is_halved_and_chinese_punctuation_stays() -> None:
    """Numerals become readable; clauses stay apart."""
    assert PLAIN.write("１４人，ＡＢ．５（二）") == "14人，AB.5（二）"


def test_traditional_characters_are_simplified() -> None:
    """A resident who writes traditional characters is heard as well."""
    assert PLAIN.write("樓上著火了，還有人被困") == "楼上着火了，还有人被困"


def test_a_plain_text_is_handed_back_as_it_is() -> None:
    """Most texts need no work, and get none."""
    text = "两车相撞，3人受伤"
    assert PLAIN.write(text) is text


@given(st.text(st.characters(), max_size=60))
def test_every_character_keeps_its_place(text: str) -> None:
    """Quotations count characters of the original, broken ones included."""
    assert len(PLAIN.write(text)) == len(text)
    PLAIN.write(text).encode()
