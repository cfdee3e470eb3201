"""Whether a probability of 0.8 is right in eight of ten, and what is gained by leaving doubtful answers out."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

BINS: Final = 15
"""As in Guo et al. 2017."""
STEPS: Final = 20


class Bin(Struct, frozen=True):
    """Answers of like confidence: how many, how sure they were in the mean, and what share was right."""

    count: int
    confidence: float
    accuracy: float


class Covered(Struct, frozen=True):
    """The surest answers: what share of all they are, the least confidence among them, and what share was right."""

    coverage: float
    confidence: float
    accuracy: float


class Calibration(Struct, frozen=True):
    """Expected calibration error, the bins that it comes from, and accuracy over coverage."""

    error: float
    bins: tuple[Bin, ...]
    coverage: tuple[Covered, ...]


def calibration(confidences: Sequence[float], right: Sequence[int]) -> Calibration | None:
    """Measure how well confidence tells what is right; None where there is no answer.

    The expected calibration error is the mean distance of confidence and accuracy over the bins, weighted by their
    rows (Guo et al. 2017, On Calibration of Modern Neural Networks). The bins hold equally many answers, so that none
    is nearly empty (Nixon et al. 2019, Measuring Calibration in Deep Learning).

    Args:
        confidences: the probability of each answer given, 0 to 1.
        right: for each, whether it is right.
    """
    if not len(confidences):
        return None
    sure, hits = np.asarray(confidences, dtype=np.float64), np.asarray(right, dtype=np.float64)
    order = np.argsort(-sure, kind="stable")
    sure, hits = sure[order], hits[order]
    parts = [part for part in np.array_split(np.arange(len(sure)), BINS) if len(part)]
    bins = tuple(Bin(len(part), _mean(sure[part]), _mean(hits[part])) for part in reversed(parts))
    error = sum(len(part) * abs(float(sure[part].mean() - hits[part].mean())) for part in parts) / len(sure)
    return Calibration(round(error, 4), bins, _coverage(sure, hits))


def _coverage(sure: NDArray[np.float64], hits: NDArray[np.float64]) -> tuple[Covered, ...]:
    counts = sorted({max(1, round(len(sure) * step / STEPS)) for step in range(1, STEPS + 1)})
    return tuple(
        Covered(round(count / len(sure), 4), round(float(sure[count - 1]), 4), _mean(hits[:count])) for count in counts
    )


def _mean(values: NDArray[np.float64]) -> float:
    return round(float(values.mean()), 4)
