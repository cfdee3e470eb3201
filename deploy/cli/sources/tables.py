"""Tables of the command line: whole when they are piped, and never read as markup or emoji."""

import re
import sys
from collections.abc import Iterator
from typing import Final

import typer
from rich.console import Console
from rich.table import Column, Table

_WIDE: Final = 200
"""Columns where no terminal says how many there are."""

_WORD: Final = re.compile(r"[!-~]{1,24}")
"""What is not parted: an address may go on in the next line anywhere, and so may Chinese."""

_BESIDE: Final = 3
"""Signs around a cell."""


def show(table: Table, width: int | None = None) -> None:
    """Print a table; what does not fit goes on in the next line. Where its words do not fit, a line for each cell.

    Args:
        table: of texts.
        width: in signs; else the terminal's, and where there is none enough for all.
    """
    for column in table.columns:
        column.overflow = "fold"
    console = Console(width=width or (None if sys.stdout.isatty() else _WIDE), markup=False, emoji=False)
    if sum(_least(column) + _BESIDE for column in table.columns) >= console.width:
        typer.echo("\n\n".join(_lines(table)))
        return
    with console.capture() as captured:
        console.print(table)
    typer.echo(captured.get(), nl=False)


def counted(number: int, what: str) -> str:
    """A number of things: 1 page, 2 pages."""
    return f"{number} {what}" + "s" * (number != 1)


def _least(column: Column) -> int:
    """How wide the longest word of a column is."""
    return max((len(word) for text in (column.header, *column.cells) for word in _WORD.findall(str(text))), default=0)


def _lines(table: Table) -> Iterator[str]:
    """Each row as a paragraph: what it is about, and below it what is said of it, by name."""
    names = [str(column.header) for column in table.columns]
    for row in zip(*(column.cells for column in table.columns), strict=True):
        said = (f"  {name}: {text}" for name, text in zip(names[1:], row[1:], strict=True) if text)
        yield "\n".join((str(row[0]), *said))
