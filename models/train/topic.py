"""Fit and measure topics on residents' messages."""

from collections.abc import Sequence

from models.artefact import Fitted
from models.evaluation import answer
from models.evaluation.score import Score, score
from models.topic import TopicModel
from models.train.corpus import Cut, Part, of
from models.train.fit import fit


def topic(rows: Sequence[Cut]) -> Fitted:
    """Fit the model of seven topics."""
    chosen = of(rows, "train")
    documents = [(frozenset(cut.tokens.title), cut.tokens.words) for cut in chosen]
    labels, weights = [cut.example.label for cut in chosen], [cut.example.weight for cut in chosen]
    return fit(documents, labels, factors=(0.7, 1.0), regularisation=0.4, weights=weights)


def topic_scores(model: TopicModel, rows: Sequence[Cut]) -> list[Score]:
    """Measure on the test rows, and on those of later years."""
    parts: tuple[Part, ...] = ("test", "later")
    scores = []
    for part in parts:
        if not (chosen := of(rows, part)):
            continue
        answers = ((cut.example.label, answer.topic(model, cut.tokens)) for cut in chosen)
        scores.append(score("topic", part, answers))
    return scores
