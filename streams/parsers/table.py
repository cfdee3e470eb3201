"""Read a table, CSV or XLSX: a row a message, with the office's answer in it."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec.structs import asdict

from streams.pages.answer import answer_to
from streams.pages.columns import column_of
from streams.pages.dates import time_of
from streams.pages.elements import count
from streams.pages.links import for_readers
from streams.pages.markup import plain, text_of
from streams.pages.page import Page, Raw, Reading
from streams.pages.spreadsheet import Unreadable
from streams.pages.table import BadRow, LeftSheet, Row, rows
from streams.records import Reach
from streams.source import Columns, Folder, Table

UNPACKED: Final = 25_000_000
"""Bytes; five times what a page may have: tables of Chinese text are packed to a third or a fifth. The worst of
them, one row of a million cells, takes seconds and 700 MB."""

ROWS: Final = 50_000
"""Rows that are read: a large city's hotline takes as many calls a day."""

_ROUNDED: Final = re.compile(r"\d(?:\.\d+)?[Ee]\+\d+")
"""What a spreadsheet makes of a long number: many become one."""

_SUM: Final = re.compile(r"[合总小共]\s*计[:：]?")
"""What stands for a number in a line of sums, which nobody reported."""

_REPEATED: Final = 3
_SHARE: Final = 5
"""So many texts, one in so many, whose ids others have: it is no id. Fewer are tickets that were written twice."""

Either = Table | Folder


def read(page: Page, source: Either) -> Reading:
    """The messages of a table with their answers."""
    posts: list[Raw] = []
    signals: dict[str, None] = {}
    columns = columns_of(source.columns)
    if page.body.lstrip().startswith(b"<"):
        return Reading(signals=("page:unreadable",))  # A page where the table was: to log in, or that it is gone.
    try:
        found = rows(
            page.body,
            charset=source.encoding or page.charset,
            sheet=source.sheet,
            named=columns.values(),
            unpacked=UNPACKED,
        )
        for number, (_, row) in enumerate(found):
            if number >= ROWS:
                signals["page:overgrown"] = None
                break
            if isinstance(row, BadRow):
                signals["sheet:left" if isinstance(row, LeftSheet) else "row:unreadable"] = None
                continue
            if _SUM.fullmatch(row.get(column_of("id", row, columns) or "", "").strip()):
                continue
            said = {field: row.get(column_of(field, row, columns) or "", "") for field in _FIELDS}
            posts += _posts(said, page, source)
            signals |= dict.fromkeys(_signals(said, row, columns, page, source))
    except Unreadable:
        signals["page:unreadable"] = None
    asked = {(raw.id, raw.title, raw.body) for raw in posts if raw.thread is None}
    repeated = len(asked) - len({identity for identity, _, _ in asked})
    if repeated >= max(_REPEATED, len(asked) / _SHARE):
        signals["id:repeated"] = None
    return Reading(tuple(posts), (), tuple(signals))


_SHORTER: Final = {"time": "published"}
"""What a source calls otherwise than a post does."""

_FIELDS: Final = tuple(_SHORTER.get(name, name) for name in Columns.__struct_fields__)


def columns_of(columns: Columns) -> Mapping[str, str]:
    """What a source names, by the fields of a post."""
    return {_SHORTER.get(name, name): column for name, column in asdict(columns).items() if column}


def _posts(said: Mapping[str, str], page: Page, source: Either) -> tuple[Raw, ...]:
    identity = plain(said["id"])
    if not identity or _ROUNDED.fullmatch(identity):
        return ()
    asked = Raw(
        id=identity,
        title=text_of(said["title"]).replace("\n", " "),
        body=text_of(said["body"]),
        url=for_readers(page.url, said["url"], source.link, identity),
        author=plain(said["author"]) or None,
        published=time_of(said["published"], source.zone, page.fetched),
        reach=Reach(*(count(said[name]) for name in ("views", "replies", "likes"))),
    )
    answered = time_of(said["answer_time"], source.zone, page.fetched)
    return (asked, *answer_to(asked, text_of(said["answer"]), answered, plain(said["office"]), plain(said["status"])))


def _signals(
    said: Mapping[str, str], row: Row, columns: Mapping[str, str], page: Page, source: Either
) -> Iterator[str]:
    if not plain(said["id"]):
        yield "id:missing"
    elif _ROUNDED.fullmatch(plain(said["id"])):
        yield "id:rounded"
    if not text_of(said["body"]):
        yield "body:empty"
    yield from (f"{field}:missing" for field, column in columns.items() if column not in row)
    for name, field in (("time", "published"), *((("answer_time", "answer_time"),) if said["answer"] else ())):
        if said[field] and time_of(said[field], source.zone, page.fetched) is None:
            yield f"{name}:unreadable"
    used = {column_of(field, row, columns) for field in _FIELDS}
    yield from (f"unused:{name}" for name in sorted(set(row) - used - set(source.ignores)))
