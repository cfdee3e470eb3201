"""`xiangyin work`."""

import typer

from deploy.cli.options import ConfigOption
from deploy.cli.service import begun, logged
from deploy.wiring.worker import work

app = typer.Typer(add_completion=False)


@app.command()
def command(config: ConfigOption = None) -> None:
    """Judge posts as they come, keep incidents, send alerts; until Ctrl-C. Start as many as there are partitions."""
    settings = begun(config)
    with logged():
        raise typer.Exit(work(settings))
