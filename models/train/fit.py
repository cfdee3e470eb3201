"""Fit a linear model and fold it into one row of weights a word."""

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from math import log
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.base import clone
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.svm import LinearSVC

from models.artefact import Fitted
from models.linear import parts, scale
from models.train.calibrate import calibrated
from models.train.corpus import DataError
from models.train.vocabulary import vocabulary

SEED: Final = 20
FOLDS: Final = 5
LEAST_LABELS: Final = 3
Words = AbstractSet[str]
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
    enough(labels)
    words, counts = vocabulary(fields[-1] for fields in documents)
    idf = np.array([log((1 + len(documents)) / (1 + count)) + 1 for count in counts], dtype=np.float32)
    matrix = _matrix(documents, {word: row for row, word in enumerate(words)}, idf, factors)
    shares = np.ones(len(documents)) if weights is None else np.asarray(weights)
    machine = LinearSVC(C=regularisation, random_state=SEED).fit(matrix, list(labels), shares)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    margins = cross_val_predict(
        clone(machine), matrix, list(labels), cv=folds, params={"sample_weight": shares}, method="decision_function"
    )
    warmth, threshold = calibrated(margins, np.searchsorted(machine.classes_, list(labels)))
    return Fitted(
        labels=tuple(map(str, machine.classes_)),
        words=words,
        weights=_folded(machine.coef_, idf, factors),
        bias=machine.intercept_.astype(np.float32),
        temperature=warmth,
        threshold=threshold,
    )


def enough(labels: Sequence[str]) -> None:
    """Raise DataError when there are fewer than three labels, or fewer rows of one than folds."""
    if len(few := Counter(labels)) < LEAST_LABELS or min(few.values()) < FOLDS:
        raise DataError(f"too little to learn from: {dict(few)}; give {LEAST_LABELS} labels with {FOLDS} rows each")


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
