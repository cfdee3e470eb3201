"""Answers about words, kept at hand: so many and no longer ones, that no text can fill the memory."""

from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")

MOST: Final = 1 << 16
LONGEST: Final = 64
"""Words, and characters of a word, that are remembered: some megabytes of honest words, tens of hostile ones."""


class Remembered(dict[str, T]):
    """A function of a word as a mapping: `remembered[word]`.

    Why not functools.lru_cache: it moves a link at every answer, which takes three times as long. What came first
    stays, as common words come first.

    Args:
        answer: the function; pure.
    """

    def __init__(self, answer: Callable[[str], T]) -> None:
        super().__init__()
        self._answer = answer

    def __missing__(self, word: str) -> T:
        answer = self._answer(word)
        if len(word) <= LONGEST and len(self) < MOST:
            self[word] = answer
        return answer
