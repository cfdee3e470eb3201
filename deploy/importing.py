"""Reads posts from a CSV or JSONL file, and publishes those that are posts."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from deploy.reading import bounded, moment, unusable
from streams.batch.reading import LARGEST
from streams.identity import padded
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
)
"""Fields of a post that a column can fill; others are left."""

ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("编号", "工单编号", "工单号", "受理编号", "序号"),
    "title": ("标题", "主题"),
    "body": ("content", "text", "内容", "正文", "诉求内容", "反映内容", "留言内容"),
    "published": ("time", "date", "时间", "发布时间", "留言时间", "来电时间", "受理时间", "日期"),
    "author": ("作者", "发帖人", "留言人", "来电人"),
    "url": ("链接", "网址"),
    "source": ("来源",),
    "views": ("浏览", "浏览量", "阅读量"),
    "replies": ("回复数", "评论数"),
    "likes": ("点赞数",),
}
"""Columns that fill a field where none has the field's own name and no mapping says otherwise."""

_NUMBERS: Final = ("views", "replies", "likes")


SPREADSHEETS: Final = (".xlsx", ".xls", ".ods", ".et", ".tsv")
"""Endings of tables that are not read; every program that makes them writes CSV, too."""


MOST_COLUMNS: Final = 40
"""Named in a message."""


class Unreadable(Exception):
    """The file as a whole cannot be read; the message names it and the remedy."""


class BadRow(Struct, frozen=True):
    """A row that is no post; `line` counts from 1."""

    line: int
    error: str


class Maker(Struct, frozen=True, kw_only=True):
    """How rows become posts.

    `township` is that of rows that name none; where it is empty, each must. `columns` says which column fills a
    field. `fetched` is one time for the whole file, so that importing it again writes nothing twice. `live` is None
    for a backfill; else it says the time, and posts count as published then.
    """

    township: str
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
        said = {field: value for field in FIELDS if (value := self._value(row, field)) not in (None, "")}
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
        given = {"source": self.source, "fetched": now or self.fetched, "reach": reach}
        return {**given, **texts, "published": published}

    def _value(self, row: Mapping[str, Any], field: str) -> Any:
        if field in self.columns:
            return row.get(self.columns[field])
        return next((row[name] for name in (field, *ALIASES.get(field, ())) if name in row), None)


def rows(file: Path, encoding: str = "utf-8-sig") -> Iterator[tuple[int, Mapping[str, Any] | BadRow]]:
    """Rows of a file with the lines on which they end; `.csv` is CSV with a header, all else JSON lines.

    Raises:
        Unreadable: it is a spreadsheet or binary, or its encoding is another or unknown.
    """
    if file.suffix.lower() in SPREADSHEETS:
        raise Unreadable(f"{file} is neither CSV nor JSONL; save it as CSV (UTF-8, with commas) and import that")
    return _csv(file, encoding) if file.suffix.lower() == ".csv" else _json(file)


def missing(columns: Mapping[str, str], rows: Iterable[tuple[int, Mapping[str, Any] | BadRow]]) -> str | None:
    """What to say of mapped columns that no row has; None when every column is in some row, or there is no row."""
    there = dict.fromkeys(name for _, row in rows if not isinstance(row, BadRow) for name in row)
    absent = [f"--map {field}={column}" for field, column in columns.items() if column not in there]
    if not there or not absent:
        return None
    named = ", ".join(list(there)[:MOST_COLUMNS])
    return f"{', '.join(absent)}: there is no such column; the file's columns are {named}"


def modified(file: Path) -> datetime:
    """When a file was last written."""
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _json(file: Path) -> Iterator[tuple[int, Mapping[str, Any] | BadRow]]:
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    with file.open("rb") as lines:
        if b"\0" in lines.read(65_536):
            raise _binary(file)
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


def _csv(file: Path, encoding: str) -> Iterator[tuple[int, Mapping[str, Any] | BadRow]]:
    reader = csv.DictReader(io.StringIO(_decoded(file, encoding), newline=""), strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, BadRow(reader.line_num, f"no CSV: {error}")
            continue
        if None in row or None in row.values():
            yield (
                reader.line_num,
                BadRow(reader.line_num, f"not as many values as the header's {len(reader.fieldnames or ())}"),
            )
        else:
            yield reader.line_num, row


def _decoded(file: Path, encoding: str) -> str:
    try:
        text = file.read_bytes().decode(encoding)
    except LookupError as error:
        raise Unreadable(f"--encoding {encoding}: no such encoding; try utf-8, gb18030, big5 or utf-16") from error
    except UnicodeError as error:
        ours = encoding.lower().startswith("utf-8")
        remedy = "try --encoding gb18030" if ours else "name its encoding: --encoding utf-8, gb18030, big5 or utf-16"
        raise Unreadable(f"{file} is not {'UTF-8' if ours else encoding}; {remedy}") from error
    if "\0" in text:
        raise _binary(file)
    return text


def _binary(file: Path) -> Unreadable:
    return Unreadable(f"{file} is no text; give CSV with a header, or JSONL (a CSV in UTF-16: --encoding utf-16)")
