"""`xiangyin sweep`."""

import asyncio
from typing import Annotated

import typer

from deploy.cli import complain, exits
from deploy.cli.options import ConfigOption
from deploy.cli.remedy import elasticsearch_remedy, kafka_remedy
from deploy.settings.deployment import ROLE, Settings, load
from deploy.sweeping import Swept, opened

app = typer.Typer(add_completion=False)


@app.command()
def command(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Take nothing away: say how much would go.")] = False,
    role: Annotated[str, typer.Option(envvar=ROLE, help="Your role account, for the record.")] = "retention",
    wait: Annotated[float, typer.Option(min=0, help="Seconds for which to wait for the workers, a page.")] = 60,
    config: ConfigOption = None,
) -> None:
    """Take away what is older than `retention_months` (24 unless set), counted from when a post was published.

    Posts go, and what only they said of an incident; incidents that are closed and have no post left, with their
    history; what crawlers noted of posts and pages that none of their visits meets any more. Nobody is alerted. To be
    run once a day, by a timer; it works in small pages, and goes on where it was when it is run again.
    """
    settings = load(config)
    with kafka_remedy(), elasticsearch_remedy():
        swept = asyncio.run(_sweep(settings, role, wait, dry_run=dry_run))
    verb = "would go" if dry_run else "gone"
    typer.echo(
        f"{verb}: posts {swept.posts}, closed incidents without posts {swept.incidents}, "
        f"marks {swept.marks}, crawlers' notes {swept.notes}"
    )
    if swept.foreign:
        complain(
            f"nobody owns {', '.join(swept.foreign)}: the deployment does not serve it, and what is as old there "
            "stays; add its file, restart the workers, run this again"
        )
    if swept.waiting:
        complain(f"{swept.waiting} documents wait for their workers: see that `xiangyin work` runs, run this again")
        raise typer.Exit(exits.TEMPORARY)
    if swept.foreign:
        raise typer.Exit(exits.BAD_INPUT)


async def _sweep(settings: Settings, role: str, wait: float, *, dry_run: bool) -> Swept:
    async with opened(settings, role=role) as sweeper:
        return await sweeper.would() if dry_run else await sweeper.sweep(wait)
