"""Probabilities mean what they say on rows that were held out."""

import numpy as np
from numpy.typing import NDArray

from models.train.calibrate import CERTAIN, calibrated, temperature, threshold


def rows(count: int, heat: float) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Margins whose softmax at this temperature is the probability of each label."""
    random = np.random.default_rng(7)
    margins = random.normal(size=(count, 3))
    powers = np.exp(margins / heat)
    drawn = random.random(count)[:, None] > np.cumsum(powers / powers.sum(axis=1, keepdims=True), axis=1)
    return margins, drawn.sum(axis=1)


def test_the_temperature_is_found() -> None:
    """Rows drawn at a temperature give it back."""
    assert abs(temperature(*rows(20_000, 0.5)) - 0.5) < 0.03


def test_above_the_threshold_answers_are_right() -> None:
    """As many as promised of the rows that set it, and a lower threshold would break the promise."""
    margins, truth = rows(5_000, 0.5)
    warmth, least = calibrated(margins, truth)
    powers = np.exp(margins / warmth)
    shares = powers / powers.sum(axis=1, keepdims=True)
    right, sure = shares.argmax(axis=1) == truth, shares.max(axis=1)
    assert right[sure > least].mean() >= CERTAIN - 0.002
    assert right[sure > least - 0.1].mean() < CERTAIN


def test_rows_that_are_all_right_need_no_doubt() -> None:
    """The threshold is then the lowest score."""
    assert threshold(np.array([[0.9, 0.1], [0.4, 0.6]]), np.array([0, 1])) == 0.6
