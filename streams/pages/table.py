"""Read the rows of a table, CSV or XLSX, within limits: both come from outside."""

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Final, NamedTuple

from msgspec import Struct

from streams.pages.charset import decoded
from streams.pages.columns import ALIASES
from streams.pages.spreadsheet import Unreadable, is_spreadsheet, sheets

Row = Mapping[str, str]

_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_TITLES: Final = 10
"""Lines in which a header is looked for: exports often have a title above it."""

_KNOWN: Final = frozenset({*ALIASES, *(name for names in ALIASES.values() for name in names)})
_DELIMITERS: Final = (",", ";", "\t")

_SHOWN: Final = 20
"""Columns of a sheet that is left, in what is said of it."""

_LONGEST: Final = 500
"""Lines of a row: somebody writes letters into a cell, and a quote that nobody closed would run to the file's end."""


class BadRow(Struct, frozen=True):
    """A row that is no post; `line` counts from 1."""

    line: int
    error: str


class LeftSheet(BadRow, frozen=True):
    """A sheet that was not read, on line 0: no sheet was named, and its columns are not those of the one that was."""

    sheet: str


def rows(
    body: bytes, *, charset: str | None = None, sheet: str | None = None, named: Collection[str] = (), unpacked: int
) -> Iterator[tuple[int, Row | BadRow]]:
    """The rows of a table with the lines on which they end, by their columns' names.

    The header is the first line that holds the name of a known column; where none of the first ten does, the first one
    with two or more filled cells: a title may stand above it. Empty rows are left out; of
    an empty column's name, its number stands for it, and of two with one name the first that is filled counts; the
    second is called `name#3` by its number. Where no sheet is named, all visible ones are read whose columns are those
    of the first that has a known one; any other with rows is a `LeftSheet`.

    Args:
        body: the file: XLSX, or CSV with commas, semicolons or tabs.
        charset: of a CSV, where it is known.
        sheet: name of an XLSX's sheet.
        named: columns that are known by these names besides the common ones.
        unpacked: bytes that an XLSX may have when it is unpacked.

    Raises:
        Unreadable: neither the one nor the other, or too large.
    """
    if body.startswith(_OLD_EXCEL):
        raise Unreadable("is a spreadsheet of an old Excel; save it as XLSX, or as CSV")
    if is_spreadsheet(body):
        yield from _of_sheets(body, sheet, _KNOWN.union(named), unpacked)
    else:
        yield from csv_rows(text_of_csv(body, charset), named)


def _of_sheets(
    body: bytes, name: str | None, known: Collection[str], unpacked: int
) -> Iterator[tuple[int, Row | BadRow]]:
    tables = [(title, _begun(lines, known)) for title, lines in sheets(body, name, unpacked)]
    first = next((table for _, table in tables if table.is_known), tables[0][1])
    for title, table in tables:
        if table.header == first.header:
            yield from _headed(table, ragged=True)
        elif len(table.header) > 1 and any(isinstance(row, dict) for _, row in _headed(table, ragged=True)):
            columns = ", ".join(list(filter(None, table.header))[:_SHOWN])
            yield 0, LeftSheet(0, f"sheet {title} is left: its columns are others ({columns})", title)


def text_of_csv(body: bytes, charset: str | None) -> str:
    """The text of a CSV file. Raises Unreadable when it is binary."""
    text = decoded(body, charset)
    if "\0" in text:
        raise Unreadable("is no text; give CSV with a header, or XLSX")
    return text


def csv_rows(text: str, named: Collection[str] = ()) -> Iterator[tuple[int, Row | BadRow]]:
    """The rows of a CSV text, as `rows` gives them."""
    known = _KNOWN.union(named)
    tables = (_begun(_csv(text, delimiter), known) for delimiter in _DELIMITERS)
    yield from _headed(next((each for each in tables if each.is_known), _begun(_csv(text, ","), known)), ragged=False)


Line = tuple[int, list[str] | BadRow]


def _csv(text: str, delimiter: str) -> Iterator[Line]:
    """Rows with the lines on which they end; of one that cannot be read only the first line is left.

    A quote that nobody closed would swallow the rows after it: they are read as if it were not there.
    """
    lines, begins = list(io.StringIO(text, newline="")), 0
    while begins < len(lines):
        row = map(lines.__getitem__, range(begins, min(begins + _LONGEST, len(lines))))
        reader = csv.reader(row, strict=True, delimiter=delimiter)
        try:
            line = next(reader)
        except csv.Error as error:
            begins += 1
            yield begins, BadRow(begins, f"no CSV: {error}")
        else:
            begins += reader.line_num
            yield begins, line


class _Table(NamedTuple):
    """A table of which the lines down to its header are read. `above` are those that could not be."""

    header: list[str]
    above: list[tuple[int, BadRow]]
    rest: Iterator[Line]
    is_known: bool


def _begun(lines: Iterable[Line], known: Collection[str]) -> _Table:
    lines = iter(lines)
    first = list(islice(lines, _TITLES))
    readable = [(place, line) for place, (_, line) in enumerate(first) if not isinstance(line, BadRow)]
    filled = [(place, line) for place, line in readable if sum(1 for cell in line if cell.strip()) > 1]
    knowing = [(place, line) for place, line in filled if any(cell.strip() in known for cell in line)]
    begins, header = next(iter((*knowing, *filled, *readable)), (len(first), []))
    above = [(number, line) for number, line in first[:begins] if isinstance(line, BadRow)]
    return _Table(header, above, chain(first[begins + 1 :], lines), bool(knowing))


def _headed(table: _Table, *, ragged: bool) -> Iterator[tuple[int, Row | BadRow]]:
    """Rows by their columns' names. `ragged`: a row's last cells are not there when they are empty."""
    yield from table.above
    header, again = _names(table.header)
    for number, line in table.rest:
        if isinstance(line, BadRow):
            yield number, line
        elif not any(line):
            continue
        elif len(line) > len(header) or (len(line) < len(header) and not ragged):
            yield number, BadRow(number, f"not as many values as the header's {len(header)}")
        else:
            row = dict(zip(header, line + [""] * (len(header) - len(line)), strict=True))
            yield number, row | {name: row[other] for other, name in reversed(again) if not row[name].strip()}


def _names(line: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """The columns' names, each once, and of those that stand for another of the same name, that name."""
    header, again, met = list[str](), list[tuple[str, str]](), set[str]()
    for place, name in enumerate(map(str.strip, line), start=1):
        header.append(f"{name}#{place}" if not name or name in met else name)
        if name in met:
            again.append((header[-1], name))
        met |= {name} if name else set()
    return header, again
