"""Read the rows of a table, CSV or XLSX, within limits: both come from outside."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Final

from msgspec import Struct

from streams.pages.charset import decoded
from streams.pages.spreadsheet import Unreadable, cells, is_spreadsheet

Row = Mapping[str, str]

_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_TITLES: Final = 10
"""Lines in which a header is looked for: exports often have a title above it."""


class BadRow(Struct, frozen=True):
    """A row that is no post; `line` counts from 1."""

    line: int
    error: str


def rows(
    body: bytes, *, charset: str | None = None, sheet: str | None = None, unpacked: int
) -> Iterator[tuple[int, Row | BadRow]]:
    """The rows of a table with the lines on which they end, by their columns' names.

    The header is the first line with two or more filled cells: a title may stand above it. Empty rows are left out; of
    an empty column's name, its number stands for it.

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
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        try:
            line = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, BadRow(reader.line_num, f"no CSV: {error}")
        else:
            yield reader.line_num, line


def _headed(lines: Iterable[tuple[int, list[str] | BadRow]], *, ragged: bool) -> Iterator[tuple[int, Row | BadRow]]:
    """Rows by their columns' names. `ragged`: a row's last cells are not there when they are empty."""
    lines = iter(lines)
    first = list(islice(lines, _TITLES))
    begins = next((place for place, (_, line) in enumerate(first) if _is_header(line)), 0)
    above, rest = first[:begins], chain(first[begins:], lines)
    yield from ((number, line) for number, line in above if isinstance(line, BadRow))
    header: list[str] = []
    for number, line in rest:
        if isinstance(line, BadRow):
            yield number, line
        elif not header:
            header = [name.strip() or f"#{place}" for place, name in enumerate(line, start=1)]
        elif not any(line):
            continue
        elif len(line) > len(header) or (len(line) < len(header) and not ragged):
            yield number, BadRow(number, f"not as many values as the header's {len(header)}")
        else:
            yield number, dict(zip(header, line + [""] * (len(header) - len(line)), strict=True))


def _is_header(line: list[str] | BadRow) -> bool:
    return not isinstance(line, BadRow) and sum(1 for cell in line if cell.strip()) > 1
