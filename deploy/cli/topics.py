"""`xiangyin topics`."""

import asyncio

import typer

from deploy.cli.options import ConfigOption
from deploy.cli.remedy import kafka_remedy
from deploy.settings.deployment import load
from streams.kafka.admin import create_topics

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Topics of the deployment."""


@app.command()
def create(config: ConfigOption = None) -> None:
    """Create the topics that are missing. Running it again changes nothing; a partition count is never changed."""
    settings = load(config)
    partitions, replication = settings.partitions, settings.replication
    with kafka_remedy():
        created = asyncio.run(
            create_topics(settings.kafka_access(), settings.name, partitions=partitions, replication=replication)
        )
    for name in created:
        typer.echo(f"created {name} ({settings.partitions} partitions)")
    if not created:
        typer.echo(f"all topics of {settings.name} are there, with {settings.partitions} partitions")
