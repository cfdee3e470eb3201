"""Linear models over words: one row of weights a word, looked up once for all models and added up."""

from collections.abc import Iterable, Sequence
from itertools import chain, compress, pairwise, repeat
from math import exp, sqrt
from operator import not_
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from models.remembered import Remembered
from models.segment import Tokens

SHORTEST_PART, LONGEST_PART = 2, 3
LONGEST_WORD: Final = 8
"""What is longer is no word of Chinese (links, numbers, noise) and has no parts."""

_FIRST_IDEOGRAPH, _LAST_IDEOGRAPH = "\u3400", "\u9fff"


class Sums(Struct, frozen=True):
    """The sums of a post's words, one number a column: of the title's words, and of all with the phrases."""

    title: list[float]
    whole: list[float]


class Table:
    """Weights by word. A word weighs what it and the shorter words within it weigh.

    So a word that was never seen in training still counts by its parts. For words of the vocabulary all of that is
    added up here, once.

    Args:
        words: the vocabulary.
        weights: float32, shape (words, columns).
    """

    def __init__(self, words: Sequence[str], weights: NDArray[np.float32]) -> None:
        self.words = tuple(words)
        self._rows = {word: row for row, word in enumerate(words, 1)}
        nothing = np.zeros((1, weights.shape[1]), dtype=np.float32)
        self._alone = np.concatenate([nothing, weights])
        self._whole = self._alone + self._of_parts()
        self._parts_of_stranger = Remembered(self._parts)
        self._last: tuple[Tokens | None, Sums] = (None, Sums([], []))

    def sums(self, tokens: Tokens) -> Sums:
        """Look all words up. The last answer is kept, so that models that share the table look up once a post."""
        last, sums = self._last
        if last is not tokens:
            sums = Sums(self._total(frozenset(tokens.title)), self._total(tokens.words | tokens.phrases))
            self._last = (tokens, sums)
        return sums

    def _total(self, words: frozenset[str]) -> list[float]:
        found = [*map(self._rows.get, words, repeat(0))]
        rows = np.array(found, dtype=np.intp)
        # In a fixed order: a set has none, and float sums depend on it.
        rows.sort()
        total = self._whole.take(rows, axis=0).sum(axis=0)
        strangers = compress(words, map(not_, found))
        within = [*chain.from_iterable(map(self._parts_of_stranger.__getitem__, strangers))]
        if within:
            total = total + self._alone.take(sorted(within), axis=0).sum(axis=0)
        answer: list[float] = total.tolist()
        return answer

    def _parts(self, word: str) -> tuple[int, ...]:
        return tuple(self._rows[part] for part in parts(word) if part in self._rows)

    def _of_parts(self) -> NDArray[np.float32]:
        pairs = [(row, part) for word, row in self._rows.items() for part in sorted(self._parts(word))]
        added = np.zeros_like(self._alone)
        if pairs:
            whole, part = np.array(pairs).T
            np.add.at(added, whole, self._alone[part])
        return added


class Head(Struct, frozen=True):
    """One model's columns of a table that it may share with others."""

    table: Table
    start: int
    stop: int

    def title(self, tokens: Tokens) -> list[float]:
        """The sums of the title's words."""
        return self.table.sums(tokens).title[self.start : self.stop]

    def whole(self, tokens: Tokens) -> list[float]:
        """The sums of all words and phrases."""
        return self.table.sums(tokens).whole[self.start : self.stop]


def heads(*models: tuple[Sequence[str], NDArray[np.float32]]) -> tuple[Head, ...]:
    """One table for several models, given by their words and weights, and each model's part of it."""
    words = sorted({word for known, _ in models for word in known})
    rows = {word: row for row, word in enumerate(words)}
    edges = np.cumsum([0, *(weights.shape[1] for _, weights in models)]).tolist()
    joined = np.zeros((len(words), edges[-1]), dtype=np.float32)
    for (known, weights), start in zip(models, edges, strict=False):
        joined[[rows[word] for word in known], start : start + weights.shape[1]] = weights
    table = Table(words, joined)
    return tuple(Head(table, start, stop) for start, stop in pairwise(edges))


def parts(word: str) -> set[str]:
    """The strings of two and three characters within a longer word; only ideographs have meaning in part."""
    length = len(word)
    if not SHORTEST_PART < length <= LONGEST_WORD or not _FIRST_IDEOGRAPH <= word[0] <= _LAST_IDEOGRAPH or " " in word:
        return set()
    sizes = range(SHORTEST_PART, min(LONGEST_PART, length - 1) + 1)
    return {word[at : at + size] for size in sizes for at in range(length - size + 1)}


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
