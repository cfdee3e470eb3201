"""Turn margins of held-out rows into probabilities, and find the score below which an answer is uncertain."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from models.linear import probabilities

CERTAIN: Final = 0.95
"""Share of the answers not marked uncertain that must be right on the rows that set the threshold."""


def calibrated(margins: NDArray[np.float64], truth: NDArray[np.intp]) -> tuple[float, float]:
    """Temperature and threshold.

    Args:
        margins: shape (rows, labels); of each row from a machine that did not see it.
        truth: each row's label, as a column of the margins.
    """
    warmth = temperature(margins, truth)
    return warmth, threshold(probabilities(margins, warmth), truth)


def temperature(margins: NDArray[np.float64], truth: NDArray[np.intp]) -> float:
    """The temperature that makes the true labels of held-out rows likeliest (Guo et al. 2017)."""

    def loss(logarithm: float) -> float:
        shares = probabilities(margins, float(np.exp(logarithm)))
        return float(-np.log(shares[np.arange(len(truth)), truth] + 1e-12).mean())

    return round(float(np.exp(minimize_scalar(loss, bounds=(-5, 5), method="bounded").x)), 6)


def threshold(shares: NDArray[np.float64], truth: NDArray[np.intp]) -> float:
    """The lowest score above which `CERTAIN` of the held-out answers are right."""
    scores, right = shares.max(axis=1), shares.argmax(axis=1) == truth
    order = np.argsort(-scores, kind="stable")
    precise = np.cumsum(right[order]) / np.arange(1, len(order) + 1) >= CERTAIN
    return round(float(scores[order][np.flatnonzero(precise).max(initial=0)]), 4)
