"""Fit and measure topics on residents' messages."""

from collections.abc import Sequence

import numpy as np

from models.artefact import Fitted
from models.evaluation import answer
from models.evaluation.score import Score, score
from models.segment import Tokens
from models.topic import TopicModel
from models.train.calibrate import calibrated
from models.train.corpus import Cut, Part, of
from models.train.design import designed
from models.train.fit import enough
from models.train.machine import held_out, machine


def fitted(rows: Sequence[Cut], unlabelled: Sequence[Tokens]) -> Fitted:
    """Fit the model of seven topics.

    Args:
        rows: to train on.
        unlabelled: more texts, to learn words and their company from.

    Raises:
        DataError: there are fewer than three labels, or fewer rows of one than folds.
    """
    documents, names = [cut.tokens for cut in rows], [cut.example.label for cut in rows]
    enough(names)
    labels = tuple(sorted(set(names)))
    truth, weights = np.searchsorted(labels, names), np.array([cut.example.weight for cut in rows])
    design = designed(documents, unlabelled)
    matrix = design.matrix(documents)
    chosen = machine(matrix, truth, weights, design.counted)
    warmth, threshold = calibrated(held_out(matrix, truth, weights, design.counted), truth)
    return Fitted(
        labels=labels,
        words=design.words,
        weights=design.folded(chosen.coefficients),
        bias=chosen.bias.astype(np.float32),
        temperature=warmth,
        threshold=threshold,
    )


def scores(model: TopicModel, rows: Sequence[Cut]) -> list[Score]:
    """Measure on the test rows, and on those of later years."""
    kept: tuple[Part, ...] = ("test", "later")
    chosen = {part: of(rows, part) for part in kept}
    return [
        score("topic", part, ((cut.example.label, answer.topic(model, cut.tokens)) for cut in cuts))
        for part, cuts in chosen.items()
        if cuts
    ]
