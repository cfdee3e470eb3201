"""Measures a model on a labelled file."""

from collections.abc import Iterable

from deploy.evaluation.asked import Asked
from deploy.evaluation.measures import Measure, measure
from deploy.evaluation.rows import Rows, Said
from models.evaluation.score import Evaluation


def evaluate(lines: Iterable[bytes], name: str, asked: Asked, said: Said = lambda _: None) -> Evaluation:
    """Judge each labelled row as the worker would, and compare.

    Args:
        lines: JSON objects with text and label.
        name: of the file, for messages.
        asked: what to measure.
        said: told of the first rows that cannot be used.

    Raises:
        Refused: no row can be measured, or the fields do not tell what to measure.
        Unusable: a model is missing or damaged.
    """
    rows, counted = Rows(name, asked, said), 0
    asking: Measure | None = None
    for row in rows.of(lines):
        asking = asking or measure(row.model, asked)
        try:
            asking.add(row)
        except ValueError as error:
            rows.leave(row.line, str(error))
        else:
            counted += 1
    if asking is None or not counted:
        raise rows.nothing()
    return Evaluation(
        file=name,
        model=row.model,
        read=rows.read,
        counted=counted,
        bad=rows.bad,
        scores=tuple(asking.scores()),
        shares=tuple(asking.shares()),
        notes=tuple(rows.notes()),
    )
