"""`xiangyin source try`."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.table import Table

from deploy.cli import complain, exits
from deploy.cli.options import ConfigOption
from deploy.settings import sources, townships
from deploy.settings.deployment import Settings, load
from deploy.wiring.web import open_web
from streams.source import AnySource
from streams.township import Township

if TYPE_CHECKING:
    from deploy.trying import Tried

app = typer.Typer(add_completion=False)

SHOWN: Final = 10
"""Posts of a try that are shown."""

WIDTH: Final = 60
"""Characters of a post that are shown."""


@app.command()
def command(
    name: Annotated[str, typer.Argument(help="A source's name, or the path of a source's file.")],
    requests: Annotated[int, typer.Option(min=1, max=100, help="Pages that are fetched, at most.")] = 10,
    config: ConfigOption = None,
) -> None:
    """Fetch a source as the crawler would, and show what would be published; nothing is. Nothing found is code 1."""
    settings = load(config)
    source = _source(settings, name)
    towns = townships.read_all(settings.townships)
    found = asyncio.run(_tried(settings, source, towns, requests))
    _show(source, found, towns)
    if not found.posts:
        raise typer.Exit(exits.BAD_INPUT)


async def _tried(settings: Settings, source: AnySource, towns: dict[str, Township], requests: int) -> "Tried":
    from deploy.trying import tried  # noqa: PLC0415 - the models take a second; what is wrong before is said at once

    async with open_web(settings) as web:
        return await tried(settings, source, web, towns.values(), requests)


def _show(source: AnySource, found: "Tried", towns: dict[str, Township]) -> None:
    table = Table("township", "kind", "published", "author", "what it says")
    for post in found.posts[:SHOWN]:
        town = towns.get(post.township)
        said = " ".join(f"{post.title} {post.body}".split())
        row = [
            f"{town.name if town else 'inbox of the county'} {post.township}",
            post.kind,
            f"{post.published.astimezone(source.zone):%Y-%m-%d %H:%M}" if post.published else "not said",
            "pseudonym" if post.author else "none",
            said[:WIDTH] + "…" * (len(said) > WIDTH),
        ]
        table.add_row(*row)
    console = Console()
    console.print(table)
    pages, listed = found.counts.get("pages", 0), found.counts.get("listed", 0)
    shown = f", of which these are the first {SHOWN}" if len(found.posts) > SHOWN else ""
    console.print(f"{pages} pages, {listed} posts listed, {len(found.posts)} would be published{shown}")
    for warning in _warnings(source, found):
        complain(warning)


def _warnings(source: AnySource, found: "Tried") -> list[str]:
    unused = sorted(name.removeprefix("unused:") for name in found.signals if name.startswith("unused:"))
    said = [f"{name}: {number} times; docs/sources.md says what it means" for name, number in found.errors.items()]
    said += [f"{name}: {number} times" for name, number in found.signals.items() if not name.startswith("unused:")]
    if unused:
        said.append(f"nobody uses {', '.join(unused)}: use them, or write them under `ignores`")
    if not source.licence and not source.permission:
        said.append("`licence` is empty: write by which right it is read")
    if source.expects is None:
        said.append("`expects` is empty: only its own past will tell when it falls silent")
    return said


def _source(settings: Settings, name: str) -> AnySource:
    """The source of this name, or in this file."""
    codes = townships.codes(settings.townships)
    if name.endswith((".yaml", ".yml")):
        return sources.read(Path(name), codes)
    found = sources.named(settings.sources, name, codes)
    if found is None:
        known = ", ".join(sorted(sources.read_all(settings.sources, codes)))
        raise typer.BadParameter(f"{name!r} is no source of this deployment; there are: {known}")
    if not urlsplit(found.url).hostname:
        raise typer.BadParameter(f"{name!r} is brought, not fetched: there is nothing to try")
    return found
