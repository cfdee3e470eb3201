"""`xiangyin source recipes`."""

from typing import Annotated

import typer
from rich.table import Table

from deploy.cli.options import ConfigOption
from deploy.cli.sources.tables import show
from deploy.recipes import catalogue
from deploy.settings import townships
from deploy.settings.deployment import load
from deploy.settings.sources import assert_served

app = typer.Typer(add_completion=False)


@app.command()
def command(
    name: Annotated[
        str | None, typer.Argument(help="Show the source that this recipe makes.", show_default=False)
    ] = None,
    blank: Annotated[
        list[str] | None, typer.Option("--set", metavar="BLANK=VALUE", help="What the route leaves open.")
    ] = None,
    gateway: Annotated[str, typer.Option(help="Address of your own RSSHub.")] = "http://127.0.0.1:1200",
    township: Annotated[
        str | None, typer.Option(help="Code of the township that it serves.", show_default="the deployment's first")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Platforms that are heard through a gateway of your own: what each gives, and by which right."""
    known = catalogue.recipes()
    if name is None:
        table = Table("recipe", "platform", "gives", "right", "blanks")
        for each, recipe in known.items():
            table.add_row(each, recipe.platform, recipe.gives, recipe.right, " ".join(recipe.blanks))
        show(table)
        return
    if name not in known:
        raise typer.BadParameter(f"{name!r} is no recipe; there are: {', '.join(known)}")
    codes = townships.codes(load(config).townships)
    code = township or codes[0]
    assert_served(code, codes, "--township")
    try:
        said = dict(each.split("=", 1) for each in blank or [])
        typer.echo(known[name].source(gateway, code, said), nl=False)
    except (KeyError, ValueError):
        wanted = " ".join(f"--set {each}=..." for each in known[name].blanks)
        raise typer.BadParameter(f"{name} needs {wanted}") from None
