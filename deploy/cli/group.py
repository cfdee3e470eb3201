"""`xiangyin group`."""

import typer

from deploy.cli.lines import FileArgument, TownshipsOption, answer, known_townships
from deploy.judging import Grouper

app = typer.Typer(add_completion=False)


@app.command()
def command(
    file: FileArgument = None,
    config: TownshipsOption = None,
) -> None:
    """Group posts into incidents: the same place and the same problem are one. No server is needed.

    Reads posts in the order of their time, a JSON object a line as for `judge`, with `time` in RFC 3339 or like
    2019/2/28 11:25:05. Writes {"id", "incident"} a line, null for what reports and asks nothing. The same lines
    give the same answer.
    """
    answer(file, Grouper(known_townships(config)).answers)
