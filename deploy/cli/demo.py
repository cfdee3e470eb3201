"""`xiangyin demo`."""

from typing import Annotated

import typer

from deploy.demo.run import run

app = typer.Typer(add_completion=False)


@app.command()
def command(
    once: Annotated[bool, typer.Option("--once", help="Do not wait: crawl all, drain, print the sums, end.")] = False,
    lang: Annotated[str | None, typer.Option(help="en or zh; else by the locale.", show_default=False)] = None,
) -> None:
    """Show the whole system on a made-up county of two towns: nothing to install, nothing left behind."""
    raise typer.Exit(run(once=once, lang=lang))
