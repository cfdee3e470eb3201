"""A probability of 0.8 should be right in eight of ten."""

import random

import pytest

from models.evaluation.calibration import BINS, calibration


def test_honest_probabilities_have_hardly_an_error() -> None:
    """What is right as often as it says has an error near 0; what boasts has the difference."""
    chance = random.Random(2)
    sure = [chance.uniform(0.3, 1) for _ in range(20_000)]
    right = [chance.random() < one for one in sure]
    honest, boasting = calibration(sure, right), calibration([1.0] * len(sure), right)
    assert honest
    assert honest.error < 0.02
    assert boasting
    assert boasting.error == pytest.approx(1 - sum(right) / len(right), abs=1e-3)


def test_bins_hold_equally_many() -> None:
    """Each of the 15 bins weighs the same, from the least sure to the surest."""
    found = calibration([at / 300 for at in range(300)], [at % 2 for at in range(300)])
    assert found
    assert [one.count for one in found.bins] == [300 // BINS] * BINS
    assert [one.confidence for one in found.bins] == sorted(one.confidence for one in found.bins)


def test_the_error_is_the_one_of_the_paper() -> None:
    """Two bins by hand: |0.9 - 0.5| and |0.6 - 1| over two answers each (Guo et al. 2017, equation 3)."""
    found = calibration([0.9, 0.9, 0.6, 0.6], [1, 0, 1, 1])
    assert found
    assert found.error == pytest.approx((0.1 + 0.9 + 0.4 + 0.4) / 4, abs=1e-3)
    assert sum(one.count for one in found.bins) == 4


def test_leaving_doubtful_answers_out_is_shown() -> None:
    """Accuracy over coverage runs from the surest answers to all of them."""
    found = calibration([at / 100 for at in range(100)], [at >= 20 for at in range(100)])
    assert found
    assert (found.coverage[0].accuracy, found.coverage[-1].coverage, found.coverage[-1].accuracy) == (1.0, 1.0, 0.8)
    assert [one.confidence for one in found.coverage] == sorted(
        (one.confidence for one in found.coverage), reverse=True
    )


def test_without_probabilities_there_is_none() -> None:
    """Rules have no probabilities, and get no invented calibration."""
    assert calibration([], []) is None
