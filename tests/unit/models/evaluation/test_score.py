"""Figures are those of the textbook, with honest intervals, and the same each time."""

import random
from itertools import product

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support

from models.evaluation.answer import Answer
from models.evaluation.interval import Figure, share
from models.evaluation.score import NAMED, Score, Tally, score

LABELS = ("甲", "乙", "丙")


def made_up(count: int, right: float = 0.7) -> list[tuple[str, Answer]]:
    chance = random.Random(3)
    truths = chance.choices(LABELS, weights=(6, 3, 1), k=count)
    return [(one, Answer(one if chance.random() < right else chance.choice(LABELS), chance.random())) for one in truths]


def made_score(count: int = 300) -> Score:
    return score("topic", "test", made_up(count))


def test_figures_are_those_of_scikit_learn() -> None:
    """Accuracy, macro-F1, each label's figures and the confusion matrix, without scikit-learn."""
    pairs = made_up(300)
    truth, given = [one for one, _ in pairs], [answer.label for _, answer in pairs]
    found, labels = score("topic", "test", pairs), sorted(LABELS)
    assert found.accuracy.value == pytest.approx(accuracy_score(truth, given), abs=1e-4)
    assert found.macro_f1.value == pytest.approx(f1_score(truth, given, average="macro"), abs=1e-4)
    assert found.confusion == tuple(map(tuple, confusion_matrix(truth, given, labels=labels).tolist()))
    expected = precision_recall_fscore_support(truth, given, labels=labels)
    ours = [(one.precision.value, one.recall.value, one.f1.value, one.count) for one in found.classes]
    assert np.array(ours) == pytest.approx(np.array(expected).T, abs=1e-4)


def test_a_label_that_is_never_right_counts_as_nothing() -> None:
    """A label only answered, and one only true, pull macro-F1 down, as scikit-learn has it; nothing is divided by 0."""
    truth, given = ["甲", "甲", "乙"], ["甲", "丙", "甲"]
    found = score("topic", "test", list(zip(truth, map(Answer, given), strict=True)))
    assert found.macro_f1.value == pytest.approx(f1_score(truth, given, average="macro", zero_division=0), abs=1e-4)
    assert [one.f1.value for one in found.classes if one.label != "甲"] == [0, 0]


def test_the_bootstrap_is_that_of_resampled_rows() -> None:
    """Drawing counts gives the interval that drawing a thousand times n rows gives, in a fraction of the time."""
    pairs = made_up(200)
    truth, given = [one for one, _ in pairs], [answer.label for _, answer in pairs]
    chance, drawn = np.random.default_rng(1), []
    for _ in range(1000):
        rows = chance.integers(0, 200, 200)
        drawn.append(f1_score([truth[at] for at in rows], [given[at] for at in rows], average="macro"))
    low, high = np.percentile(drawn, (2.5, 97.5))
    figure = score("topic", "test", pairs).macro_f1
    assert figure.low == pytest.approx(low, abs=0.01)
    assert figure.high == pytest.approx(high, abs=0.01)
    assert figure.low < figure.value < figure.high


def test_more_rows_make_a_narrower_interval() -> None:
    """An interval says how much the number of rows can promise."""
    few, many = made_score(50).accuracy, made_score(5_000).accuracy
    assert many.high - many.low < (few.high - few.low) / 5


def test_the_same_answers_give_the_same_figures() -> None:
    """The seed is fixed: a card can be compared with what is measured again, digit by digit."""
    assert made_score() == made_score()


def test_none_wrong_in_ten_is_not_certainty() -> None:
    """Where all or none are right every resample looks alike: Wilson's interval (1927) says what ten rows can say."""
    assert share(10, 10) == Figure(1.0, 0.7225, 1.0)
    assert share(0, 10) == Figure(0.0, 0.0, 0.2775)
    assert share(0, 0) == Figure(0.0, 0.0, 1.0)


def test_a_label_that_is_always_right_is_not_certain_either() -> None:
    """Two rows that are both right promise little: precision, recall and F1 say so."""
    found = score("topic", "test", [*made_up(300), ("丁", Answer("丁")), ("丁", Answer("丁"))])
    rare = next(one for one in found.classes if one.label == "丁")
    assert {rare.precision, rare.recall, rare.f1} == {share(2, 2)}
    assert rare.f1.low < 0.5


def test_wrong_answers_are_named_by_line_the_surest_first() -> None:
    """A person can look them up; their texts are not copied."""
    tally = Tally()
    for line in range(1, 100):
        tally.add("甲", Answer("乙" if line % 2 else "甲", line / 100), line)
    named = tally.score("topic", "test").mistakes
    assert [one.line for one in named] == list(range(99, 99 - 2 * NAMED, -2))
    assert {(one.truth, one.given) for one in named} == {("甲", "乙")}


def test_doubt_is_counted() -> None:
    """How many answers were not marked uncertain, and how many of those are right."""
    pairs = [("甲", Answer("甲" if right else "乙", 0.5, sure)) for right, sure in product((True, False), repeat=2)]
    found = score("topic", "test", [*pairs, ("甲", Answer("甲", 0.9, certain=True))])
    assert (found.certain, found.certain_right) == (0.6, 0.6667)
    assert score("topic", "test", [("甲", Answer("甲", 0.5, certain=False))]).certain_right is None
