"""`xiangyin indices`."""

import asyncio

import typer

from deploy import templates
from deploy.cli import complain, exits
from deploy.cli.options import ConfigOption
from deploy.cli.remedy import elasticsearch_remedy
from deploy.settings import townships
from deploy.settings.deployment import Settings, load
from streams.elasticsearch.client import connect
from streams.elasticsearch.indices import create as create_indices
from streams.elasticsearch.indices import differences

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Indices of the deployment."""


@app.command()
def create(config: ConfigOption = None) -> None:
    """Put the templates, create the indices that are missing, name what differs. Running it again changes nothing."""
    settings = load(config)
    with elasticsearch_remedy():
        done, differing = asyncio.run(_create(settings))
    for line in done:
        typer.echo(line)
    for line in differing:
        complain(line)
    if not done and not differing:
        typer.echo(f"all indices of {settings.name} are there, as the templates say")
    if differing:
        raise typer.Exit(exits.BAD_INPUT)


async def _create(settings: Settings) -> tuple[list[str], list[str]]:
    wanted = templates.indices(settings.name, list(townships.read_all(settings.townships)))
    client = await connect(settings.access())
    try:
        done = await create_indices(client, settings.elasticsearch, settings.name, wanted)
        return done, await differences(client, settings.elasticsearch, wanted)
    finally:
        await client.close()
