"""`xiangyin group`."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.lines import FileArgument, answer
from deploy.judging import Grouper
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
    """Group posts into incidents: the same place and the same problem are one. No server is needed.

    Reads posts in the order of their time, a JSON object a line as for `judge`, with `time` in RFC 3339 or like
    2019/2/28 11:25:05. Writes {"id", "incident"} a line, null for what reports and asks nothing. The same lines
    give the same answer.
    """
    known = townships.read_all(load(config).townships) if config else {}
    answer(file, Grouper(known).answers)
