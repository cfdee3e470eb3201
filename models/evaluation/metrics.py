"""Figures of a confusion matrix, or of many at once."""

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.int64]
"""Counts by true label (rows) and given label (columns): shape (..., labels, labels)."""
Values = NDArray[np.float64]


def accuracy(cells: Cells) -> Values:
    """Share of the answers that are right: shape (...)."""
    return _ratio(_right(cells).sum(-1), cells.sum((-1, -2)))


def precision(cells: Cells) -> Values:
    """Of the answers with a label, the share that is right: shape (..., labels); NaN where there is none."""
    return _ratio(_right(cells), cells.sum(-2))


def recall(cells: Cells) -> Values:
    """Of the rows with a label, the share that is found: shape (..., labels); NaN where there is none."""
    return _ratio(_right(cells), cells.sum(-1))


def f1(cells: Cells) -> Values:
    """The harmonic mean of precision and recall: shape (..., labels); NaN where a label stands nowhere."""
    return _ratio(2 * _right(cells), cells.sum(-1) + cells.sum(-2))


def macro_f1(cells: Cells) -> Values:
    """The mean of F1 over the labels that stand in the truth or among the answers: shape (...)."""
    means: Values = np.nanmean(f1(cells), axis=-1)
    return means


def _right(cells: Cells) -> Cells:
    right: Cells = np.diagonal(cells, axis1=-2, axis2=-1)
    return right


def _ratio(part: NDArray[np.generic], whole: NDArray[np.generic]) -> Values:
    above, below = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    ratio: Values = np.divide(above, below, out=np.full(np.broadcast(above, below).shape, np.nan), where=below > 0)
    return ratio
