"""What a table holds where a column is missing."""

from collections.abc import Sequence
from typing import Final

from deploy.explaining.opening import opening
from streams.pages.charset import decoded
from streams.pages.columns import column_of
from streams.pages.page import Page
from streams.pages.spreadsheet import Unreadable
from streams.pages.table import BadRow, LeftSheet, Row, rows
from streams.parsers.table import UNPACKED, columns_of
from streams.source import Folder, Table

_SHOWN: Final = 20
_LONGEST: Final = 60


def why(source: Table | Folder, page: Page, signal: str) -> str:
    """In words, or nothing where there is nothing to say."""
    field, _, what = signal.partition(":")
    if page.body.lstrip().startswith(b"<"):
        return f"it is no table: {opening(decoded(page.body, source.encoding or page.charset))}"
    try:
        found = list(
            rows(
                page.body,
                charset=source.encoding or page.charset,
                sheet=source.sheet,
                named=columns_of(source.columns).values(),
                unpacked=UNPACKED,
            )
        )
    except Unreadable as error:
        return str(error)
    bad = [row for _, row in found if isinstance(row, BadRow)]
    if field == "sheet":
        return "; ".join(row.error for row in bad if isinstance(row, LeftSheet))
    if field == "row":
        return next((f"line {row.line}: {row.error}" for row in bad if not isinstance(row, LeftSheet)), "")
    return _of_column(source, [row for _, row in found if not isinstance(row, BadRow)], field, what)


def _of_column(source: Table | Folder, found: Sequence[Row], field: str, what: str) -> str:
    if not found:
        return "there is no row below a header"
    header = found[0]
    column = column_of("published" if field == "time" else field, header, columns_of(source.columns))
    if column is None or column not in header:
        asked = f"column {column}" if column else f"a column for `{field}`"
        return f"{asked} is not in the header: {', '.join(list(header)[:_SHOWN])}"
    if what == "unreadable":
        said = next((row[column] for row in found if row.get(column)), "")
        return f"column {column} says {said[:_LONGEST]!r}"
    return f"column {column} is empty in some rows"
