"""Measures models on what officers corrected: those that come with the program, and others beside them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from agents import segment
from deploy.evaluation.measures import text_of
from deploy.evaluation.rows import NAMED, split
from deploy.grading import Grader
from models import artefact
from models.correction import LEARNED, Correction, Field, Label, newest
from models.evaluation import answer
from models.evaluation.interval import share
from models.evaluation.score import Evaluation, Share
from models.load import load
from models.segment import Segmenter
from models.train.corpus import example
from streams.records import Text

INSTALLED: Final = "models as installed"
RULES: Final = "rules"

Answers = Callable[[Field, Text], Label]
"""What is said of a text in a field."""


def evaluate(corrections: Mapping[int, Correction], name: str, weights: Path = artefact.FOLDER) -> Evaluation:
    """Count per field how many corrections the models of the program get right, and those of another folder.

    Corrections that the latter learnt from are counted apart: of those they know the answers.

    Args:
        corrections: by line; of contradicting ones the newest counts.
        name: of the file.
        weights: folder of the other models.

    Raises:
        Unusable: a model is missing or damaged.
    """
    chosen = newest(corrections)
    counts: defaultdict[tuple[str, str], Counter[bool]] = defaultdict(Counter)
    wrong: list[int] = []
    rules = _rules(weights)
    folders = {INSTALLED: artefact.FOLDER, str(weights): weights}
    if weights.resolve() == artefact.FOLDER.resolve():
        del folders[str(weights)]
    models = {name: (_weights(folder), _learnt(folder)) for name, folder in folders.items()}
    for line, one in chosen.items():
        blanked = example(one.title, one.body, "", "")
        text, right = text_of(blanked.title, blanked.body), False
        for model, (said, learnt) in models.items() if one.field in LEARNED else [(RULES, (rules, {}))]:
            right = _same(said(one.field, text), one.new)
            known = blanked.key in learnt.get(one.field, ())
            counts[one.field, f"{model}, learnt from" if known else model][right] += 1
        if not right:
            wrong.append(line)
    return Evaluation(
        file=name,
        model="corrections",
        read=len(corrections),
        counted=len(chosen),
        bad=0,
        shares=tuple(_shares(counts)),
        notes=tuple(_notes(wrong)),
    )


def _weights(folder: Path) -> Answers:
    trained, segmenter = load(folder), Segmenter()

    def said(field: Field, text: Text) -> Label:
        tokens = segment.run(text, segmenter)
        if field == "topic":
            return answer.topic(trained.topic, tokens).label
        if field == "emotion":
            return answer.emotion(trained.emotion, tokens).label
        return answer.sentiment(trained.sentiment, tokens).label

    return said


def _rules(weights: Path) -> Answers:
    grader = Grader(weights)

    def said(field: Field, text: Text) -> Label:
        stated, found = grader(text)
        by_field: Mapping[Field, Label] = {
            "grade": found.grade,
            "deaths": stated.toll.deaths,
            "hazard": found.hazard,
            "immediate": found.immediate,
        }
        return by_field[field]

    return said


def _same(said: Label, right: Label) -> bool:
    """Deaths not said and none so far count alike."""
    return said == right or (not said and not right)


def _learnt(weights: Path) -> Mapping[str, frozenset[str]]:
    return {model: frozenset(parts.get("corrected", ())) for model, parts in split(weights).items()}


def _shares(counts: Mapping[tuple[str, str], Counter[bool]]) -> Iterator[Share]:
    for (field, rows), met in sorted(counts.items()):
        yield Share(what=field, rows=rows, met=met[True], count=met.total(), share=share(met[True], met.total()))


def _notes(wrong: list[int]) -> Iterator[str]:
    if wrong:
        lines = ", ".join(map(str, sorted(wrong)[:NAMED]))
        yield f"still wrong: {len(wrong)} lines: {lines}{' ...' if len(wrong) > NAMED else ''}"
