"""Pseudonyms: the same author is the same, nobody can tell who, and keys can be changed."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.errors import Misconfigured
from streams.privacy.pseudonym import Pseudonyms
from streams.records import PSEUDONYM

OLD, NEW = b"o" * 32, b"n" * 32


@settings(deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_a_pseudonym_has_its_pattern_and_passes_unchanged(source: str, handle: str) -> None:
    """Whatever the handle, half characters and NUL too; what is a pseudonym is not made another."""
    pseudonyms = Pseudonyms({1: OLD})
    made = pseudonyms.of(source, handle)
    assert re.fullmatch(PSEUDONYM, made)
    assert pseudonyms.of(source, made) == made


def test_the_source_is_part_of_the_person() -> None:
    """The same handle elsewhere may be somebody else; where one ends and the other begins is told apart."""
    pseudonyms = Pseudonyms({1: OLD})
    assert pseudonyms.of("bbs", "老王") == pseudonyms.of("bbs", " 老王 ") != pseudonyms.of("board", "老王")
    assert pseudonyms.of("ab", "c") != pseudonyms.of("a", "bc")


def test_the_newest_key_writes_and_a_rotation_gives_no_second_voice() -> None:
    """After a rotation new pseudonyms bear the new number; a stored author's mark in an incident stays."""
    before, after = Pseudonyms({1: OLD}), Pseudonyms({1: OLD, 2: NEW})
    author = before.of("bbs", "老王")
    assert after.of("bbs", "老王").startswith("p2-")
    assert after.voice(author, "i1") == before.voice(author, "i1")


def test_a_voice_says_nothing_in_another_incident() -> None:
    """The marks of one author in two incidents have nothing in common, nor with the pseudonym."""
    pseudonyms = Pseudonyms({1: OLD})
    author = pseudonyms.of("bbs", "老王")
    marks = {pseudonyms.voice(author, incident) for incident in ("i1", "i2", "i3")}
    assert len(marks) == 3
    assert all(re.fullmatch("[0-9a-f]{16}", mark) and mark not in author for mark in marks)


def test_another_key_makes_another_pseudonym() -> None:
    """Two deployments cannot compare their authors."""
    one, other = Pseudonyms({1: OLD}).of("bbs", "老王"), Pseudonyms({1: NEW}).of("bbs", "老王")
    assert one != other


@pytest.mark.parametrize("keys", [{}, {1: b"short"}, {1000: OLD}, {-1: OLD}])
def test_a_key_that_protects_nobody_is_refused(keys: dict[int, bytes]) -> None:
    """No key, a short one, a number that the pattern has no room for."""
    with pytest.raises(Misconfigured):
        Pseudonyms(keys)


def test_a_form_with_a_line_end_is_no_pseudonym() -> None:
    """What merely looks like one, with something after it, is made one."""
    pseudonyms = Pseudonyms({1: OLD})
    made = pseudonyms.of("bbs", "老王")
    assert pseudonyms.of("bbs", made + "\n") != made + "\n"
