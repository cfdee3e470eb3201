"""What a post is to the model of feelings: its words, phrases and their parts, each once, in a vector of length 1."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags

from models.linear import scale
from models.table import parts


def strings(documents: Sequence[Collection[str]], words: Sequence[str]) -> Any:
    """How many words of a document bring each known string, as models.linear.Table finds; shape (documents, words)."""
    rows = {word: row for row, word in enumerate(words)}
    said = {word: _rows(word, rows) for document in documents for word in document}
    found = [[row for word in sorted(document) for row in said[word]] for document in documents]
    ends = np.cumsum([0, *map(len, found)])
    columns = np.concatenate([np.empty(0, dtype=np.intp), *(np.array(one, dtype=np.intp) for one in found)])
    counts = csr_matrix((np.ones(len(columns)), columns, ends), (len(documents), len(words)))
    counts.sum_duplicates()
    return counts


def scaled(said: Any, idf: NDArray[np.float64]) -> Any:
    """The strings weighed by how rare they are, over the length that models.mood finds when it serves."""
    lengths = [scale(square) for square in (said @ idf**2).tolist()]
    return (diags([lengths], [0]) @ said @ diags([idf], [0])).tocsr()


def _rows(word: str, rows: dict[str, int]) -> list[int]:
    return sorted(rows[string] for string in {word, *parts(word)} if string in rows)
