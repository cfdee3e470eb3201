"""Linear models over words: one row of weights a word, looked up once for all models and added up."""

from collections.abc import Iterable, Sequence
from itertools import pairwise, repeat
from math import exp, sqrt
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from models.remembered import Remembered
from models.segment import Tokens

LONGEST_PART: Final = 3
LONGEST_WORD: Final = 8
"""What is longer is no word of Chinese (links, numbers, noise) and has no parts."""

AGAIN: Final = np.round(np.log(np.arange(1, 1025)) * 256) / 256
"""What a word weighs more for being said so many times: the logarithm (Salton and Buckley 1988), in steps that keep
sums exact; a thousand times and more are as a thousand."""

_FIRST_IDEOGRAPH, _LAST_IDEOGRAPH = "\u3400", "\u9fff"


class Sums(Struct, frozen=True):
    """The sums of a post's words, one number a column.

    Of the title's words, each once; of all words and phrases, each once; and what is added to the latter for words that
    are said again.
    """

    title: list[float]
    whole: list[float]
    again: list[float]


class Table:
    """Weights by word. A word weighs what it and the shorter strings within it weigh.

    So a word that was never seen in training still counts by its parts. For words of the vocabulary all of that is
    added up here, once.

    Args:
        words: the vocabulary.
        weights: shape (words, columns); half precision at most. Sums of such numbers are exact in double precision, so
            that the order of words changes nothing.
    """

    def __init__(self, words: Sequence[str], weights: NDArray[np.float32]) -> None:
        self.words = tuple(words)
        self._rows = {word: row for row, word in enumerate(words, 1)}
        nothing = np.zeros((1, weights.shape[1]))
        self._alone = np.concatenate([nothing, weights])
        # Words with their parts, and below them the same words alone: the parts of strangers.
        self._weights = np.concatenate([self._alone + self._of_parts(), self._alone])
        self._parts_of_stranger = Remembered(self._parts)
        self._last: tuple[Tokens | None, Sums] = (None, Sums([], [], []))

    def sums(self, tokens: Tokens) -> Sums:
        """Look all words up. The last answer is kept, so that models that share the table look up once a post."""
        last, sums = self._last
        if last is not tokens:
            sums = self._sums(tokens)
            self._last = (tokens, sums)
        return sums

    def _sums(self, tokens: Tokens) -> Sums:
        words = [*tokens.counts, *tokens.phrases]
        times = np.zeros((3, len(words)))
        times[0, : len(set(tokens.title))] = 1
        times[1] = 1
        counts = np.fromiter(tokens.counts.values(), np.intp, len(tokens.counts))
        times[2, : len(counts)] = AGAIN.take(counts - 1, mode="clip")
        rows = np.fromiter(map(self._rows.get, words, repeat(0)), np.intp, len(words))
        strangers = np.flatnonzero(rows == 0).tolist()
        if within := [(at, row) for at in strangers for row in self._parts_of_stranger[words[at]]]:
            whose, parts = np.array(within).T
            rows = np.concatenate([rows, parts + len(self._alone)])
            times = np.concatenate([times, times[:, whose]], axis=1)
        return Sums(*(times @ self._weights.take(rows, axis=0)).tolist())

    def _parts(self, word: str) -> tuple[int, ...]:
        return tuple(self._rows[part] for part in parts(word) if part in self._rows)

    def _of_parts(self) -> NDArray[np.float64]:
        pairs = [(row, part) for word, row in self._rows.items() for part in self._parts(word)]
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
        """The sums of all words and phrases, each once."""
        return self.table.sums(tokens).whole[self.start : self.stop]

    def again(self, tokens: Tokens) -> list[float]:
        """What is added to the sums of all words for those that are said again."""
        return self.table.sums(tokens).again[self.start : self.stop]


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
    """The strings of one to three characters within a longer word; only ideographs have meaning in part."""
    length = len(word)
    if not 1 < length <= LONGEST_WORD or not _FIRST_IDEOGRAPH <= word[0] <= _LAST_IDEOGRAPH or " " in word:
        return set()
    sizes = range(1, min(LONGEST_PART, length - 1) + 1)
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
