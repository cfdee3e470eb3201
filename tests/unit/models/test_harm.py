"""Words of harm, found longest first in one pass."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.harm import IDLE, TRIGGERS, HarmLexicon, Word

WORDS = {"dead": ["死", "死亡"], "death/火灾": ["烧死"], "idle": ["累死", "死亡证明"], "may": ["可能"]}
SMALL = HarmLexicon(WORDS)


def found(text: str, lexicon: HarmLexicon = SMALL) -> list[tuple[str, str]]:
    return [(text[word.start : word.end], word.category) for word in lexicon.words(text)]


def test_the_longest_word_wins() -> None:
    """死亡 is one word, not a shorter one with a remainder."""
    assert found("死亡，死") == [("死亡", "dead"), ("死", "dead")]


def test_a_harmless_word_swallows_the_harm_in_it() -> None:
    """累死 and 死亡证明 state no death, and are not reported at all."""
    assert found("累死了，开死亡证明") == []


def test_a_word_can_imply_the_kind_of_event() -> None:
    """Who is burnt to death died in a fire."""
    assert list(SMALL.words("被烧死")) == [Word("death", "火灾", 1, 3)]


def test_only_triggers_concern() -> None:
    """可能 alone is no reason to read on."""
    assert not SMALL.concerns("可能要下雨")
    assert SMALL.concerns("可能死亡")


def test_a_word_that_stands_twice_is_refused() -> None:
    """Which of two categories holds must never depend on the order of a file."""
    with pytest.raises(ValueError, match="死 stands in may and in dead"):
        HarmLexicon({"dead": ["死"], "may": ["死"]})


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    """The message says which file to mend."""
    path = tmp_path / "harm.yaml"
    path.write_text("dead: [死]\nmay: [死]\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"harm\.yaml"):
        HarmLexicon.load(path)


def test_the_lexicon_that_comes_with_the_program_has_every_trigger() -> None:
    """A category that is renamed in the file and not in the program would silence it."""
    lexicon = HarmLexicon.load()
    categories = {category for category, _ in lexicon._names.values()}
    assert set(TRIGGERS) | {IDLE} <= categories


@given(st.text("死亡烧累证明可能，a", max_size=30))
def test_words_are_those_of_the_plain_definition(text: str) -> None:
    """The fast finder agrees with trying every word at every place, longest first."""
    every = sorted((word for group in WORDS.values() for word in group), key=len, reverse=True)
    names = {word: name.partition("/")[0] for name, group in WORDS.items() for word in group}
    expected, place = [], 0
    while place < len(text):
        word = next((word for word in every if text.startswith(word, place)), "")
        if word and names[word] != IDLE:
            expected.append((word, names[word]))
        place += len(word) or 1
    assert found(text) == expected
