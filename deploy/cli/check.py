"""`xiangyin check`."""

import asyncio

import typer

from deploy.checks import checks
from deploy.cli import complain, exits, hint
from deploy.cli.options import ConfigOption

app = typer.Typer(add_completion=False)


@app.command()
def command(config: ConfigOption = None) -> None:
    """Read the configuration and try every server. Exit code 1: something is wrong, and printed."""
    if not asyncio.run(_all_well(config)):
        raise typer.Exit(exits.BAD_INPUT)


async def _all_well(config: ConfigOption) -> bool:
    well = True
    async for finding in checks(config):
        if finding.wrong:
            well = False
            complain("\n".join(finding.wrong))
        else:
            typer.secho("✓ ", fg="green", nl=False)
            typer.echo(f"{finding.part}: {finding.detail}")
            if finding.lacking:
                hint(f"{finding.part}: {finding.lacking}")
    return well
