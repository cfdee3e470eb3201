"""What a document is to a machine: its words, their parts and their meanings, as the topic model adds them up."""

from collections.abc import Sequence
from math import log
from typing import Any, Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack

from models.linear import scale
from models.segment import Tokens
from models.table import AGAIN, parts
from models.train.meaning import meanings
from models.train.vocabulary import vocabulary

COMPANY: Final = 0.7
"""Length of a document's mean vector of meanings beside its words', which have length 1; chosen by five folds of the
rows to train on."""

Matrix = Any
"""A sparse matrix of scipy, which has no types."""


class Design(Struct, frozen=True):
    """What documents are made of: words, how rare each is, and its vector of meaning, already scaled."""

    words: tuple[str, ...]
    idf: NDArray[np.float64]
    vectors: NDArray[np.float64]

    @property
    def counted(self) -> int:
        """How many columns, the first ones, are of words; the others are of meanings."""
        return 2 * len(self.words)

    def matrix(self, documents: Sequence[Tokens]) -> Matrix:
        """Columns: words of the title, of the whole, meanings of the title, of the whole."""
        distinct = sorted({word for tokens in documents for word in tokens.words})
        rows = {word: row for row, word in enumerate(distinct)}
        known = self._known(distinct)
        title, whole = (self._scaled(said, known) for said in _said(documents, rows))
        return hstack([title, whole, csr_matrix(title @ self.vectors), csr_matrix(whole @ self.vectors)], format="csr")

    def folded(self, coefficients: NDArray[np.float64]) -> NDArray[np.float32]:
        """One row a word: for title and whole a column a label, then idf squared; rounded as it is stored."""
        size, width = self.vectors.shape
        title, whole, title_meant, whole_meant = np.split(coefficients, [size, 2 * size, 2 * size + width])
        columns = [
            self.idf[:, None] * (own + self.vectors @ meant)
            for own, meant in ((title, title_meant), (whole, whole_meant))
        ]
        rounded: NDArray[np.float32] = np.column_stack([*columns, self.idf**2]).astype(np.float16).astype(np.float32)
        return rounded

    def _known(self, distinct: Sequence[str]) -> Matrix:
        """Each distinct word's known strings: itself and its parts."""
        columns = {word: column for column, word in enumerate(self.words)}
        found = [[columns[one] for one in sorted({word, *parts(word)}) if one in columns] for word in distinct]
        return _sparse(found, [[1.0] * len(one) for one in found], len(columns))

    def _scaled(self, said: Matrix, known: Matrix) -> Matrix:
        """One row a document, its length as models.linear.Table and models.topic find it when they serve."""
        squares = said @ (known @ self.idf**2)
        return diags([[scale(square) for square in squares.tolist()]], [0]) @ said @ known @ diags([self.idf], [0])


def designed(documents: Sequence[Tokens], unlabelled: Sequence[Tokens]) -> Design:
    everything = [*documents, *unlabelled]
    words, _ = vocabulary(tokens.words for tokens in everything)
    known, stand = set(words), dict.fromkeys(words, 0)
    for tokens in documents:
        for string in {one for word in tokens.words for one in (word, *parts(word))} & known:
            stand[string] += 1
    idf = np.array([log((1 + len(documents)) / (1 + stand[word])) + 1 for word in words])
    plain = Design(words, idf, meanings([text for tokens in everything for text in (tokens.title, tokens.body)], words))
    meant = plain.matrix(documents)[:, -plain.vectors.shape[1] :]
    return Design(words, idf, plain.vectors * COMPANY * scale(meant.multiply(meant).sum() / len(documents)))


def _said(documents: Sequence[Tokens], rows: dict[str, int]) -> tuple[Matrix, Matrix]:
    """How much each word counts, of the title and of the whole: exactly what the topic model takes."""
    titles = [dict.fromkeys(tokens.title, 1.0) for tokens in documents]
    wholes = [{word: 1 + _again(count) for word, count in tokens.counts.items()} for tokens in documents]
    title, whole = (
        _sparse([[rows[word] for word in one] for one in said], [list(one.values()) for one in said], len(rows))
        for said in (titles, wholes)
    )
    return title, whole


def _again(count: int) -> float:
    return float(AGAIN[min(count, len(AGAIN) - 1)])


def _sparse(columns: Sequence[Sequence[int]], values: Sequence[Sequence[float]], width: int) -> Matrix:
    ends = np.cumsum([0, *map(len, columns)])
    return csr_matrix(
        (np.concatenate([[], *values]), np.concatenate([[], *columns]).astype(np.intp), ends), (len(columns), width)
    )
