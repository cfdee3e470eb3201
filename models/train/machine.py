"""Linear machines on features stretched by naive Bayes (Wang and Manning 2012)."""

from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.sparse import diags
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from models.train.design import Matrix
from models.train.fit import FOLDS, SEED

REGULARISATION: Final = 0.3
SHARPNESS: Final = 0.6
"""Power of the log-ratio by which a feature is stretched; 0 is a plain machine, 1 naive Bayes' own measure. Both were
chosen by five folds of the rows to train on."""

SMOOTHED: Final = 7
"""Of its mean, what part is added to each sum, so that no ratio is infinite."""


class Machine(Struct, frozen=True):
    """A fitted machine a label: shape (columns, labels) and (labels,)."""

    coefficients: NDArray[np.float64]
    bias: NDArray[np.float64]

    def margins(self, matrix: Matrix) -> NDArray[np.float64]:
        margins: NDArray[np.float64] = matrix @ self.coefficients + self.bias
        return margins


def machine(
    matrix: Matrix,
    truth: NDArray[np.intp],
    weights: NDArray[np.float64],
    counted: int,
    regularisation: float = REGULARISATION,
) -> Machine:
    """One support vector machine a label (Fan et al. 2008); the first `counted` columns are stretched."""
    coefficients, bias = [], []
    for label in range(truth.max() + 1):
        own = truth == label
        stretch = np.ones(matrix.shape[1])
        stretch[:counted] = _stretch(matrix[:, :counted], own, weights)
        fitted = LinearSVC(C=regularisation, random_state=SEED).fit(matrix @ diags([stretch], [0]), own, weights)
        coefficients.append(fitted.coef_[0] * stretch)
        bias.append(fitted.intercept_[0])
    return Machine(np.column_stack(coefficients), np.array(bias))


def _stretch(matrix: Matrix, own: NDArray[np.bool_], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each column tells the label's documents from others: |log-ratio| to a power, 1 in the quadratic mean."""
    smoothing = matrix.sum() / matrix.shape[1] / SMOOTHED
    ours, others = (matrix.T @ (weights * chosen) + smoothing for chosen in (own, ~own))
    ratio = np.abs(np.log((ours / ours.sum()) / (others / others.sum()))) ** SHARPNESS
    stretched: NDArray[np.float64] = ratio / max(float(np.sqrt(np.mean(ratio**2))), 1e-12)
    return stretched


def held_out(
    matrix: Matrix, truth: NDArray[np.intp], weights: NDArray[np.float64], counted: int
) -> NDArray[np.float64]:
    """Margins of each row from machines that did not see it."""
    margins = np.zeros((len(truth), truth.max() + 1))
    for seen, kept in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(margins, truth):
        margins[kept] = machine(matrix[seen], truth[seen], weights[seen], counted).margins(matrix[kept])
    return margins
