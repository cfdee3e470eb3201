"""What is remembered of words is right, and bounded."""

import pytest

from models import remembered
from models.remembered import LONGEST, Remembered


def test_a_word_is_worked_out_once() -> None:
    """The second answer is the first one."""
    asked: list[str] = []

    def length(word: str) -> int:
        asked.append(word)
        return len(word)

    lengths = Remembered(length)
    assert [lengths["路灯"], lengths["路灯"], lengths["坏"]] == [2, 2, 1]
    assert asked == ["路灯", "坏"]


def test_a_word_without_end_is_answered_and_forgotten() -> None:
    """Nobody can fill the memory with long words."""
    lengths = Remembered(len)
    assert lengths["啊" * (LONGEST + 1)] == LONGEST + 1
    assert len(lengths) == 0


def test_words_without_number_are_answered_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can fill the memory with many words."""
    monkeypatch.setattr(remembered, "MOST", 3)
    lengths = Remembered(len)
    assert [lengths["路" * at] for at in range(1, 6)] == [1, 2, 3, 4, 5]
    assert len(lengths) == 3
