"""Reads posts from a CSV, XLSX or JSONL file, and publishes those that are posts."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from deploy.reading import LOCAL, bounded, moment, unusable
from streams.batch.reading import LARGEST
from streams.crawl.arrive import arrive
from streams.crawl.arrive import keys as keys_of
from streams.identity import asked_id, padded
from streams.pages import table
from streams.pages.answer import answer_to
from streams.pages.charset import decoded
from streams.pages.columns import column_of
from streams.pages.dates import time_of
from streams.pages.markup import plain, text_of
from streams.pages.page import Raw
from streams.pages.spreadsheet import Unreadable, is_spreadsheet
from streams.pages.table import BadRow
from streams.privacy.door import Door
from streams.records import Post

FIELDS: Final = (
    "id",
    "township",
    "source",
    "kind",
    "url",
    "title",
    "body",
    "published",
    "author",
    "views",
    "replies",
    "likes",
    "answer",
    "answer_time",
    "office",
    "status",
)
"""Fields of a post, and of what an office answers to it, that a column can fill; others are left."""

_OF_POSTS: Final = FIELDS[: FIELDS.index("answer")]

_NUMBERS: Final = ("views", "replies", "likes")

OTHER_TABLES: Final = (".xls", ".ods", ".et", ".tsv")
"""Endings of tables that are not read; every program that makes them writes XLSX and CSV, too."""

UNPACKED: Final = 300_000_000
"""Bytes of an XLSX: a year of a city's hotline; one that holds more can be saved in parts."""

_ENCODINGS: Final = "name it: --encoding utf-8, gb18030, big5 or utf-16"

MOST_COLUMNS: Final = 40
"""Named in a message."""


class Maker(Struct, frozen=True, kw_only=True):
    """How rows become posts.

    `township` is that of rows that name none; where it is empty, each must. `served` are the deployment's townships:
    nobody would read a post of another. `columns` says which column fills a field. `fetched` is one time for the
    whole file, so that importing it again writes nothing twice. `live` is None for a backfill; else it says the time,
    and posts count as published then.
    """

    township: str
    served: Collection[str]
    source: str
    columns: Mapping[str, str]
    fetched: datetime
    door: Door
    live: Callable[[], datetime] | None = None

    def posts(self, rows: Iterable[tuple[int, Mapping[str, Any] | BadRow]]) -> Iterator[Post | BadRow]:
        """Each row as a post that has passed the door, or as what is wrong with it.

        Two texts under one id would be two versions of one post, and the first of them lost: the second is bad.
        """
        first: dict[tuple[str, str, str], tuple[int, str, str]] = {}
        for line, row in rows:
            post = row if isinstance(row, BadRow) else self._post(line, row)
            if isinstance(post, Post):
                seen = first.setdefault((post.township, post.source, post.id), (line, post.title, post.body))
                if seen[1:] != (post.title, post.body):
                    yield BadRow(line, f"id {post.id} stands on line {seen[0]} with another text; correct one of them")
                    continue
            yield post

    def keys(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        """Under which keys the list of what was forgotten may hold the post of a row."""
        source, identity, author = (self._value(row, field) for field in ("source", "id", "author"))
        return self.door.keys(str(source or self.source), str(identity), str(author) if author else None)

    def with_keys(self, rows: Sequence[tuple[Post, Mapping[str, Any]]]) -> list[tuple[Post, Collection[str]]]:
        """The posts that were made of rows, each with its keys.

        A row that is an office's answer names no author: it has the keys of the row that asked, too.
        """
        keys = {(post.source, post.id): self.keys(row) for post, row in rows}
        return [
            (post, (*keys[post.source, post.id], *keys.get((post.source, asked_id(post.id) or ""), ())))
            for post, _ in rows
        ]

    def answer(self, post: Post, row: Mapping[str, Any]) -> tuple[Post, Collection[str]] | None:
        """What an office answers to the post that was made of a row; None as long as it says nothing.

        With the keys under which the list of what was forgotten may hold it, or what was asked.
        """
        identity, author, url = (str(self._value(row, field) or "") for field in ("id", "author", "url"))
        words, office, status = (str(self._value(row, field) or "") for field in ("answer", "office", "status"))
        time = self._value(row, "answer_time")
        said = time_of(time, LOCAL, post.fetched) if isinstance(time, str | int | float) else None
        answered = self.live() if self.live else said
        asked = Raw(id=identity, url=url or None, author=author or None)
        for raw in answer_to(asked, text_of(words), answered, plain(office), plain(status)):
            made = arrive(raw, post.source, post.township, post.fetched, self.door, asked.author)
            return made, (*self.keys(row), *keys_of(raw, post.source, self.door))
        return None

    def _post(self, line: int, row: Mapping[str, Any]) -> Post | BadRow:
        try:
            post = self.door.admit(msgspec.convert(self._fields(row), Post, strict=False))
            raw = msgspec.json.encode(post)
            if len(raw) > LARGEST:
                return BadRow(line, f"the post has {len(raw)} bytes, more than the {LARGEST} that are read")
            return msgspec.json.decode(raw, type=Post)
        except ValueError as error:
            return BadRow(line, str(error))

    def _fields(self, row: Mapping[str, Any]) -> dict[str, Any]:
        said = {field: value for field in _OF_POSTS if (value := self._value(row, field)) not in (None, "")}
        if "id" not in said:
            raise ValueError("no id; name the column that holds it: --map id=COLUMN")
        if not any(str(said.get(field, "")).strip() for field in ("title", "body")):
            raise ValueError("no text in title or body; name the columns: --map body=COLUMN")
        now = self.live() if self.live else None
        published = now or (moment(said["published"]) if "published" in said else None)
        reach = {name: said.pop(name) for name in _NUMBERS if name in said}
        texts = {field: str(value) for field, value in said.items() if field != "published"}
        if not texts.setdefault("township", self.township):
            raise ValueError("no township; give it a value in its column, or name one for all: --township CODE")
        texts["township"] = padded(texts["township"])
        if texts["township"] not in self.served:
            served = ", ".join(self.served)
            raise ValueError(f"{texts['township']} is no township of this deployment, which has {served}")
        given = {"source": self.source, "fetched": now or self.fetched, "reach": reach}
        return {**given, **texts, "published": published}

    def _value(self, row: Mapping[str, Any], field: str) -> Any:
        column = column_of(field, row, self.columns)
        return row.get(column) if column else None


def rows(
    file: Path, encoding: str | None = None, sheet: str | None = None, named: Collection[str] = ()
) -> Iterator[tuple[int, Mapping[str, Any] | BadRow]]:
    """Rows of a file with the lines on which they end: `.csv` and `.xlsx` have a header, all else is JSON lines.

    The encoding of a CSV is seen from its bytes where none is named; of an XLSX that sheet is read, or all of one kind.
    The columns that are `named` tell the header from what stands above it, as known ones do.

    Raises:
        Unreadable: it is another spreadsheet or binary, its encoding is another or unknown, or it has no such sheet
            (NoSheet).
    """
    try:
        yield from _rows(file, encoding, sheet, named)
    except Unreadable as error:
        raise type(error)(f"{file} {error}") from error


def _rows(
    file: Path, encoding: str | None, sheet: str | None, named: Collection[str]
) -> Iterator[tuple[int, Mapping[str, Any] | BadRow]]:
    match file.suffix.lower():
        case ".csv":
            return table.csv_rows(_decoded(file, encoding), named)
        case ".xlsx":
            return table.rows(_spreadsheet(file), sheet=sheet, named=named, unpacked=UNPACKED)
        case ending if ending in OTHER_TABLES:
            raise Unreadable("is no CSV, XLSX or JSONL; save it as one of them and import that")
        case _:
            return _json(file)


def missing(columns: Mapping[str, str], there: Collection[str]) -> str | None:
    """What to say of mapped columns that no row has; None when every column is in some row.

    Args:
        columns: the field, and the column that is to fill it.
        there: `columns_of` the rows.
    """
    absent = [f"--map {field}={column}" for field, column in columns.items() if column not in there]
    return f"{', '.join(absent)}: there is no such column; the file's columns are {_named(there)}" if absent else None


def told(columns: Mapping[str, str], there: Collection[str]) -> str:
    """Which columns become fields of a post, and which are left. Arguments as those of `missing`."""
    row = dict.fromkeys(there)
    used = {field: column for field in FIELDS if (column := column_of(field, row, columns))}
    left = [column for column in there if column not in used.values()]
    read = ", ".join(f"{column} as {field}" for field, column in used.items())
    return f"read {read or 'nothing'}" + (f"; left {_named(left)}" if left else "")


def columns_of(rows: Iterable[tuple[int, Mapping[str, Any] | BadRow]]) -> Collection[str]:
    """The names of all columns that some row has, in their order."""
    return dict.fromkeys(name for _, row in rows if not isinstance(row, BadRow) for name in row)


def _named(columns: Collection[str]) -> str:
    return ", ".join(islice(columns, MOST_COLUMNS))


def modified(file: Path) -> datetime:
    """When a file was last written."""
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _json(file: Path) -> Iterator[tuple[int, Mapping[str, Any] | BadRow]]:
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    with file.open("rb") as lines:
        if b"\0" in lines.read(65_536):
            raise _binary()
        lines.seek(0)
        for number, line in enumerate(bounded(lines), start=1):
            text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if problem := unusable(text):
                yield number, BadRow(number, problem)
                continue
            try:
                yield number, decode(text)
            except RecursionError:
                yield number, BadRow(number, "no JSON object: it is nested too deeply")
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                yield number, BadRow(number, f"no JSON object: {error}")


def _spreadsheet(file: Path) -> bytes:
    body = file.read_bytes()
    if not is_spreadsheet(body):
        raise Unreadable("is no XLSX; if it is CSV, name it so")
    return body


def _decoded(file: Path, encoding: str | None) -> str:
    body = file.read_bytes()
    try:
        text = body.decode(encoding) if encoding else _detected(body)
    except LookupError as error:
        raise Unreadable(f"cannot be read with --encoding {encoding}: no such encoding; {_ENCODINGS}") from error
    except UnicodeError as error:
        raise Unreadable(f"is not {encoding or 'in an encoding that its bytes tell'}; {_ENCODINGS}") from error
    if "\0" in text:
        raise _binary()
    return text.removeprefix("\ufeff")


def _detected(body: bytes) -> str:
    """The text; strictly, because a sign that is lost in an import is lost for good."""
    text = decoded(body)
    if text.count("\ufffd") > body.count("\ufffd".encode()):
        raise UnicodeError
    return text


def _binary() -> Unreadable:
    return Unreadable("is no text; give CSV with a header, XLSX or JSONL (a CSV in UTF-16: --encoding utf-16)")
