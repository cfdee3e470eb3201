"""Take officers' corrections among the rows that a model learns from."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from models.correction import Correction, Field, newest
from models.train.corpus import DataError, Example, example, without_duplicates

SOURCE: Final = "correction"
"""The name of their set."""


def corrected(
    examples: Sequence[Example], corrections: Mapping[int, Correction], field: Field, weight: float
) -> list[Example]:
    """The corrections of a field, then the examples less those that are nearly one of them.

    So neither the old label of a corrected text nor its near-duplicate among the test rows remains, and every
    correction is trained on; of contradicting ones the newest.

    Args:
        examples: labelled texts without near-duplicates.
        corrections: by line.
        field: whose label the examples carry.
        weight: how many ordinary rows a correction counts for.

    Raises:
        DataError: a correction's label is none of the examples'.
    """
    labels = {one.label for one in examples}
    learnt = [_example(line, one, labels, weight) for line, one in newest(corrections).items() if one.field == field]
    return without_duplicates([*learnt, *examples]) if learnt else list(examples)


def _example(line: int, correction: Correction, labels: set[str], weight: float) -> Example:
    label = str(correction.new)
    if label not in labels:
        raise DataError(
            f"corrections, line {line}: {correction.field} {label!r} is none of {', '.join(sorted(labels))}"
        )
    read = example(correction.title, correction.body, label, SOURCE)
    return replace(read, part="train", weight=weight)
