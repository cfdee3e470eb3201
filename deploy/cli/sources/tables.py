"""Tables of the command line: whole when they are piped, and never read as markup or emoji."""

import sys
from typing import Final

import typer
from rich.console import Console
from rich.table import Table

_WIDE: Final = 200
"""Columns where no terminal says how many there are."""


def show(table: Table) -> None:
    """Print a table; what does not fit goes on in the next line."""
    for column in table.columns:
        column.overflow = "fold"
    console = Console(width=None if sys.stdout.isatty() else _WIDE, markup=False, emoji=False)
    with console.capture() as captured:
        console.print(table)
    typer.echo(captured.get(), nl=False)


def counted(number: int, what: str) -> str:
    """A number of things: 1 page, 2 pages."""
    return f"{number} {what}" + "s" * (number != 1)
