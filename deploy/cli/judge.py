"""`xiangyin judge`."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.lines import FileArgument, answer
from deploy.judging import Judge
from deploy.settings import townships
from deploy.settings.deployment import load

app = typer.Typer(add_completion=False)


@app.command()
def command(
    file: FileArgument = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", "-c", help="A deployment whose townships' places and words are known.", show_default=False
        ),
    ] = None,
) -> None:
    """Judge posts: topic, sentiment, emotion, severity with its evidence. No server is needed.

    Reads a JSON object a line (`text`, or `title` and `body`; optional `id`, `time`, `township`, `source`), writes
    one a line, in order. A line that cannot be judged is answered with `error`; then the exit code is 1.
    """
    known = townships.read_all(load(config).townships) if config else {}
    answer(file, Judge(known).answers)
