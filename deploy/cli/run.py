"""`xiangyin run`."""

import asyncio

import typer

from deploy import wiring
from deploy.cli.options import ConfigOption
from deploy.settings.deployment import load

app = typer.Typer(add_completion=False)


@app.command()
def command(config: ConfigOption = None) -> None:
    """Run crawler and worker on this machine; what ends is started again, after a pause that grows."""
    raise typer.Exit(asyncio.run(wiring.supervise(load(config))))
