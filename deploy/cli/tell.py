"""`xiangyin tell`."""

import asyncio
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from deploy import logs
from deploy.cli import complain, exits
from deploy.cli.options import ConfigOption
from deploy.cli.remedy import elasticsearch_remedy, kafka_remedy
from deploy.keys import notebook
from deploy.settings import sources, townships
from deploy.settings.deployment import Settings, load
from deploy.wiring.crawler import open_entrance
from streams.crawl.ledger import Ledger
from streams.errors import Busy
from streams.pages.dates import is_ahead, time_of
from streams.push.take import Taken, take
from streams.source import Manual

_BESIDE: Final = frozenset({"listed", "visits", "cut"})
"""Counts that do not say why a note was not published."""

app = typer.Typer(add_completion=False)


@app.command()
def command(
    source: Annotated[str, typer.Argument(help="A source of kind manual.")],
    text: Annotated[str, typer.Argument(help="What was said, literally; - reads it from standard input.")],
    title: Annotated[str, typer.Option(help="Its title, where it has one.")] = "",
    url: Annotated[str, typer.Option(help="Where it can be read.")] = "",
    author: Annotated[str, typer.Option(help="Who said it; only a pseudonym is kept.")] = "",
    published: Annotated[
        str | None,
        typer.Option(help="When it was said, as 2026-03-01 08:15 or 昨天下午3点; else now.", show_default=False),
    ] = None,
    identity: Annotated[
        str | None,
        typer.Option("--id", help="To correct it; else by its address, author and words.", show_default=False),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Publish what a clerk read in public or was told. It passes the door, is judged and may alert as any post."""
    settings = load(config)
    logs.aside()
    said = (sys.stdin.read() if text == "-" else text).strip()
    if not said:
        raise typer.BadParameter("there is no text")
    desk = _source(settings, source)
    identity = identity or _identity(settings, source, url, author, title, said)
    item = {"id": identity, "title": title, "body": said, "url": url, "author": author}
    if published:
        item["published"] = _moment(published, desk, datetime.now(UTC))
    with kafka_remedy(), elasticsearch_remedy():
        taken = asyncio.run(_take(settings, desk, json.dumps([item]).encode()))
    if taken.unreadable:
        complain(f"it was not published: {taken.unreadable}")
        raise typer.Exit(exits.BAD_INPUT)
    became, done = what_became(taken.counts)
    if not done:
        complain(f"it was not published: {became}")
        raise typer.Exit(exits.BAD_INPUT)
    typer.echo(f"{became}: {item['id']}")


def _identity(settings: Settings, source: str, *said: str) -> str:
    """Of all that was said: at one address many speak. Readers see it, so it is keyed: it proves no guess."""
    return notebook(settings).name("told", source, *said)[:16]


def what_became(counts: Mapping[str, int]) -> tuple[str, bool]:
    """What the counts of one note say, and whether it stands now as it was told."""
    if counts.get("published"):
        return "corrected" if counts.get("edited") else "published", True
    if counts.get("unchanged"):
        return "already known", True
    if counts.get("forgotten"):
        return "somebody asked that it, or its author, be forgotten", False
    if counts.get("outdated"):
        return "later words of it stand", False
    return ", ".join(name for name in counts if name not in _BESIDE) or "nothing of it was taken", False


async def _take(settings: Settings, source: Manual, body: bytes) -> Taken:
    async with open_entrance(settings) as way:
        taken = await take(source, way, body)
        try:
            await Ledger([source], way.memory, way.counts, way.clock, way.crawler).keep()
        except Busy as busy:
            complain(f"the source's health does not count it: {busy}")
        return taken


def _moment(text: str, source: Manual, now: datetime) -> str:
    """The moment that a clerk means, read as sources' pages are: 昨天下午3点, too."""
    found = time_of(text, source.zone, now)
    if found is None:
        raise typer.BadParameter(f"--published: {text!r} names no time; write 2026-03-01 08:15, or 昨天下午3点")
    if is_ahead(found, now):
        raise typer.BadParameter(f"--published: {text!r} is yet to come")
    return found.isoformat()


def _source(settings: Settings, name: str) -> Manual:
    found = sources.read_all(settings.sources, townships.read_all(settings.townships))
    named = {each.name: each for each in found.values() if isinstance(each, Manual)}
    if name not in named:
        known = (
            ", ".join(sorted(named)) or f"none yet: write {settings.sources / Path(name).name}.yaml with kind: manual"
        )
        raise typer.BadParameter(f"{name!r} is no source of kind manual; there are: {known}")
    return named[name]
