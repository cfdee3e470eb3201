"""`xiangyin run`."""

import asyncio

import typer

from deploy import logs
from deploy.cli.options import ConfigOption
from deploy.settings.deployment import find, load
from deploy.wiring.supervised import run as supervised

app = typer.Typer(add_completion=False)


@app.command()
def command(config: ConfigOption = None) -> None:
    """Run crawler and worker on this machine; what ends is started again, after a pause that grows."""
    logs.configure(load(config).log_format)
    raise typer.Exit(asyncio.run(supervised(find(config).resolve())))
