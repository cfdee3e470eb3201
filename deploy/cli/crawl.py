"""`xiangyin crawl`."""

import asyncio
import signal
from typing import Annotated

import typer

from deploy.cli import exits
from deploy.cli.options import ConfigOption
from deploy.cli.service import begun, logged
from deploy.settings.deployment import Settings
from deploy.wiring.crawler import crawl

app = typer.Typer(add_completion=False)


@app.command()
def command(
    config: ConfigOption = None,
    once: Annotated[bool, typer.Option("--once", help="Visit every source once, then end.")] = False,
) -> None:
    """Visit the sources, mask what leads to a person, publish new posts; until Ctrl-C."""
    settings = begun(config)
    with logged("cannot go on"):
        raise typer.Exit(asyncio.run(_crawl(settings, once=once)))


async def _crawl(settings: Settings, *, once: bool) -> int:
    """Crawl until done or asked to end (SIGTERM, SIGINT); the exit code."""
    crawling = asyncio.ensure_future(crawl(settings, once=once))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, crawling.cancel)
    try:
        return exits.OK if await crawling else exits.BAD_INPUT
    except asyncio.CancelledError:
        return exits.INTERRUPTED if once else exits.OK
