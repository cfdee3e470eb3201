"""`xiangyin version`."""

import platform
from importlib.metadata import version

import typer

app = typer.Typer(add_completion=False)


@app.command()
def command() -> None:
    """Print the version of this program and of Python."""
    typer.echo(f"xiangyin {version('xiangyin')} (Python {platform.python_version()}, {platform.platform()})")
