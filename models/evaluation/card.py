"""Keeps figures and examples of the model cards true: `python -m models.evaluation.card` writes them anew."""

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

from msgspec import Struct, json

from models.artefact import FOLDER
from models.evaluation import answer
from models.evaluation.answer import Answer
from models.evaluation.score import Score
from models.load import load
from models.segment import Segmenter

CARDS: Final = Path(__file__).parents[1] / "cards"
REPORT: Final = FOLDER / "report.json"
MEASURED: Final = ("topic", "sentiment", "emotion")
"""Cards with figures of trained models."""

_FIGURES: Final = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- end of figures -->)", re.DOTALL)
_EXAMPLE: Final = re.compile(r"(?<=<!-- examples -->\n).*?(?=<!-- end of examples -->)", re.DOTALL)
_COVERED: Final = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)


class Report(Struct, frozen=True):
    """What the cards say of models/weights/report.json."""

    counts: dict[str, dict[str, int]]
    vocabulary: dict[str, int]
    scores: tuple[Score, ...]


Said = Callable[[str], Answer]
"""What a model answers to a text."""


def answers(folder: Path = FOLDER) -> Mapping[str, Said]:
    """What the trained models answer, by name.

    Raises:
        Unusable: a model is missing or damaged.
    """
    trained, segmenter = load(folder), Segmenter()
    return {
        "topic": lambda text: answer.topic(trained.topic, segmenter.tokens("", text)),
        "sentiment": lambda text: answer.sentiment(trained.sentiment, segmenter.tokens("", text)),
        "emotion": lambda text: answer.emotion(trained.emotion, segmenter.tokens("", text)),
    }


def updated(card: str, name: str, report: Report, said: Said) -> str:
    """The card of a model with the figures of the report, and what the model says to the card's examples.

    Raises:
        ValueError: the card has no place for them.
    """
    for block in (_FIGURES, _EXAMPLE):
        if not block.search(card):
            raise ValueError(f"the card of {name} has no place for {block.pattern}")
    figures = "".join(f"{line}\n" for line in _figures(name, report))
    card = _FIGURES.sub(lambda _: figures, card)
    return _EXAMPLE.sub(lambda found: _examples(found[0], said), card)


def _examples(block: str, said: Said) -> str:
    """Each text with what is right stays; what the model says is written anew."""
    head, rule, *rows = block.splitlines()
    told = (
        f"| {text} | {right} | {_told(said(text))} |"
        for text, right, _ in ([cell.strip() for cell in row.strip("|").split("|")] for row in rows)
    )
    return "".join(f"{line}\n" for line in (head, rule, *told))


def _told(given: Answer) -> str:
    return f"{given.label}, uncertain" if given.certain is False else given.label


def _figures(name: str, report: Report) -> Iterator[str]:
    scores = [score for score in report.scores if score.model == name]
    counts = ", ".join(f"{count:,} {part}" for part, count in sorted(report.counts[name].items()))
    yield f"Rows: {counts}. Vocabulary: {report.vocabulary[name]:,}."
    yield ""
    yield from _overall(scores)
    yield ""
    yield from _table(
        ("F1 [95 % interval]", *(score.rows for score in scores)),
        [(label, *(_f1(score, label) for score in scores)) for label in _labels(scores)],
    )
    yield ""
    yield from _table(
        ("recall [95 % interval]", *(score.rows for score in scores)),
        [(label, *(_recall(score, label) for score in scores)) for label in _labels(scores)],
    )
    yield ""
    yield "Accuracy of the surest answers, by the share of all answers that they are:"
    yield ""
    yield from _table(
        ("rows", *(f"{share:.0%}" for share in _COVERED)),
        [(score.rows, *(_covered(score, share) for share in _COVERED)) for score in scores],
    )
    if marked := [score for score in scores if score.certain is not None]:
        yield ""
        yield from _table(
            ("rows", "not marked uncertain", "of these right"),
            [(score.rows, f"{score.certain or 0:.1%}", f"{score.certain_right or 0:.1%}") for score in marked],
        )


def _overall(scores: Sequence[Score]) -> Iterator[str]:
    head = ("rows", "count", "accuracy [95 % interval]", "macro-F1 [95 % interval]", "calibration error")
    return _table(head, [(s.rows, f"{s.count:,}", str(s.accuracy), str(s.macro_f1), _error(s)) for s in scores])


def _labels(scores: Sequence[Score]) -> list[str]:
    return list(dict.fromkeys(chain.from_iterable(score.labels for score in scores)))


def _f1(score: Score, label: str) -> str:
    return next((str(one.f1) for one in score.classes if one.label == label), "")


def _recall(score: Score, label: str) -> str:
    return next((str(one.recall) for one in score.classes if one.label == label), "")


def _error(score: Score) -> str:
    return f"{score.calibration.error:.3f}" if score.calibration else ""


def _covered(score: Score, share: float) -> str:
    steps = score.calibration.coverage if score.calibration else ()
    return f"{min(steps, key=lambda one: abs(one.coverage - share)).accuracy:.3f}" if steps else ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for cells in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(cells)} |"


def main() -> None:
    """Write the figures of the report into the cards."""
    report, said = json.decode(REPORT.read_bytes(), type=Report), answers()
    for name in MEASURED:
        file = CARDS / f"{name}.md"
        file.write_text(updated(file.read_text(encoding="utf-8"), name, report, said[name]), encoding="utf-8")
        sys.stderr.write(f"{file}\n")


if __name__ == "__main__":
    main()
