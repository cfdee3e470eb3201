"""Read the rows of a table, CSV or XLSX, within limits: both come from outside."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Final

from msgspec import Struct

from streams.pages.charset import decoded
from streams.pages.spreadsheet import Unreadable, cells, is_spreadsheet

Row = Mapping[str, str]

_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_TITLES: Final = 10
"""Lines in which a header is looked for: exports often have a title above it."""


_LONGEST: Final = 500
"""Lines of a row: somebody writes letters into a cell, and a quote that nobody closed would run to the file's end."""


class BadRow(Struct, frozen=True):
    """A row that is no post; `line` counts from 1."""

    line: int
    error: str


def rows(
    body: bytes, *, charset: str | None = None, sheet: str | None = None, unpacked: int
) -> Iterator[tuple[int, Row | BadRow]]:
    """The rows of a table with the lines on which they end, by their columns' names.

    The header is the first line with two or more filled cells: a title may stand above it. Empty rows are left out; of
    an empty column's name, its number stands for it, and of two with one name the first that is filled counts; the
    second is called `name#3` by its number.

    Args:
        body: the file: XLSX, or CSV with commas.
        charset: of a CSV, where it is known.
        sheet: name of an XLSX's sheet; the first that is visible where none is named.
        unpacked: bytes that an XLSX may have when it is unpacked.

    Raises:
        Unreadable: neither the one nor the other, or too large.
    """
    if body.startswith(_OLD_EXCEL):
        raise Unreadable("is a spreadsheet of an old Excel; save it as XLSX, or as CSV")
    lines = cells(body, sheet, unpacked) if is_spreadsheet(body) else _csv(text_of_csv(body, charset))
    yield from _headed(lines, ragged=is_spreadsheet(body))


def text_of_csv(body: bytes, charset: str | None) -> str:
    """The text of a CSV file. Raises Unreadable when it is binary."""
    text = decoded(body, charset)
    if "\0" in text:
        raise Unreadable("is no text; give CSV with a header, or XLSX")
    return text


def csv_rows(text: str) -> Iterator[tuple[int, Row | BadRow]]:
    """The rows of a CSV text, as `rows` gives them."""
    yield from _headed(_csv(text), ragged=False)


def _csv(text: str) -> Iterator[tuple[int, list[str] | BadRow]]:
    """Rows with the lines on which they end; of one that cannot be read only the first line is left.

    A quote that nobody closed would swallow the rows after it: they are read as if it were not there.
    """
    lines, begins = list(io.StringIO(text, newline="")), 0
    while begins < len(lines):
        reader = csv.reader(map(lines.__getitem__, range(begins, min(begins + _LONGEST, len(lines)))), strict=True)
        try:
            line = next(reader)
        except csv.Error as error:
            begins += 1
            yield begins, BadRow(begins, f"no CSV: {error}")
        else:
            begins += reader.line_num
            yield begins, line


def _headed(lines: Iterable[tuple[int, list[str] | BadRow]], *, ragged: bool) -> Iterator[tuple[int, Row | BadRow]]:
    """Rows by their columns' names. `ragged`: a row's last cells are not there when they are empty."""
    lines = iter(lines)
    first = list(islice(lines, _TITLES))
    begins = next((place for place, (_, line) in enumerate(first) if _is_header(line)), 0)
    above, rest = first[:begins], chain(first[begins:], lines)
    yield from ((number, line) for number, line in above if isinstance(line, BadRow))
    header: list[str] = []
    again: Sequence[tuple[str, str]] = ()
    for number, line in rest:
        if isinstance(line, BadRow):
            yield number, line
        elif not header:
            header, again = _names(line)
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


def _is_header(line: list[str] | BadRow) -> bool:
    return not isinstance(line, BadRow) and sum(1 for cell in line if cell.strip()) > 1
