"""`xiangyin init`."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.initialise import initialise
from streams.topics import topic

app = typer.Typer(add_completion=False)


@app.command()
def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder, made when absent.", file_okay=False)],
    name: Annotated[str, typer.Option(help="Name of the deployment.")] = "xiangyin",
) -> None:
    """Make a deployment for one township, commented, with a fresh key (mode 0600). Nothing is overwritten."""
    topic(name, "posts")
    for file in initialise(folder, name):
        typer.echo(f"wrote {file}")
    typer.echo(f"\nNext: edit the YAML files, then\n  cd {folder}\n  xiangyin check")
