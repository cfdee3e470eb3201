"""Markup is blanked, words stay where they are."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from agents import clean
from streams.records import Post

PIECES = st.sampled_from(
    ["<b>", "</b>", "<", ">", "<script>", "</script>", "<SCRIPT src='x'>", "<style>", "</style>", "<!--", "-->"]
) | st.sampled_from(["墙倒了", "a<b", "&lt;", "\x00", "\n", "🧱", "<a href='x>y'>", "３人"])


def post(body: str, title: str = "") -> Post:
    fetched = datetime(2026, 1, 1, tzinfo=UTC)
    return Post(id="1", township="330206104000", source="forum", fetched=fetched, title=title, body=body)


def words(body: str) -> str:
    return clean.run(post(body)).body


def test_tags_and_scripts_become_blanks() -> None:
    """Nothing between angle brackets and nothing in a script is read as words."""
    assert words("<p>墙<b>倒</b>了</p>") == "   墙   倒    了    "
    assert words("<script>死亡30人</script>墙").strip() == "墙"
    assert words("<STYLE>.a{}</STYLE >墙").strip() == "墙"
    assert words("<a title='5>3'>墙").endswith("墙")


def test_comparisons_and_entities_stay() -> None:
    """What only looks like markup is somebody's words."""
    assert words("水位 3 < 5，气温 8 > 2，&lt;急&gt;") == "水位 3 < 5，气温 8 > 2，&lt;急&gt;"


def test_a_bracket_never_closed_hides_no_words() -> None:
    """An unclosed tag or script does not swallow the report that follows it."""
    assert "墙倒了" in words("<script>墙倒了")
    assert "墙倒了" in words("<b 墙倒了" + "很" * 6000 + ">")


@pytest.mark.parametrize("half", ["\ud800", "\u2066"])
def test_halves_of_characters_and_isolates_become_blanks(half: str) -> None:
    """No record can hold the half of a character, and no alert could quote it; what turns the writing is no word."""
    assert words(f"围墙{half}倒了") == "围墙 倒了"


def test_control_characters_become_blanks_and_lines_stay() -> None:
    """NUL and direction marks are no words; a line's end still ends a sentence."""
    assert words("墙\x00倒\u202e了\n快来") == "墙 倒 了\n快来"


def test_the_title_is_cleaned_too() -> None:
    """Title and body keep their own lengths."""
    text = clean.run(post("墙", "<b>急</b>"))
    assert (text.title, text.body) == ("   急    ", "墙")


@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=80))
def test_length_is_kept_and_cleaning_twice_changes_nothing(body: str) -> None:
    """Quotations keep their places, however broken the markup is."""
    once = words(body)
    assert len(once) == len(body)
    assert words(once) == once


def test_a_megabyte_of_brackets_takes_less_than_a_second() -> None:
    """Hostile markup costs time in proportion to its length."""
    for hostile in ("<a", "<script>", "<!--", "<b>", "<style></script>"):
        begin = time.process_time()
        words(hostile * (1_000_000 // len(hostile)))
        assert time.process_time() - begin < 1.5, hostile


def test_the_year_of_publication_stays_with_the_words() -> None:
    """What a post dates is history or not by when it was published; where nobody says, the words alone tell."""
    assert clean.run(structs.replace(post("x"), published=datetime(2024, 2, 1, tzinfo=UTC))).year == 2024
    assert clean.run(post("x")).year is None


def test_a_post_from_the_future_is_of_the_year_in_which_it_was_read() -> None:
    """A site's clock that is years ahead would make history of every dated accident, and leave it ungraded."""
    ahead = structs.replace(post("x"), published=datetime(2099, 3, 1, tzinfo=UTC))
    assert clean.run(ahead).year == ahead.fetched.year
