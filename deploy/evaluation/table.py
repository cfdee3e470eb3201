"""Shows an evaluation in a terminal, or as text in a file."""

from collections.abc import Iterator
from typing import Final

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from models.evaluation.score import Evaluation, Score, Share

WIDTH: Final = 120
"""Where the output is no terminal, so that no line is cut."""


def show(evaluation: Evaluation, console: Console) -> None:
    """Write the figures, each with its 95 % interval."""
    for part in parts(evaluation):
        console.print(part)
        console.print()


def parts(evaluation: Evaluation) -> Iterator[RenderableType]:
    """What there is to see, top to bottom."""
    bad = f", {evaluation.bad:,} could not be used" if evaluation.bad else ""
    yield Text(f"{evaluation.file}: {evaluation.model}, {evaluation.counted:,} of {evaluation.read:,} rows{bad}")
    for note in evaluation.notes:
        yield Text(f"! {note}", style="yellow")
    if evaluation.shares:
        yield _shares(evaluation.shares)
    for score in evaluation.scores:
        yield _summary(score)
        yield _classes(score)
        yield _confusion(score)
        if score.calibration:
            yield _coverage(score)
        if score.mistakes:
            yield _mistakes(score)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for at, column in enumerate(columns):
        table.add_column(column, justify="right" if at else "left", overflow="fold")
    return table


def _shares(shares: tuple[Share, ...]) -> Table:
    table = _table("Counted", "what", "rows", "met", "of", "share [95 % interval]", "wrong lines")
    for one in shares:
        table.add_row(one.what, one.rows, f"{one.met:,}", f"{one.count:,}", Text(str(one.share)), _lines(one.wrong))
    return table


def _lines(wrong: tuple[int, ...]) -> str:
    return ", ".join(map(str, wrong))


def _summary(score: Score) -> Text:
    said = f"{score.model}, {score.rows}: {score.count:,} rows, accuracy {score.accuracy}, macro-F1 {score.macro_f1}"
    if score.calibration:
        said += f", calibration error {score.calibration.error:.3f}"
    if score.certain is not None:
        said += f"\nnot marked uncertain {score.certain:.1%}, of these right {score.certain_right or 0:.1%}"
    return Text(said, style="bold")


def _classes(score: Score) -> Table:
    table = _table("Labels", "label", "rows", "precision", "recall", "F1")
    for one in score.classes:
        figures = (Text(str(figure)) for figure in (one.precision, one.recall, one.f1))
        table.add_row(one.label, f"{one.count:,}", *figures)
    return table


def _confusion(score: Score) -> Table:
    table = _table("Confusion: truth down, answer across", "", *score.labels)
    for label, row in zip(score.labels, score.confusion, strict=True):
        styles = ("bold" if answer == label else "" for answer in score.labels)
        shown = (f"{count:,}" if count else "·" for count in row)
        table.add_row(label, *map(Text, shown, styles))
    return table


def _coverage(score: Score) -> Table:
    steps = score.calibration.coverage[1::2] if score.calibration else ()
    table = _table("The surest answers", "share of all", *(f"{one.coverage:.0%}" for one in steps))
    table.add_row("right", *(f"{one.accuracy:.3f}" for one in steps))
    table.add_row("least probability", *(f"{one.confidence:.2f}" for one in steps))
    return table


def _mistakes(score: Score) -> Table:
    table = _table("Wrong answers, the surest first", "line", "true label", "answer", "probability")
    for one in score.mistakes:
        table.add_row(f"{one.line}", one.truth, one.given, "" if one.confidence is None else f"{one.confidence:.2f}")
    return table
