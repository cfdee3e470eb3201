"""Fit a linear model and fold it into one row of weights a word."""

from collections import Counter
from collections.abc import Sequence
from math import log
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.base import clone
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.svm import LinearSVC

from models.artefact import Fitted
from models.linear import parts, scale
from models.train.corpus import DataError
from models.train.vocabulary import vocabulary

SEED: Final = 20
FOLDS: Final = 5
LEAST_LABELS: Final = 3
CERTAIN: Final = 0.95
"""Share of the answers not marked uncertain that must be right on the rows that set the threshold."""

Words = frozenset[str]
Fields = Sequence[Words]


def fit(
    documents: Sequence[Fields],
    labels: Sequence[str],
    *,
    factors: Sequence[float],
    regularisation: float,
    weights: Sequence[float] | None = None,
) -> Fitted:
    """Fit one linear support vector machine a label (Fan et al. 2008), and calibrate its margins.

    Temperature and threshold are set on margins that each row got from a machine that did not see it.

    Args:
        documents: for each document its fields, each a set of words.
        labels: of the documents.
        factors: how much each field counts; the last field holds all words of a document and makes the vocabulary.
        regularisation: LinearSVC's C.
        weights: how many rows each document counts for; by default one each.

    Raises:
        DataError: there are fewer than three labels, or fewer documents of one than folds.
    """
    if len(few := Counter(labels)) < LEAST_LABELS or min(few.values()) < FOLDS:
        raise DataError(f"too little to learn from: {dict(few)}; give {LEAST_LABELS} labels with {FOLDS} rows each")
    words, counts = vocabulary(fields[-1] for fields in documents)
    idf = np.array([log((1 + len(documents)) / (1 + count)) + 1 for count in counts], dtype=np.float32)
    matrix = _matrix(documents, {word: row for row, word in enumerate(words)}, idf, factors)
    shares = np.ones(len(documents)) if weights is None else np.asarray(weights)
    machine = LinearSVC(C=regularisation, random_state=SEED).fit(matrix, list(labels), shares)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    margins = cross_val_predict(
        clone(machine), matrix, list(labels), cv=folds, params={"sample_weight": shares}, method="decision_function"
    )
    truth = np.searchsorted(machine.classes_, list(labels))
    temperature = _temperature(margins, truth)
    return Fitted(
        labels=tuple(map(str, machine.classes_)),
        words=words,
        weights=_folded(machine.coef_, idf, factors),
        bias=machine.intercept_.astype(np.float32),
        temperature=temperature,
        threshold=_threshold(_shares(margins, temperature), truth),
    )


def _folded(
    coefficients: NDArray[np.float64], idf: NDArray[np.float32], factors: Sequence[float]
) -> NDArray[np.float32]:
    """Field factor x idf x coefficient, then idf squared, rounded as it is stored."""
    blocks = np.split(coefficients, len(factors), axis=1)
    columns = [factor * idf[:, None] * block.T for factor, block in zip(factors, blocks, strict=True)]
    folded: NDArray[np.float32] = np.column_stack([*columns, idf**2]).astype(np.float16).astype(np.float32)
    return folded


def _matrix(
    documents: Sequence[Fields], rows: dict[str, int], idf: NDArray[np.float32], factors: Sequence[float]
) -> Any:
    blocks = [factor * _block([fields[at] for fields in documents], rows, idf) for at, factor in enumerate(factors)]
    return hstack(blocks, format="csr")


def _block(documents: Sequence[Words], rows: dict[str, int], idf: NDArray[np.float32]) -> Any:
    """One row a document, scaled to length 1: exactly what models.linear.Table adds up when it serves."""
    values: list[float] = []
    columns: list[int] = []
    ends = [0]
    for words in documents:
        counts = _counts(words, rows)
        length = scale(sum(count * float(idf[row]) ** 2 for row, count in counts.items()))
        columns += counts
        values += [count * float(idf[row]) * length for row, count in counts.items()]
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(documents), len(rows)), dtype=np.float32)


def _counts(words: Words, rows: dict[str, int]) -> dict[int, int]:
    """Each known word, and each known part of a word, by row, in ascending order."""
    found = Counter(rows[one] for word in words for one in (word, *parts(word)) if one in rows)
    return dict(sorted(found.items()))


def _shares(margins: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    cooled = margins / temperature
    powers = np.exp(cooled - cooled.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _temperature(margins: NDArray[np.float64], truth: NDArray[np.intp]) -> float:
    """The temperature that makes the true labels of held-out rows likeliest (Guo et al. 2017)."""

    def loss(logarithm: float) -> float:
        shares = _shares(margins, float(np.exp(logarithm)))
        return float(-np.log(shares[np.arange(len(truth)), truth] + 1e-12).mean())

    return round(float(np.exp(minimize_scalar(loss, bounds=(-5, 5), method="bounded").x)), 6)


def _threshold(shares: NDArray[np.float64], truth: NDArray[np.intp]) -> float:
    """The lowest score above which `CERTAIN` of the held-out answers are right."""
    scores, right = shares.max(axis=1), shares.argmax(axis=1) == truth
    order = np.argsort(-scores, kind="stable")
    precise = np.cumsum(right[order]) / np.arange(1, len(order) + 1) >= CERTAIN
    return round(float(scores[order][np.flatnonzero(precise).max(initial=0)]), 4)
