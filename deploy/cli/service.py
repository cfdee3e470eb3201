"""How a command that runs for months begins, and says why it cannot."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
import typer

from deploy import logs
from deploy.cli import exits
from deploy.settings.deployment import Settings, load, unknown_variables
from streams.errors import XiangyinError

log = structlog.get_logger()


def begun(config: Path | None) -> Settings:
    """The settings; from here on there is a log, in their format.

    Raises:
        Misconfigured: the settings cannot be used.
    """
    settings = load(config)
    logs.configure(settings.log_format)
    for said in unknown_variables(os.environ):
        log.warning("a slip in the environment?", reason=said)
    return settings


@contextmanager
def logged(event: str = "cannot begin") -> Iterator[None]:
    """Say what ends the command in its log, in the log's format, where the other commands write to a person."""
    try:
        yield
    except XiangyinError as error:
        log.error(event, reason=str(error), remedy="xiangyin check")  # noqa: TRY400 - no defect, no trace
        raise typer.Exit(exits.of(error)) from None
