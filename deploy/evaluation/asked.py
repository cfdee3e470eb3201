"""What is to be measured: as the command line says, and as the fields of the first row tell."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, get_args

from msgspec import Struct

from models import artefact
from models.evaluation.score import NAMED

Model = Literal["topic", "sentiment", "emotion", "severity"]
Part = Literal["test", "later"]

MODELS: Final[tuple[Model, ...]] = get_args(Model)
TEXTS: Final = ("body", "text", "content", "内容")
TITLES: Final = ("title", "标题")
LABELS: Final[Mapping[Model, tuple[str, ...]]] = {
    "severity": ("grade",),
    "topic": ("topic",),
    "sentiment": ("sentiment", "polarity"),
    "emotion": ("emotion",),
}
"""Fields that tell which model a file is about: the first that a row has."""

ANY_LABEL: Final = ("label", "emotion")
"""Fields that hold the label when --model says whose it is; the sentiment can be told from an emotion."""


class Refused(ValueError):
    """The file cannot be measured as asked; the message names file, line and field, and the remedy."""


class Asked(Struct, frozen=True, kw_only=True):
    """What to measure; None stands for what the first row's fields tell."""

    model: Model | None = None
    text: str | None = None
    title: str | None = None
    label: str | None = None
    where: Mapping[str, str] = {}
    """Only rows whose fields say so."""
    by: str | None = None
    """A field for each of whose values there are figures."""
    renamed: Mapping[str, str] = {}
    """Labels of the file by the names that the model has for them."""
    split: Part | None = None
    weights: Path = artefact.FOLDER
    named: int = NAMED
    """How many wrong answers are named, of each set of rows."""
    split_from: Path | None = None
    """Folder whose split is meant, where it is not that of the weights: so two models are measured on the same rows."""


class Columns(Struct, frozen=True):
    """Which field is what. There is a title, a text or both."""

    model: Model
    title: str | None
    text: str | None
    label: str


def columns(asked: Asked, record: Mapping[str, Any], place: str) -> Columns:
    """What the fields of a row are.

    Raises:
        Refused: they do not tell, or one that was named is not there.
    """
    title = asked.title or _first(TITLES, record)
    text = asked.text or _first(TEXTS, record)
    model, label = _labelled(asked, record, place)
    for name in (title, text, label):
        if name is not None and name not in record:
            raise Refused(f"{place}: no field {name}; there are {_named(record)}")
    if title is None and text is None:
        raise Refused(f"{place}: no text among the fields {_named(record)}; name it: --text FIELD")
    return Columns(model, title, text, label)


def _labelled(asked: Asked, record: Mapping[str, Any], place: str) -> tuple[Model, str]:
    if asked.model is None:
        wanted = {name: model for model, names in LABELS.items() for name in names}
        label = asked.label or _first(list(wanted), record)
        if label in wanted:
            return wanted[label], label
        raise Refused(f"{place}: the fields {_named(record)} do not tell what to measure; add --model, --label FIELD")
    label = asked.label or _first([*LABELS[asked.model], *ANY_LABEL], record)
    if label is None:
        raise Refused(f"{place}: no label of {asked.model} among the fields {_named(record)}; name it: --label FIELD")
    return asked.model, label


def _first(names: Sequence[str], record: Mapping[str, Any]) -> str | None:
    return next((name for name in names if name in record), None)


def _named(record: Mapping[str, Any]) -> str:
    return ", ".join(record) or "(none)"
