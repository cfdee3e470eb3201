"""How a command that runs for months says why it cannot begin."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import typer

from deploy.cli import exits
from streams.errors import XiangyinError

log = structlog.get_logger()


@contextmanager
def logged() -> Iterator[None]:
    """Say what ends the command in its log, in the log's format, where the other commands write to a person."""
    try:
        yield
    except XiangyinError as error:
        log.error("cannot begin", reason=str(error), remedy="xiangyin check")  # noqa: TRY400 - no defect, no trace
        raise typer.Exit(exits.of(error)) from None
