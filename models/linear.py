"""Linear models over words: one row of weights a word, looked up once for all models and added up."""

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise, repeat
from math import exp, sqrt
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from models.segment import SHIFTERS, Tokens

LONGEST_PART: Final = 3
LONGEST_WORD: Final = 8
"""What is longer is no word of Chinese (links, numbers, noise) and has no parts."""

AGAIN: Final = np.round(np.log(np.maximum(np.arange(1025), 1)) * 256) / 256
"""What a word weighs more for being said so many times: the logarithm (Salton and Buckley 1988), in steps that keep
sums exact; a thousand times and more are as a thousand."""

UNKNOWN: Final = 0
"""The row of words that weigh nothing."""

MOST: Final = 1 << 14
"""Strangers that are remembered: some megabytes."""

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
        # A shifter has a row even where it weighs nothing, so that phrases are found by rows.
        known = [*words, *sorted(SHIFTERS.difference(words))]
        self._rows = {word: row for row, word in enumerate(known, UNKNOWN + 1)}
        self._alone = np.zeros((len(known) + 1, weights.shape[1]))
        self._alone[1 : len(words) + 1] = weights
        # Words with their parts; below them strangers that were met, which keep their rows until all are forgotten.
        self._weights = np.zeros((len(self._alone) + MOST, weights.shape[1]))
        self._weights[: len(self._alone)] = self._alone + self._of_parts()
        self._met: list[str] = []
        self._shifts = np.zeros(len(self._alone) + 1, dtype=np.bool_)
        self._shifts[[self._rows[word] for word in SHIFTERS]] = True
        self._nothing = Sums(*np.zeros((3, weights.shape[1])).tolist())
        self._last: tuple[Tokens | None, Sums] = (None, self._nothing)

    def sums(self, tokens: Tokens) -> Sums:
        """Look all words up. The last answer is kept, so that models that share the table look up once a post."""
        last, sums = self._last
        if last is not tokens:
            sums = self._sums(tokens) if tokens.whole else self._nothing
            self._last = (tokens, sums)
        return sums

    def _sums(self, tokens: Tokens) -> Sums:
        found = self._found(tokens)
        rows, counts = _distinct(found)
        shifters = self._shifts.take(found[:-1], mode="clip").nonzero()[0].tolist()
        phrases = [*map(self._rows.get, tokens.phrases_at(shifters), repeat(UNKNOWN))]
        times = np.zeros((3, len(rows) + len(phrases)))
        times[0, rows.searchsorted(found[: tokens.titled])] = 1
        times[1] = 1
        AGAIN.take(counts, out=times[2, : len(rows)], mode="clip")
        weights = self._weights.take(np.concatenate([rows, phrases]) if phrases else rows, axis=0)
        return Sums(*(times @ weights).tolist())

    def _found(self, tokens: Tokens) -> NDArray[np.intp]:
        """The row of each word, in order."""
        words = tokens.whole
        try:
            found = [*map(self._rows.__getitem__, words)]
        except KeyError:
            self._meet(words)
            found = [*map(self._rows.get, words, repeat(UNKNOWN))]
        return np.array(found, dtype=np.intp)

    def _meet(self, words: Collection[str]) -> None:
        """Give strangers among the words rows of their own, with what their parts weigh."""
        strangers = self._strangers_among(words)
        if len(self._met) + len(strangers) > MOST:
            for word in self._met:
                del self._rows[word]
            self._met = []
            strangers = self._strangers_among(words)
            self._make_room(len(strangers))
        for row, word in enumerate(strangers, len(self._alone) + len(self._met)):
            self._rows[word] = row
            self._weights[row] = self._alone[self._parts(word)].sum(axis=0)
        self._met += strangers

    def _strangers_among(self, words: Collection[str]) -> list[str]:
        """What is too long to be a word weighs nothing, and is not kept."""
        return [word for word in set(words).difference(self._rows) if len(word) <= LONGEST_WORD]

    def _make_room(self, needed: int) -> None:
        """More than at first only for a post that has so many strangers."""
        if needed > len(self._weights) - len(self._alone):
            room = np.zeros((needed, self._alone.shape[1]))
            self._weights = np.concatenate([self._weights[: len(self._alone)], room])

    def _parts(self, word: str) -> list[int]:
        """The rows of a word's parts; strangers are no parts."""
        rows = [self._rows.get(part, UNKNOWN) for part in parts(word)]
        return [row for row in rows if UNKNOWN < row < len(self._alone)]

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
    words = _commonest_first(models)
    rows = {word: row for row, word in enumerate(words)}
    edges = np.cumsum([0, *(weights.shape[1] for _, weights in models)]).tolist()
    joined = np.zeros((len(words), edges[-1]), dtype=np.float32)
    for (known, weights), start in zip(models, edges, strict=False):
        joined[[rows[word] for word in known], start : start + weights.shape[1]] = weights
    table = Table(words, joined)
    return tuple(Head(table, start, stop) for start, stop in pairwise(edges))


def _commonest_first(models: Iterable[tuple[Sequence[str], NDArray[np.float32]]]) -> list[str]:
    """The words of all models, those with the least idf first, as new strings.

    So what most texts ask for lies close together and stays in the processor's cache: a look-up takes a third less.
    """
    rarity: dict[str, float] = {}
    for words, weights in models:
        for word, squared in zip(words, weights[:, -1].tolist(), strict=True):
            rarity[word] = min(squared, rarity.get(word, squared))
    return [word.encode().decode() for word in sorted(rarity, key=lambda word: (rarity[word], word))]


def _distinct(rows: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows in ascending order, each once, and how often each is among them; np.unique takes three times as long."""
    ordered = np.sort(rows)
    edge = np.empty(len(rows) + 1, dtype=np.bool_)
    edge[0] = edge[-1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=edge[1:-1])
    edges = edge.nonzero()[0]
    return ordered[edges[:-1]], edges[1:] - edges[:-1]


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
