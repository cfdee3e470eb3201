"""`xiangyin source list`."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

import typer
from msgspec.structs import replace
from rich.table import Table

from deploy.cli import exits
from deploy.cli.options import ConfigOption
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

STANDING: Final = {
    "few": "fell silent",
    "many": "louder than expected",
    "barren": "pages without posts",
    "bare": "posts lack what they had",
    "failing": "cannot be read",
    "erring": "pages fail",
    "mute": "nothing new for weeks",
}
"""Trouble in words of the table; a new one stands as it is called."""

COUNTED: Final = ("listed", "published", "unchanged", "unread")
"""Counts of today that are shown, of all visits: what each of them lists anew is `unchanged`."""

LONGEST: Final = timedelta(hours=1)
"""For which a source is left alone that fails."""

A_DAY: Final = timedelta(days=1)


@app.command()
def command(config: ConfigOption = None) -> None:
    """How every source stands, and which part of what all visits of today listed is published, today or before."""
    settings = load(config)
    found = sources.read_all(settings.sources, townships.codes(settings.townships))
    found = {name: replace(each, hours=each.hours or settings.hours or None) for name, each in found.items()}
    now, stands = SystemClock().now(), asyncio.run(_stands(settings, found))
    table = Table("source", "kind", "townships", "last visit", "stands", *COUNTED, "coverage")
    for name, source in sorted(found.items()):
        table.add_row(name, *_row(source, *stands[name], now))
    show(table)
    if any(trouble(found[name], head, now) for name, (head, _) in stands.items()):
        raise typer.Exit(exits.BAD_INPUT)


def trouble(source: AnySource, head: Head, now: datetime) -> str:
    """What is wrong with a source in words of the table; empty when nothing is.

    A crawler that stands still tells nobody: that a source was not visited for longer than it explains is trouble, too.
    """
    head = head.believed(now)
    if head.visited is None:
        return "never visited"
    patience = 3 * timedelta(seconds=source.schedule) + source.night + LONGEST
    if not head.walked and not head.failures:
        patience += A_DAY  # Its visit was cut short, so it may wait for tomorrow's requests.
    if now - max(head.visited, head.closed or head.visited) > patience:
        return f"not visited since {_time(source, head.visited)}"
    name = head.watch.trouble
    return f"{STANDING.get(name, name)} since {_time(source, head.watch.since)}" if name else ""


async def _stands(settings: Settings, found: dict[str, AnySource]) -> dict[str, tuple[Head, Day | None]]:
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


def _row(source: AnySource, head: Head, day: Day | None, now: datetime) -> list[str]:
    coverage = day.coverage if day else None
    counts = day.counts if day else {}
    well = f"well, but for {head.failures} failed visits in a row" if head.failures else "well"
    return [
        type(source).__name__.lower(),
        " ".join(source.served),
        _time(source, head.visited) or "never",
        trouble(source, head, now) or well,
        *(str(counts.get(name, 0)) for name in COUNTED),
        "" if coverage is None else f"{coverage:.0%}",
    ]


def _time(source: AnySource, time: datetime | None) -> str:
    return f"{time.astimezone(source.zone):%Y-%m-%d %H:%M}" if time else ""
