"""Linear models over words: one row of weights a word, looked up once and added up."""

from collections.abc import Iterable, Sequence
from itertools import repeat
from math import exp, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

LONGEST_PART: Final = 3
LONGEST_WORD: Final = 8
"""What is longer is no word of Chinese (links, numbers, noise) and has no parts."""


class Table:
    """Weights by word. A word weighs what it and the shorter words within it weigh.

    So a word that was never seen in training still counts by its parts; all of that is added up here, once.

    Args:
        words: the vocabulary.
        weights: float32, shape (words, columns).
    """

    def __init__(self, words: Sequence[str], weights: NDArray[np.float32]) -> None:
        self.words = tuple(words)
        self.weights = weights
        self._rows = {word: row for row, word in enumerate(words, 1)}
        nothing = np.zeros((1, weights.shape[1]), dtype=np.float32)
        self._alone = np.concatenate([nothing, weights])
        self._whole = self._alone + self._of_parts()

    def _of_parts(self) -> NDArray[np.float32]:
        pairs = [(row, part) for word, row in self._rows.items() for part in self._parts(word)]
        added = np.zeros_like(self._alone)
        if pairs:
            whole, part = np.array(pairs).T
            np.add.at(added, whole, self._alone[part])
        return added

    def _parts(self, word: str) -> list[int]:
        return [self._rows[part] for part in sorted(parts(word)) if part in self._rows]

    def total(self, words: frozenset[str]) -> list[float]:
        """The sum of the rows of these words, one number a column."""
        rows = np.array([*map(self._rows.get, words, repeat(0))], dtype=np.intp)
        # In a fixed order: a set has none, and float sums depend on it.
        rows.sort()
        total = self._whole.take(rows, axis=0).sum(axis=0)
        strangers = words.difference(self._rows)
        within = [row for word in strangers for row in self._parts(word)]
        if within:
            total = total + self._alone.take(sorted(within), axis=0).sum(axis=0)
        answer: list[float] = total.tolist()
        return answer


def parts(word: str) -> frozenset[str]:
    """The strings of one to three characters within a word, shorter than it; a phrase has none."""
    if len(word) > LONGEST_WORD or " " in word:
        return frozenset()
    sizes = range(1, min(LONGEST_PART, len(word) - 1) + 1)
    return frozenset(word[at : at + size] for size in sizes for at in range(len(word) - size + 1))


def scale(squares: float) -> float:
    """What makes a vector with this sum of squares one of length 1; 0 for the empty one."""
    return 1 / sqrt(squares) if squares > 0 else 0.0


def probabilities(margins: Iterable[float], temperature: float) -> list[float]:
    """Margins as probabilities: softmax of margin / temperature."""
    cooled = [margin / temperature for margin in margins]
    highest = max(cooled)
    shares = [exp(margin - highest) for margin in cooled]
    whole = sum(shares)
    return [share / whole for share in shares]
