"""How far a figure may be from the truth: 95 % intervals by the bootstrap."""

from collections.abc import Callable, Sequence
from math import sqrt
from typing import Final

import numpy as np
from msgspec import Struct

from models.evaluation.metrics import Cells, Values, accuracy

RESAMPLES: Final = 1_000
SEED: Final = 20
PERCENTILES: Final = (2.5, 97.5)
Z: Final = 1.96
"""Of the normal distribution, for 95 %."""


class Figure(Struct, frozen=True):
    """A figure with its 95 % interval, each rounded to four decimals."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def resampled(cells: Cells) -> Cells:
    """A thousand confusion matrices as they might have come out: shape (resamples, labels, labels).

    Drawing n rows with replacement and counting them (Efron and Tibshirani 1993, chapter 13) is drawing the counts
    from a multinomial distribution: so time and memory do not depend on n. The same cells give the same draws.
    There must be at least one.
    """
    count = int(cells.sum())
    drawn = np.random.default_rng(SEED).multinomial(count, (cells / count).ravel(), size=RESAMPLES)
    return drawn.astype(np.int64).reshape(-1, *cells.shape)


def figures(cells: Cells, draws: Cells, of: Callable[[Cells], Values]) -> tuple[Figure, ...]:
    """A figure of the cells with the percentiles of the same figure over the draws: one, or one a label.

    Draws in which a figure is not defined, as none has the label, do not count for it.
    """
    values, drawn = np.atleast_1d(of(cells)), np.atleast_2d(of(draws).T)
    return tuple(
        _figure(value, *np.percentile(known, PERCENTILES)) if len(known := row[~np.isnan(row)]) else _wilson(0, 0)
        for value, row in zip(np.nan_to_num(values).tolist(), drawn, strict=True)
    )


def shares(rights: Sequence[int], counts: Sequence[int], bootstrapped: Sequence[Figure]) -> tuple[Figure, ...]:
    """Shares with their intervals: where all or none are right the bootstrap is blind, and Wilson's (1927) is given."""
    return tuple(
        figure if 0 < right < count else _wilson(right, count)
        for right, count, figure in zip(rights, counts, bootstrapped, strict=True)
    )


def share(right: int, count: int) -> Figure:
    """One share, as `shares`."""
    if not 0 < right < count:
        return _wilson(right, count)
    cells: Cells = np.array([[right, count - right], [0, 0]])
    return figures(cells, resampled(cells), accuracy)[0]


def _wilson(right: int, count: int) -> Figure:
    if not count:
        return Figure(0.0, 0.0, 1.0)
    middle = (right + Z * Z / 2) / (count + Z * Z)
    reach = Z * sqrt(right * (count - right) / count + Z * Z / 4) / (count + Z * Z)
    return _figure(right / count, max(0.0, middle - reach), min(1.0, middle + reach))


def _figure(value: float, low: float, high: float) -> Figure:
    return Figure(*(round(float(one), 4) for one in (value, low, high)))
