"""Place words by the company that they keep, so that what is learned of one is learned of those like it."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from sklearn.utils.extmath import randomized_svd

WINDOW: Final = 8
"""Words at most this far apart keep company."""

SMOOTHING: Final = 0.75
"""Power that keeps rare company from counting too much (Levy, Goldberg and Dagan 2015)."""

DIMENSIONS: Final = 100
SEED: Final = 20


def meanings(texts: Sequence[Sequence[str]], words: Sequence[str]) -> NDArray[np.float64]:
    """Vectors of words: positive pointwise mutual information, reduced (Levy and Goldberg 2014).

    Args:
        texts: each in words, in order.
        words: the vocabulary. What is in none of the texts, and single characters, which mean too much, get zeros.

    Returns:
        Shape (words, dimensions).
    """
    rows = {word: row for row, word in enumerate(words)}
    first, second = _pairs([np.array([rows[word] for word in text if word in rows], dtype=np.intp) for text in texts])
    counts = coo_matrix((np.ones(2 * len(first)), (np.r_[first, second], np.r_[second, first])), (len(rows),) * 2)
    counts = counts.tocsr().tocoo()
    marginal = np.asarray(counts.sum(axis=0)).ravel()
    smoothed = marginal**SMOOTHING / max((marginal**SMOOTHING).sum(), 1)
    information = np.log(counts.data / (marginal[counts.row] * smoothed[counts.col]))
    positive = information > 0
    matrix = coo_matrix((information[positive], (counts.row[positive], counts.col[positive])), counts.shape)
    left, values, _ = randomized_svd(matrix.tocsr(), min(DIMENSIONS, len(rows)), n_iter=3, random_state=SEED)
    several = np.array([len(word) > 1 for word in words])
    vectors: NDArray[np.float64] = left * np.sqrt(values) * several[:, None]
    return vectors


def _pairs(texts: Sequence[NDArray[np.intp]]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Each two words of a text within the window, the earlier one first."""
    near = [(text[:-gap], text[gap:]) for text in texts for gap in range(1, min(WINDOW, len(text) - 1) + 1)]
    nothing = np.empty(0, dtype=np.intp)
    return (
        np.concatenate([nothing, *(first for first, _ in near)]),
        np.concatenate([nothing, *(second for _, second in near)]),
    )
