"""What an officer corrects of a judgement: training data with a weight, and an evaluation set."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from msgspec import DecodeError, Meta, Struct, ValidationError, json

Field = Literal["topic", "sentiment", "emotion", "grade", "deaths", "hazard", "immediate"]
Label = str | int | bool | None

LEARNED: Final[tuple[Field, ...]] = ("topic", "sentiment", "emotion")
"""What is judged by weights, and learns from corrections. The other fields are judged by rules, which people change."""

LABELS: Final[dict[str, tuple[str, ...]]] = {
    "sentiment": ("negative", "neutral", "positive"),
    "emotion": ("angry", "fear", "happy", "neutral", "sad", "surprise"),
    "grade": ("none", "unknown", "IV", "III", "II", "I"),
}


class Correction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field of one post's judgement, as it was and as it should be. An author has no place in it."""

    title: Annotated[str, Meta(max_length=2_000)] = ""
    body: Annotated[str, Meta(max_length=200_000)] = ""
    field: Field
    old: Annotated[Label, Meta(description="What the program said.")]
    new: Annotated[
        Label,
        Meta(description="What is right: a label; for deaths a number, or null for not said; else true or false."),
    ]
    role: Annotated[str, Meta(min_length=1, max_length=64, description="Role account, never a person.")]
    time: Annotated[datetime, Meta(tz=True)]
    reason: Annotated[str, Meta(min_length=1, max_length=2_000)]

    def __post_init__(self) -> None:
        """Refuse what no model could answer.

        Raises:
            ValueError: there is no text, nothing was changed, or `new` is no answer to the field.
        """
        if not (self.title + self.body).strip():
            raise ValueError("no text: give `title` or `body`")
        if not _answers(self.field, self.new):
            raise ValueError(f"`new` is {self.new!r}, which is no {self.field}; {_expected(self.field)}")
        if (type(self.old), self.old) == (type(self.new), self.new):
            raise ValueError("`old` and `new` are the same: nothing was corrected")


class UnreadableCorrection(ValueError):
    """A line is no correction, or the file cannot be read; the message names file and line."""


def read(file: Path) -> dict[int, Correction]:
    """The corrections of a JSONL file by line; blank lines are skipped.

    Raises:
        UnreadableCorrection: as it says.
    """
    try:
        with file.open("rb") as lines:
            return dict(corrections(lines, str(file)))
    except OSError as error:
        raise UnreadableCorrection(f"{file}: cannot be read ({error.strerror})") from error


def corrections(lines: Iterable[bytes], name: str) -> Iterator[tuple[int, Correction]]:
    """Each correction with its line.

    Raises:
        UnreadableCorrection: a line is none.
    """
    decoder = json.Decoder(Correction)
    for number, line in enumerate(lines, start=1):
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if not text.strip():
            continue
        try:
            yield number, decoder.decode(text)
        except (DecodeError, ValidationError, UnicodeDecodeError) as error:
            raise UnreadableCorrection(
                f"{name}:{number}: no correction: {error}; `xiangyin schema correction` says what one looks like"
            ) from error


def newest(found: Mapping[int, Correction]) -> dict[int, Correction]:
    """Of corrections of the same field of the same text the last in time; newest first, by line."""
    chosen: dict[tuple[str, str, str], int] = {}
    for line in sorted(found, key=lambda one: (found[one].time, one), reverse=True):
        chosen.setdefault((found[line].field, found[line].title, found[line].body), line)
    return {line: found[line] for line in chosen.values()}


def _answers(field: Field, answer: Any) -> bool:
    if field in ("hazard", "immediate"):
        return isinstance(answer, bool)
    if field == "deaths":
        return answer is None or (isinstance(answer, int) and not isinstance(answer, bool) and answer >= 0)
    return isinstance(answer, str) and (answer in LABELS.get(field, (answer,)) and bool(answer))


def _expected(field: Field) -> str:
    if field in LABELS:
        return f"one of {', '.join(LABELS[field])}"
    return {"deaths": "a number or null", "topic": "a topic's name"}.get(field, "true or false")
