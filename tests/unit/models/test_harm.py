"""Words of harm, found longest first in one pass."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.harm import IDLE, SURROUNDINGS, TRIGGERS, Context, HarmLexicon, Word

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


def test_without_a_trigger_nothing_is_found() -> None:
    """可能 alone is no reason to read on: most texts end here."""
    assert SMALL.words("可能要下雨") == []
    assert found("可能死亡") == [("可能", "may"), ("死亡", "dead")]


def test_a_word_can_mean_harm_only_in_company() -> None:
    """没了 is a death behind 人, and nothing behind 工作 or across a pause; the first context that fits decides."""
    contexts = [
        Context("death", ("没了",), before="人$"),
        Context("hazard", ("没了",), after="^护栏", near="河"),
        Context("idle", ("死亡",), unless="车祸"),
    ]
    lexicon = HarmLexicon(WORDS, contexts)
    assert found("人没了", lexicon) == [("没了", "death")]
    assert found("人，没了", lexicon) == found("工作没了", lexicon) == []
    assert found("河边，没了护栏", lexicon) == [("没了", "hazard")]
    assert found("死亡", lexicon) == []
    assert found("车祸死亡", lexicon) == [("死亡", "dead")]


def test_where_and_whom_is_looked_for_apart() -> None:
    """学校 is a common word: it is found where a danger is, and not in every text."""
    lexicon = HarmLexicon({"dead": ["死"], "school": ["学校"], "idle": ["学校长"]})
    assert found("学校死", lexicon) == [("死", "dead")]
    assert lexicon.around("学校长在学校", 0, 6) == [Word("school", "", 4, 6)]


def test_a_word_that_stands_twice_is_refused() -> None:
    """Which of two categories holds must never depend on the order of a file."""
    with pytest.raises(ValueError, match="死 stands in may and in dead"):
        HarmLexicon({"dead": ["死"], "may": ["死"]})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("harm.yaml", "dead: [死]\nmay: [死]\n"),
        ("context.yaml", "names: {}\nwords: [{as: death, words: [没了], before: '('}]\n"),
        ("context.yaml", "names: {}\nwords: [{as: death, words: [没了], behind: 人}]\n"),
        ("context.yaml", "names: {}\nwords: [{as: death, words: [没了], before: <nobody>}]\n"),
        ("gone.yaml", "names: {}\nwords: [{as: death, words: [没气], before: '('}]\n"),
        ("danger.yaml", "words: {}\ncontexts: [{as: hazard, words: [没了], near: <nobody>}]\n"),
        ("pairs.yaml", "settled: ''\ngroups: {}\npairs: [{as: hazard, words: [墙], with: [裂]}]\n"),
        ("traditional.txt", "傷伤 亡\n"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, name: str, content: str) -> None:
    """The message says which file to mend."""
    (tmp_path / "harm.yaml").write_text("dead: [死]\n", encoding="utf-8")
    (tmp_path / "context.yaml").write_text("names: {}\nwords: []\n", encoding="utf-8")
    (tmp_path / "pairs.yaml").write_text("settled: ''\ngroups: {}\npairs: []\n", encoding="utf-8")
    (tmp_path / "told.yaml").write_text("names: {}\nwords: []\n", encoding="utf-8")
    (tmp_path / "gone.yaml").write_text("names: {}\nwords: []\n", encoding="utf-8")
    (tmp_path / "danger.yaml").write_text("words: {}\ncontexts: []\n", encoding="utf-8")
    (tmp_path / "traditional.txt").write_text("傷伤\n", encoding="utf-8")
    HarmLexicon.load(tmp_path)
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=name.replace(".", r"\.")):
        HarmLexicon.load(tmp_path)


def test_the_lexicon_that_comes_with_the_program_has_every_trigger() -> None:
    """A category that is renamed in the file and not in the program would silence it."""
    assert {*TRIGGERS, *SURROUNDINGS, IDLE} <= HarmLexicon.load().categories


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
    assert found(text) == (expected if any(name in TRIGGERS for _, name in expected) else [])
