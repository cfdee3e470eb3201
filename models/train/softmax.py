"""Fit one softmax over labels to rows of which some are labelled in part: neither this nor that, but one of those."""

from typing import Any, Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.optimize import minimize

ITERATIONS: Final = 120
ALIKE: Final = 1.0
"""How much a weight may come from the word's vector rather than from the word; tuned on sets left out of training."""

Labels = NDArray[np.bool_]


class Rows(Struct, frozen=True):
    """What is known of rows: of each label, shape (rows, labels); and how many ordinary rows each counts for.

    One of the `possible` labels is the true one, given that it is one of those `considered`. A row with an emotion
    considers all labels and has one possible; a row that is positive or negative considers the feelings that are.
    """

    possible: Labels
    considered: Labels
    counts: NDArray[np.float64]
    balance: NDArray[np.float64]
    """What each counts for beside that, so that no set or label drowns the others."""

    @property
    def sure(self) -> NDArray[np.bool_]:
        """The rows whose label is known."""
        known: NDArray[np.bool_] = (self.possible.sum(axis=1) == 1) & self.considered.all(axis=1)
        return known

    def of(self, chosen: NDArray[Any]) -> "Rows":
        """Some of the rows."""
        return Rows(self.possible[chosen], self.considered[chosen], self.counts[chosen], self.balance[chosen])


class Machine(Struct, frozen=True):
    """Margin of a label = matrix @ weights + bias."""

    weights: NDArray[np.float64]
    bias: NDArray[np.float64]

    def margins(self, matrix: Any) -> NDArray[np.float64]:
        """One row a document, one column a label."""
        margins: NDArray[np.float64] = matrix @ self.weights + self.bias
        return margins


def fit(matrix: Any, rows: Rows, vectors: NDArray[np.float64], penalty: float) -> Machine:
    """Minimise the mean loss and the squares of the weights.

    A word's weights are its own plus what its vector says, so that words used alike weigh alike, and a word that no
    labelled row holds weighs something. Sources: Cour, Sapp and Taskar 2011 (partial labels).

    Args:
        matrix: rows x words, sparse.
        rows: their labels and weights.
        vectors: words x dimensions.
        penalty: of the squares of the weights, against a mean loss.
    """
    shares = rows.counts * rows.balance / (rows.counts @ rows.balance)
    (words, dimensions), labels = vectors.shape, rows.possible.shape[1]
    edges = [words * labels, (words + dimensions) * labels]
    transposed, similar = matrix.T.tocsr(), ALIKE * vectors

    def loss(numbers: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        own, shared, bias = _parts(numbers, edges, labels)
        margins = matrix @ (own + similar @ shared) + bias[0]
        considered, expected = _expected(margins, rows.considered)
        possible, wanted = _expected(margins, rows.possible)
        error = (expected - wanted) * shares[:, None]
        slope = transposed @ error
        slopes = (slope + penalty * own, similar.T @ slope + penalty * shared, error.sum(axis=0))
        value = float((considered - possible) @ shares + penalty / 2 * ((own**2).sum() + (shared**2).sum()))
        return value, np.concatenate([one.ravel() for one in slopes])

    start = np.zeros(edges[-1] + labels)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS})
    own, shared, bias = _parts(found.x, edges, labels)
    return Machine(own + similar @ shared, bias[0])


def _parts(numbers: NDArray[np.float64], edges: list[int], labels: int) -> list[NDArray[np.float64]]:
    return [part.reshape(-1, labels) for part in np.split(numbers, edges)]


def _expected(margins: NDArray[np.float64], among: Labels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The logarithm of the sum of the powers of some margins, and the share of each of them."""
    chosen = np.where(among, margins, -np.inf)
    highest = chosen.max(axis=1, keepdims=True)
    powers = np.exp(chosen - highest)
    total = powers.sum(axis=1, keepdims=True)
    return (highest + np.log(total)).ravel(), powers / total
