"""What one sentence states, and how far each cue reaches."""

import pytest

from models.harm import HarmLexicon
from models.sentence import Sentence
from models.statements import Statements

LEXICON = HarmLexicon.load()


def read(text: str) -> Statements:
    return Sentence(text, tuple(LEXICON.words(text)), 0, len(text)).read()


@pytest.mark.parametrize("cue", ["如果", "听说", "去年", "演练中", "电影里", "可能"])
def test_a_cue_before_a_statement_takes_its_number(cue: str) -> None:
    """Supposed, heard, past, drilled, filmed or possible deaths are no deaths."""
    assert read("车祸造成3人死亡").least("deaths") == 3
    assert read(f"{cue}车祸造成3人死亡").least("deaths") == 0


def test_a_possibility_ends_with_its_clause() -> None:
    """可能 speaks of its own clause only; 如果 of the whole sentence."""
    assert read("可能刹车失灵，车祸造成3人死亡").least("deaths") == 3
    assert read("如果刹车失灵，车祸造成3人死亡").least("deaths") == 0


def test_the_past_ends_with_today() -> None:
    """去年 holds until a word of the present."""
    stated = read("去年着火死了3人，今天又着火，2人受伤")
    assert (stated.least("deaths"), stated.least("injured")) == (0, 2)


def test_only_a_rumour_leaves_a_hint() -> None:
    """A supposition asks nobody; a rumour asks a person."""
    assert read("听说死了20个人").hints
    assert not read("如果死了20个人").hints


def test_an_event_needs_a_sign_that_it_happened() -> None:
    """火灾 in a request for hydrants is no fire; beside a time it is."""
    assert "event" not in read("希望增设火灾用的水源").quotes
    assert "event" in read("今天凌晨三栋发生火灾").quotes
    assert read("希望增设火灾用的水源").spoken["火灾"] == 1


def test_nobody_alive_is_counted_dead_for_a_sigh() -> None:
    """我要被压死了 is no death, 我父亲被压死了 is one."""
    assert read("我要被作业压死了").least("deaths") == 0
    assert read("我父亲被石头压死了").least("deaths") == 1
