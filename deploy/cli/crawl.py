"""`xiangyin crawl`."""

import asyncio
from typing import Annotated

import typer

from deploy import logs, wiring
from deploy.cli import exits
from deploy.cli.options import ConfigOption
from deploy.settings.deployment import load

app = typer.Typer(add_completion=False)


@app.command()
def command(
    config: ConfigOption = None,
    once: Annotated[
        bool, typer.Option("--once", help="Visit every source until it has nothing new, then end.")
    ] = False,
) -> None:
    """Visit the sources, mask what leads to a person, publish new posts; until Ctrl-C."""
    settings = load(config)
    logs.configure(settings.log_format)
    if not asyncio.run(wiring.crawl(settings, once=once)):
        raise typer.Exit(exits.BAD_INPUT)
