"""Where the clauses of a sentence end."""

import pytest

from models.clauses import Clauses
from models.harm import HarmLexicon

LEXICON = HarmLexicon.load()


def clause_of(text: str, last: str) -> str:
    clauses = Clauses(text, tuple(LEXICON.words(text)), 0, len(text))
    word = next(word for word in clauses.words if text[word.start : word.end] == last)
    floor, ceiling = clauses.around(word)
    return text[floor:ceiling]


@pytest.mark.parametrize(
    ("text", "word", "clause"),
    [
        ("山体垮塌，3人遇难", "遇难", "3人遇难"),
        ("9名乘客、船长和厨师遇难", "遇难", "9名乘客、船长和厨师遇难"),
        ("3人死亡、5人受伤", "受伤", "5人受伤"),
        ("山体垮塌 三人遇难", "遇难", "三人遇难"),
        ("造成 3 人遇难", "遇难", "造成 3 人遇难"),
    ],
)
def test_a_clause_ends_where_a_statement_ends(text: str, word: str, clause: str) -> None:
    """、 parts statements of harm, but not people in a list; a blank before a number parts nothing."""
    assert clause_of(text, word) == clause


def test_a_long_clause_is_quoted_in_part() -> None:
    """A quotation is short enough to read in an alert."""
    text = "在" + "很" * 80 + "远的地方三人遇难"
    clauses = Clauses(text, tuple(LEXICON.words(text)), 0, len(text))
    start, end = clauses.quote(clauses.words[-1])
    assert text[start:end].endswith("三人遇难")
    assert end - start < 60
