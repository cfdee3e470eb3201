"""Asks a model and compares its answer with the label, row by row."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, Protocol, TypeVar

from agents import clean, segment
from deploy import reading
from deploy.evaluation.asked import Asked, Model
from deploy.evaluation.rows import Row, shown
from deploy.grading import Grader
from models.classifier import Classifier
from models.evaluation import answer
from models.evaluation.answer import Answer
from models.evaluation.interval import share
from models.evaluation.score import Score, Share, Tally
from models.mood import SENTIMENT_OF, EmotionModel, SentimentModel
from models.segment import Segmenter, Tokens
from models.topic import TopicModel
from streams.records import GRADES, Text

GRADE_OF: Final[Mapping[str, str]] = {
    **dict(zip(GRADES, GRADES, strict=True)), "特别重大": "I", "重大": "II", "较大": "III", "一般": "IV", "无": "none",
}  # fmt: skip
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


M = TypeVar("M", bound=Classifier)


class Measure(Protocol):
    """Compares, and says in the end how well the model did."""

    def add(self, row: Row) -> None:
        """Ask the model and count its answer.

        Raises:
            ValueError: the row's label is none that the model knows.
        """

    def scores(self) -> Iterator[Score]:
        """Figures of each set of rows."""

    def shares(self) -> Iterator[Share]:
        """What else was counted."""


def measure(model: Model, asked: Asked) -> Measure:
    """What measures a model.

    Raises:
        Unusable: its file is missing or damaged.
    """
    if model == "severity":
        return SeverityMeasure(asked)
    if model == "topic":
        return TopicMeasure(asked)
    return (SentimentMeasure if model == "sentiment" else EmotionMeasure)(asked)


def text_of(title: str, body: str) -> Text:
    """The words, cleaned as the worker cleans a post's."""
    read = reading.Read(0, title, body, None, None, "lines")
    return clean.run(reading.post(read, fetched=_EPOCH, township="0" * 12))


class _WordMeasure:
    """What the models of words have in common."""

    NAME: Model

    def __init__(self, asked: Asked) -> None:
        self._renamed, self._segmenter = asked.renamed, Segmenter()
        self._tallies: defaultdict[str, Tally] = defaultdict(partial(Tally, asked.named))

    def scores(self) -> Iterator[Score]:
        for rows, tally in sorted(self._tallies.items()):
            yield tally.score(self.NAME, rows)

    def shares(self) -> Iterator[Share]:
        return iter(())

    def _tokens(self, row: Row) -> Tokens:
        return segment.run(text_of(row.title, row.body), self._segmenter)

    def _label(self, row: Row, known: Mapping[str, str]) -> str:
        return _known(row.label, self._renamed, known, self.NAME)


class TopicMeasure(_WordMeasure):
    """The topic, its probability, and whether it was marked uncertain."""

    NAME = "topic"

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked)
        self._model = _asked_of(TopicModel, asked)

    def add(self, row: Row) -> None:
        model = self._model
        truth = self._label(row, {label: label for label in model.labels})
        self._tallies[row.rows].add(truth, answer.topic(model, self._tokens(row)), row.line)


class EmotionMeasure(_WordMeasure):
    """The feeling and its probability."""

    NAME = "emotion"

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked)
        self._model = _asked_of(EmotionModel, asked)

    def add(self, row: Row) -> None:
        model = self._model
        truth = self._label(row, {label: label for label in model.labels})
        self._tallies[row.rows].add(truth, answer.emotion(model, self._tokens(row)), row.line)


class SentimentMeasure(_WordMeasure):
    """The sentiment; where the rows are negative or positive only, the sign of the score."""

    NAME = "sentiment"

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked)
        self._model = _asked_of(SentimentModel, asked)
        self._signs: defaultdict[str, Tally] = defaultdict(partial(Tally, asked.named))

    def add(self, row: Row) -> None:
        truth, model, tokens = self._label(row, SENTIMENT_OF), self._model, self._tokens(row)
        self._tallies[row.rows].add(truth, answer.sentiment(model, tokens), row.line)
        if truth in answer.POLES:
            self._signs[row.rows].add(truth, answer.sign(model, tokens), row.line)

    def scores(self) -> Iterator[Score]:
        for rows, tally in sorted(self._tallies.items()):
            if tally.truths.issubset(answer.POLES):
                yield self._signs[rows].score(self.NAME, f"{rows} (sign)")
            else:
                yield tally.score(self.NAME, rows)


class SeverityMeasure:
    """Grade, deaths, kind, hazard and danger now, of which each file has some.

    A grade or kind is right when it equals either reading: the field's or that of `{field}_alt`. Deaths that are not
    said and deaths said to be none count alike.
    """

    def __init__(self, asked: Asked) -> None:
        self._renamed, self._named = asked.renamed, asked.named
        self._grader = Grader(asked.weights)
        self._tallies: defaultdict[tuple[str, str], Tally] = defaultdict(partial(Tally, asked.named))
        self._counts: defaultdict[tuple[str, str], Counter[bool]] = defaultdict(Counter)
        self._wrong: defaultdict[tuple[str, str], list[int]] = defaultdict(list)

    def add(self, row: Row) -> None:
        record, known = row.record, GRADE_OF
        truth = _known(row.label, self._renamed, known, "grade")
        other = record.get("grade_alt")
        readings = {truth, _known(other, self._renamed, known, "grade_alt")} if other else {truth}
        signals = {name: _yes(record[name], name) for name in ("hazard", "immediate") if name in record}
        deaths = _deaths(record["deaths"]) if "deaths" in record else None
        stated, found = self._grader(text_of(row.title, row.body))

        right = found.grade in readings
        self._tallies["grade", row.rows].add(found.grade if right else truth, Answer(found.grade), row.line)
        self._count("exact grade", row, met=right)
        mistaken = not right and found.grade != "none"
        self._count("graded wrongly, and not none", row, met=mistaken, wrong=mistaken)
        if deaths is not None:
            self._count("deaths right", row, met=(stated.toll.deaths or 0) == deaths)
        if "kind" in record:
            self._count("kind right", row, met=found.kind in _kinds(record))
        for name, truly in signals.items():
            given = found.hazard if name == "hazard" else found.immediate
            self._tallies[name, row.rows].add(_said(truly), Answer(_said(given)), row.line)

    def scores(self) -> Iterator[Score]:
        for (what, rows), tally in sorted(self._tallies.items()):
            yield tally.score(what, rows)

    def shares(self) -> Iterator[Share]:
        for (what, rows), counts in sorted(self._counts.items()):
            met, count = counts[True], counts.total()
            lines = tuple(self._wrong[what, rows])
            yield Share(what=what, rows=rows, met=met, count=count, share=share(met, count), wrong=lines)

    def _count(self, what: str, row: Row, *, met: bool, wrong: bool | None = None) -> None:
        key = (what, row.rows)
        self._counts[key][met] += 1
        if (not met if wrong is None else wrong) and len(self._wrong[key]) < self._named:
            self._wrong[key].append(row.line)


def _asked_of(kind: type[M], asked: Asked) -> M:
    """The model; what is served has learnt from the rows of the split, too, so there its like that has not is asked."""
    return kind.measured(asked.weights) if asked.split else kind.load(asked.weights)


def _known(label: Any, renamed: Mapping[str, str], known: Mapping[str, str], what: str) -> str:
    said = renamed.get(shown(label), shown(label))
    if said not in known:
        raise ValueError(f"{what} {label!r} is none of {', '.join(known)}; --map NAME=LABEL renames it")
    return known[said]


def _said(answer: object) -> str:
    return "yes" if answer else "no"


def _yes(said: Any, name: str) -> bool:
    if not isinstance(said, bool):
        raise ValueError(f"{name} is {said!r}, neither true nor false")  # noqa: TRY004 - the row is at fault
    return said


def _deaths(said: Any) -> int:
    if said is not None and (not isinstance(said, int) or isinstance(said, bool)):
        raise ValueError(f"deaths is {said!r}, neither a number nor null")
    return said or 0


def _kinds(record: Mapping[str, Any]) -> set[Any]:
    """Both readings; a reader's 无 is our none."""
    return {"none" if kind == "无" else kind for kind in (record["kind"], record.get("kind_alt"))}
