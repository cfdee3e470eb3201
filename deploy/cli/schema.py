"""`xiangyin schema`."""

from enum import StrEnum
from typing import Annotated

import msgspec
import typer

from deploy.schema import NAMES, schema

app = typer.Typer(add_completion=False)

What = StrEnum("What", {name: name for name in NAMES})  # type: ignore[misc] # the names are data


@app.command()
def command(what: Annotated[What, typer.Argument(help="Which record or file.")]) -> None:
    """Print the JSON Schema (draft 2020-12): for editors, and for programs that publish posts or read alerts."""
    typer.echo(msgspec.json.format(msgspec.json.encode(schema(str(what))), indent=2))
