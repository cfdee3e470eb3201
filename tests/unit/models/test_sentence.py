"""What one sentence states: harm, events, and rumours."""

from models.harm import HarmLexicon
from models.sentence import Sentence
from models.statements import Statements

LEXICON = HarmLexicon.load()


def read(text: str) -> Statements:
    return Sentence(text, tuple(LEXICON.words(text)), 0, len(text)).read()


def test_a_drill_and_a_film_hurt_nobody() -> None:
    """A drill's dead are counted nowhere, nor are a film's."""
    assert read("车祸造成3人死亡").least("deaths") == 3
    assert read("演练中车祸造成3人死亡").least("deaths") == 0
    assert read("电影里车祸造成3人死亡").least("deaths") == 0


def test_only_a_rumour_leaves_a_hint() -> None:
    """A supposition asks nobody; a rumour asks a person."""
    assert read("听说死了20个人").hints
    assert not read("如果死了20个人").hints


def test_an_event_needs_a_sign_that_it_happened() -> None:
    """火灾 in a request for hydrants is no fire; beside a time it is."""
    assert "event" not in read("希望增设火灾用的水源").quotes
    assert "event" in read("今天凌晨三栋发生火灾").quotes
    assert read("希望增设火灾用的水源").spoken["火灾"] == 1
