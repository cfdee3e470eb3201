"""The figures and examples of a model card, between comments that say where they stand."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from msgspec import Struct

from models.evaluation.answer import Answer
from models.evaluation.interval import share
from models.evaluation.score import Score

_COVERED: Final = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)


class Asking(Struct, frozen=True):
    """How many of some texts are taken for requests."""

    rows: str
    count: int
    requests: float


class Report(Struct, frozen=True):
    """What the cards say of models/weights/report.json."""

    counts: dict[str, dict[str, int]]
    vocabulary: dict[str, int]
    scores: tuple[Score, ...]
    requests: tuple[Asking, ...]


Said = Callable[[str], Answer]
"""What a model answers to a text."""


def with_figures(card: str, lines: Iterable[str]) -> str:
    """The card with these lines as its figures.

    Raises:
        ValueError: the card has no place for them.
    """
    return _put(card, "figures", lambda _: lines)


def with_examples(card: str, said: Said) -> str:
    """The card with what the model says to its hard texts; the texts and what is right stay.

    Raises:
        ValueError: the card has no place for them.
    """
    return _put(card, "examples", lambda rows: _examples(rows, said))


def _put(card: str, what: str, written: Callable[[list[str]], Iterable[str]]) -> str:
    start, end = f"<!-- {what} -->\n", f"<!-- end of {what} -->"
    before, opened, rest = card.partition(start)
    block, closed, after = rest.partition(end)
    if not (opened and closed):
        raise ValueError(f"a card has no place for its {what}: write {start.strip()} and {end}")
    return "".join((before, opened, *(f"{line}\n" for line in written(block.splitlines())), closed, after))


def _examples(lines: list[str], said: Said) -> Iterator[str]:
    head, rule, *rows = lines
    yield from (head, rule)
    for row in rows:
        text, right, _ = (cell.strip() for cell in row.strip("|").split("|"))
        yield f"| {text} | {right} | {_told(said(text))} |"


def _told(given: Answer) -> str:
    return f"{given.label}, uncertain" if given.certain is False else given.label


def figures(name: str, report: Report) -> Iterator[str]:
    """Lines of Markdown: rows, accuracy and macro-F1, each label, and accuracy over coverage."""
    scores = [score for score in report.scores if score.model == name]
    counts = ", ".join(f"{count:,} {part}" for part, count in sorted(report.counts[name].items()))
    yield f"Rows: {counts}. Vocabulary: {report.vocabulary[name]:,}."
    yield ""
    yield from _overall(scores)
    yield ""
    yield from table(
        ("F1 [95 % interval]", *(score.rows for score in scores)),
        [(label, *(_f1(score, label) for score in scores)) for label in _labels(scores)],
    )
    yield ""
    yield from table(
        ("recall [95 % interval]", *(score.rows for score in scores)),
        [(label, *(_recall(score, label) for score in scores)) for label in _labels(scores)],
    )
    yield ""
    yield "Accuracy of the surest answers, by the share of all answers that they are:"
    yield ""
    yield from table(
        ("rows", *(f"{part:.0%}" for part in _COVERED)),
        [(score.rows, *(_covered(score, part) for part in _COVERED)) for score in scores],
    )
    if marked := [score for score in scores if score.certain is not None]:
        yield ""
        yield from table(
            ("rows", "not marked uncertain", "of these right"),
            [(score.rows, f"{score.certain or 0:.1%}", f"{score.certain_right or 0:.1%}") for score in marked],
        )


def asking(report: Report) -> Iterator[str]:
    """Lines of Markdown: how many of which texts are taken for requests."""
    yield f"Vocabulary: {report.vocabulary['requests']:,}."
    yield ""
    found = ((one.rows, one.count, share(round(one.count * one.requests), one.count)) for one in report.requests)
    yield from table(
        ("rows", "count", "taken for requests [95 % interval]"),
        [(rows, f"{count:,}", str(figure)) for rows, count, figure in found],
    )


def _overall(scores: Sequence[Score]) -> Iterator[str]:
    head = ("rows", "count", "accuracy [95 % interval]", "macro-F1 [95 % interval]", "calibration error")
    return table(head, [(s.rows, f"{s.count:,}", str(s.accuracy), str(s.macro_f1), _error(s)) for s in scores])


def _labels(scores: Sequence[Score]) -> list[str]:
    return list(dict.fromkeys(chain.from_iterable(score.labels for score in scores)))


def _f1(score: Score, label: str) -> str:
    return next((str(one.f1) for one in score.classes if one.label == label), "")


def _recall(score: Score, label: str) -> str:
    return next((str(one.recall) for one in score.classes if one.label == label), "")


def _error(score: Score) -> str:
    return f"{score.calibration.error:.3f}" if score.calibration else ""


def _covered(score: Score, part: float) -> str:
    steps = score.calibration.coverage if score.calibration else ()
    return f"{min(steps, key=lambda one: abs(one.coverage - part)).accuracy:.3f}" if steps else ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines of a table."""
    for cells in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(cells)} |"
