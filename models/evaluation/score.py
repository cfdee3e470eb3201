"""What was measured of a model on one set of rows."""

import heapq
from array import array
from collections import Counter
from collections.abc import Iterable
from typing import Final

import numpy as np
from msgspec import Struct

from models.evaluation import metrics
from models.evaluation.answer import Answer
from models.evaluation.calibration import Calibration, calibration
from models.evaluation.interval import Figure, figures, resampled, share, shares

NAMED: Final = 20
"""Wrong answers that are named where nothing else is said."""


class ClassScore(Struct, frozen=True):
    """One label: rows that have it, and how well it is found."""

    label: str
    count: int
    precision: Figure
    recall: Figure
    f1: Figure


class Mistake(Struct, frozen=True):
    """A wrong answer by its line: its text stays where it is."""

    line: int
    truth: str
    given: str
    confidence: float | None


class Score(Struct, frozen=True, kw_only=True):
    """How a model does on one set of rows. Labels are sorted; `confusion` counts by true label, then given label."""

    model: str
    rows: str
    count: int
    accuracy: Figure
    macro_f1: Figure
    classes: tuple[ClassScore, ...]
    confusion: tuple[tuple[int, ...], ...]
    calibration: Calibration | None = None
    certain: float | None = None
    """Share of answers not marked uncertain, and how many of those are right; for topics."""
    certain_right: float | None = None
    mistakes: tuple[Mistake, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of `classes` and `confusion`."""
        return tuple(one.label for one in self.classes)


class Share(Struct, frozen=True, kw_only=True):
    """How many of some rows meet what is asked of them."""

    what: str
    rows: str
    met: int
    count: int
    share: Figure
    wrong: tuple[int, ...] = ()
    """Lines of the first rows that speak against the program."""


class Evaluation(Struct, frozen=True, kw_only=True):
    """All that was measured on one file: `read` lines, `bad` of which could not be used, `counted` by the figures."""

    file: str
    model: str
    read: int
    counted: int
    bad: int
    scores: tuple[Score, ...] = ()
    shares: tuple[Share, ...] = ()
    notes: tuple[str, ...] = ()


class Tally:
    """Counts answers as they come: memory is a few bytes a row, whatever the texts weigh.

    Args:
        named: how many wrong answers are named at most, the surest first.
    """

    def __init__(self, named: int = NAMED) -> None:
        self._named = named
        self._cells: Counter[tuple[str, str]] = Counter()
        self._confidences = array("d")
        self._right = bytearray()
        self._certain: Counter[str] = Counter()
        self._wrong: list[tuple[float, int, str, str]] = []

    def add(self, truth: str, answer: Answer, line: int = 0) -> None:
        """Count one answer; a wrong one that has a line may be named."""
        right, confidence = truth == answer.label, answer.confidence
        self._cells[truth, answer.label] += 1
        if confidence is not None:
            self._confidences.append(confidence)
            self._right.append(right)
        if answer.certain is not None:
            self._certain["asked"] += 1
            self._certain["certain"] += answer.certain
            self._certain["right"] += answer.certain and right
        if not right and line and self._named:
            # The heap's least is dropped: the least sure, and of these the last.
            entry = (confidence or 0.0, -line, truth, answer.label)
            (heapq.heappush if len(self._wrong) < self._named else heapq.heappushpop)(self._wrong, entry)

    @property
    def truths(self) -> set[str]:
        """The true labels seen."""
        return {truth for truth, _ in self._cells}

    def score(self, model: str, rows: str) -> Score:
        """What was counted so far: at least one answer."""
        labels = sorted({label for pair in self._cells for label in pair})
        cells = np.array([[self._cells[truth, given] for given in labels] for truth in labels], dtype=np.int64)
        cells = cells.reshape(len(labels), len(labels))
        draws = resampled(cells)
        right, truths, answers = np.diagonal(cells).tolist(), cells.sum(1).tolist(), cells.sum(0).tolist()
        asked, certain = self._certain["asked"], self._certain["certain"]
        # F1 is a share of the mean of true rows and answers: right of (truths + answers) / 2.
        middles = [(true + given + 1) // 2 for true, given in zip(truths, answers, strict=True)]
        return Score(
            model=model,
            rows=rows,
            count=sum(truths),
            accuracy=share(sum(right), sum(truths)),
            macro_f1=figures(cells, draws, metrics.macro_f1)[0],
            classes=tuple(
                map(
                    ClassScore,
                    labels,
                    truths,
                    shares(right, answers, figures(cells, draws, metrics.precision)),
                    shares(right, truths, figures(cells, draws, metrics.recall)),
                    shares(right, middles, figures(cells, draws, metrics.f1)),
                )
            ),
            confusion=tuple(map(tuple, cells.tolist())),
            calibration=calibration(self._confidences, self._right),
            certain=round(certain / asked, 4) if asked else None,
            certain_right=round(self._certain["right"] / certain, 4) if certain else None,
            mistakes=tuple(
                Mistake(-line, truth, given, confidence if self._confidences else None)
                for confidence, line, truth, given in sorted(self._wrong, reverse=True)
            ),
        )


def score(model: str, rows: str, answers: Iterable[tuple[str, Answer]]) -> Score:
    """Figures of true labels and answers, of which there must be at least one."""
    tally = Tally()
    for truth, answer in answers:
        tally.add(truth, answer)
    return tally.score(model, rows)
