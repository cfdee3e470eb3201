"""Keeps the figures of the model cards as measured: `python -m models.evaluation.card` writes them anew."""

import re
import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

from msgspec import Struct, json

from models.evaluation.score import Score

CARDS: Final = Path(__file__).parents[1] / "cards"
REPORT: Final = Path(__file__).parents[1] / "weights" / "report.json"
MEASURED: Final = ("topic", "sentiment", "emotion")
"""Cards with figures of trained models."""

_BLOCK: Final = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- end of figures -->)", re.DOTALL)
_COVERED: Final = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)


class Report(Struct, frozen=True):
    """What the cards say of models/weights/report.json."""

    counts: dict[str, dict[str, int]]
    vocabulary: dict[str, int]
    scores: tuple[Score, ...]


def updated(card: str, name: str, report: Report) -> str:
    """The card of a model with the figures of the report between its two comments.

    Raises:
        ValueError: the card has no place for them.
    """
    if not _BLOCK.search(card):
        raise ValueError(f"the card of {name} has no <!-- figures --> and <!-- end of figures -->")
    block = "".join(f"{line}\n" for line in _figures(name, report))
    return _BLOCK.sub(lambda _: block, card)


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
    report = json.decode(REPORT.read_bytes(), type=Report)
    for name in MEASURED:
        file = CARDS / f"{name}.md"
        file.write_text(updated(file.read_text(encoding="utf-8"), name, report), encoding="utf-8")
        sys.stderr.write(f"{file}\n")


if __name__ == "__main__":
    main()
