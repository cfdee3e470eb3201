"""`xiangyin source secret`."""

from pathlib import Path
from typing import Annotated

import typer

from streams.push import signature

app = typer.Typer(add_completion=False)


@app.command()
def command(file: Annotated[Path, typer.Argument(help="Where to write it.", dir_okay=False)]) -> None:
    """Make a secret for a source of kind webhook: name it as its `secret_file`, and give it to who sends."""
    signature.create(file)
    typer.echo(f"wrote {file}, readable by you only")
