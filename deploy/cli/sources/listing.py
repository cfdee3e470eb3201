"""`xiangyin source list`."""

import asyncio
from typing import Final

import typer
from msgspec.structs import replace
from rich.table import Table

from deploy.cli import exits
from deploy.cli.options import ConfigOption
from deploy.cli.sources.standing import coverage, last_visit, standing, time_at
from deploy.cli.sources.tables import show
from deploy.keys import notebook
from deploy.settings import sources, townships
from deploy.settings.deployment import Settings, load
from deploy.wiring.clock import SystemClock
from streams.crawl.day import Day
from streams.crawl.memory import Head
from streams.elasticsearch.client import connect
from streams.elasticsearch.sources import ElasticsearchMemory
from streams.source import AnySource

app = typer.Typer(add_completion=False)

COUNTED: Final = ("listed", "published", "unchanged", "unread")
"""Counts of today that are shown, of all visits: what each of them lists anew is `unchanged`."""


@app.command()
def command(config: ConfigOption = None) -> None:
    """How every source stands, and why; which part of what all visits of today listed is published, today or before.

    Ends with 1 when a source stands badly.
    """
    settings = load(config)
    found = sources.read_all(settings.sources, townships.codes(settings.townships))
    found = {name: replace(each, hours=each.hours or settings.hours or None) for name, each in found.items()}
    now, known = SystemClock().now(), asyncio.run(_known(settings, found))
    stands = {name: standing(source, *known[name], now) for name, source in found.items()}
    table = Table("source", "kind", "townships", "last visit", "stands", *COUNTED, "coverage")
    for name, source in sorted(found.items()):
        table.add_row(name, *_row(source, *known[name], stands[name].words))
    show(table)
    if any(each.is_bad for each in stands.values()):
        raise typer.Exit(exits.BAD_INPUT)


async def _known(settings: Settings, found: dict[str, AnySource]) -> dict[str, tuple[Head, Day | None]]:
    clock = SystemClock()
    client = await connect(settings.access())
    try:
        memory = ElasticsearchMemory(
            client, server=settings.elasticsearch, deployment=settings.name, notebook=notebook(settings)
        )
        days = await memory.days({name: clock.now().astimezone(each.zone).date() for name, each in found.items()})
        return {name: (await memory.head(name), days.get(name)) for name in found}
    finally:
        await client.close()


def _row(source: AnySource, head: Head, day: Day | None, words: str) -> list[str]:
    counts = [str(day.counts.get(name, 0)) if day else "" for name in COUNTED]
    kind, last = type(source).__name__.lower(), time_at(source, last_visit(source, head)) or "never"
    return [kind, " ".join(source.served), last, words, *counts, coverage(day)]
