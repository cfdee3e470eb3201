"""`xiangyin work`."""

import typer

from deploy import logs, wiring
from deploy.cli.options import ConfigOption
from deploy.cli.service import logged
from deploy.settings.deployment import load

app = typer.Typer(add_completion=False)


@app.command()
def command(config: ConfigOption = None) -> None:
    """Judge posts as they come, keep incidents, send alerts; until Ctrl-C. Start as many as there are partitions."""
    settings = load(config)
    logs.configure(settings.log_format)
    with logged():
        raise typer.Exit(wiring.work(settings))
