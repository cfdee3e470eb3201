"""Words of many posts in one string, where each short one is a number: its row is found without a look at the word."""

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.finding import Numbers

LONGEST: Final = 4
"""Characters of 16 bits that fit into a number."""

_MARK: Final = "\0"
"""Stands between words."""
_BEYOND: Final = "\uffff"
"""No character: in numbers it stands for all those that take more than 16 bits, in words for a mark."""
_SIZES: Final = np.array([0, 0xFFFF, 0xFFFF_FFFF, 0xFFFF_FFFF_FFFF, -1], dtype=np.int64)
"""Those bits of four characters that are a word's, by its length."""
_NONE: Final = -1


def has_number(word: str) -> bool:
    """Whether the number of a word is no other word's."""
    return len(word) <= LONGEST and _MARK not in word and max(word, default=_MARK) < _BEYOND


class Joined:
    """The words of posts, in order.

    Args:
        posts: the words of each.
    """

    def __init__(self, posts: Sequence[Collection[str]]) -> None:
        count = sum(map(len, posts))
        text = _MARK.join([_MARK.join(words) for words in posts if words])
        narrow, marks = _read(text)
        if len(marks) != max(0, count - 1):  # A word holds one.
            text = _MARK.join(word.replace(_MARK, _BEYOND) for words in posts for word in words)
            narrow, marks = _read(text)
        ends = np.append(marks, len(text))[:count]
        starts = np.concatenate([[0], ends[:-1] + 1])[:count]
        # The four characters from each on: they overlap, so that they are read where they stand.
        fours = np.ndarray((len(narrow) - LONGEST + 1,), dtype="<i8", buffer=narrow, strides=narrow.strides)
        lengths = ends - starts
        self.numbers: Numbers = fours[starts] & _SIZES.take(lengths, mode="clip")
        self.numbers[lengths > LONGEST] = _NONE
        self._text, self._starts, self._ends = text, starts, ends

    def words(self, places: Numbers) -> list[str]:
        """The words at some places."""
        edges = zip(self._starts[places].tolist(), self._ends[places].tolist(), strict=True)
        return [self._text[start:end] for start, end in edges]


def _read(text: str) -> tuple[NDArray[np.uint16], NDArray[np.intp]]:
    """The characters in 16 bits each, with room behind them for a longest word, and where marks are among them."""
    characters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    narrow = np.zeros(len(characters) + LONGEST, dtype="<u2")
    narrow[: len(characters)] = np.minimum(characters, ord(_BEYOND))
    return narrow, (narrow[: len(characters)] == 0).nonzero()[0]
