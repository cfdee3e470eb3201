"""`xiangyin judge`."""

import typer

from deploy.cli.lines import FileArgument, TownshipsOption, answer, known_townships
from deploy.judging import Judge

app = typer.Typer(add_completion=False)


@app.command()
def command(
    file: FileArgument = None,
    config: TownshipsOption = None,
) -> None:
    """Judge posts: topic, sentiment, emotion, severity with its evidence. No server is needed.

    Reads a JSON object a line (`text`, or `title` and `body`; optional `id`, `time`, `township`, `source`), writes
    one a line, in order. A line that cannot be judged is answered with `error`; then the exit code is 1.
    """
    answer(file, Judge(known_townships(config)).answers)
