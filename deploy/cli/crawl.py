"""`xiangyin crawl`."""

import asyncio
from typing import Annotated

import typer

from deploy import wiring
from deploy.cli.options import ConfigOption
from deploy.settings.deployment import load

app = typer.Typer(add_completion=False)


@app.command()
def command(
    config: ConfigOption = None,
    once: Annotated[bool, typer.Option("--once", help="Visit every source once, then end.")] = False,
) -> None:
    """Visit the sources, mask what leads to a person, publish new posts; until Ctrl-C."""
    raise typer.Exit(asyncio.run(wiring.crawl(load(config), once=once)))
