"""Picks the labelled rows that are asked for, and names those that cannot be used."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from deploy.evaluation.asked import Asked, Columns, Model, Part, Refused, columns
from deploy.reading import unusable
from models.artefact import REMEDY, Unusable
from models.evaluation.halves import half
from models.train.corpus import example

NAMED: Final = 20
"""Bad rows that are named; of the others only their number."""

ALL: Final = "all"
MOST_SETS: Final = 50
"""Values of a field that figures are given for: more are a mistake, and would fill memory and screen."""

SPLIT: Final = "split.json"

Said = Callable[[str], None]
"""Told of each row that cannot be used."""


class Row(Struct, frozen=True):
    """A row to measure. `rows` is the set that it is counted with."""

    model: Model
    line: int
    record: dict[str, Any]
    title: str
    body: str
    label: Any
    rows: str


class Rows:
    """The rows of one file.

    Args:
        name: of the file, for messages.
        asked: which rows.
        said: told of the first rows that cannot be used.
    """

    def __init__(self, name: str, asked: Asked, said: Said) -> None:
        self._name, self._asked, self._say = name, asked, said
        self._kept: frozenset[str] = frozenset()
        self._seen: set[str] = set()
        self._sets: set[str] = set()
        self._own = 0
        self.columns: Columns | None = None
        self.read = self.bad = 0

    def of(self, lines: Iterable[bytes]) -> Iterator[Row]:
        """The rows to measure, in order.

        Raises:
            Refused: the first row's fields do not tell what to measure.
            Unusable: there is no list of the rows that were kept from training.
        """
        for number, line in enumerate(lines, start=1):
            self.read += 1
            try:
                record = _record(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)
                row = self._row(number, record)
            except (Refused, Unusable):
                raise
            except ValueError as error:
                self.leave(number, str(error))
                continue
            if row:
                yield row

    def leave(self, line: int, problem: str) -> None:
        """Count a row that cannot be used, and name it while there are few."""
        self.bad += 1
        if self.bad <= NAMED:
            self._say(f"{self._name}:{line}: {problem}")

    def nothing(self) -> Refused:
        """Why there is nothing to measure."""
        chosen = [f"--where {field}={value}" for field, value in self._asked.where.items()]
        chosen += [f"--split {self._asked.split}"] if self._asked.split else []
        if self.bad or not chosen:
            return Refused(f"{self._name}: none of {self.read} rows can be measured")
        return Refused(f"{self._name}: none of {self.read} rows fits {' '.join(chosen)}")

    def notes(self) -> Iterator[str]:
        """What a reader of the figures must know."""
        if self._own and self._asked.split is None:
            topics = self.columns is not None and self.columns.model == "topic"
            flattered = (
                "all are training data of the model that is served" if topics else "the others are training data"
            )
            yield (
                f"{self._own:,} of these rows were kept from training to measure by; {flattered}, on which a model "
                "does too well; --split test measures on the former alone, by a model that has not seen them"
            )

    def _row(self, number: int, record: dict[str, Any]) -> Row | None:
        asked = self._asked
        if self.columns is None:
            self.columns = columns(asked, record, f"{self._name}:{number}")
            self._kept = _kept(self.columns, asked)
        if any(shown(field(record, name)) != value for name, value in asked.where.items()):
            return None
        text = example(_words(record, self.columns.title), _words(record, self.columns.text), "", "")
        if not self._is_asked(text.key, record):
            return None
        if not (text.title + text.body).strip():
            raise ValueError("there is no text")
        rows = self._set(record)
        return Row(self.columns.model, number, record, text.title, text.body, field(record, self.columns.label), rows)

    def _set(self, record: dict[str, Any]) -> str:
        if self._asked.by is None:
            return self._asked.split or ALL
        self._sets.add(rows := shown(field(record, self._asked.by)))
        if len(self._sets) > MOST_SETS:
            raise Refused(f"{self._name}: {self._asked.by} has more than {MOST_SETS} values; choose another --by")
        return rows

    def _is_asked(self, key: str, record: dict[str, Any]) -> bool:
        """Whether the row is of the split; of rows with the same words only the first, as in training."""
        if self._asked.split is None:
            self._own += key in self._kept
            return True
        if self.columns and self.columns.model == "severity":
            return half(str(field(record, "id"))) == "B"
        if key not in self._kept or key in self._seen:
            return False
        self._seen.add(key)
        return True


def field(record: dict[str, Any], name: str) -> Any:
    """What a row says in a field.

    Raises:
        ValueError: it has no such field.
    """
    if name not in record:
        raise ValueError(f"no field {name}")
    return record[name]


def shown(value: Any) -> str:
    """A field's value as it is written in JSON, a text without its quotes."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _record(line: bytes) -> dict[str, Any]:
    if problem := unusable(line):
        raise ValueError(problem)
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"no JSON object: {error}") from error
    except RecursionError as error:
        raise ValueError("no JSON object: it is nested too deeply") from error


def _words(record: dict[str, Any], name: str | None) -> str:
    words = record.get(name) if name else ""
    if not isinstance(words, str | None):
        raise ValueError(f"{name} is no text")  # noqa: TRY004 - the row is at fault, not the program
    return words or ""


def _kept(columns: Columns, asked: Asked) -> frozenset[str]:
    """Keys of the rows that the model was not trained on; none for rules, which are not trained."""
    if columns.model == "severity":
        if asked.split == "later":
            raise Refused("--split later: the rows of severity have no years; test is the half not tuned on")
        return frozenset()
    parts = split(asked.split_from or asked.weights).get(columns.model, {})
    wanted: tuple[Part, ...] = (asked.split,) if asked.split else ("test", "later")
    return frozenset(key for part in wanted for key in parts.get(part, ()))


def split(weights: Path) -> dict[str, dict[str, list[str]]]:
    """Keys of rows by model and part, as training wrote them.

    Raises:
        Unusable: the file is missing or damaged.
    """
    file = weights / SPLIT
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, dict[str, list[str]]])
    except OSError as error:
        raise Unusable(f"{file}: cannot be read ({error.strerror}); {REMEDY}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unusable(f"{file}: is no list of rows ({error}); {REMEDY}") from error
