"""`xiangyin source try`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from deploy.cli import complain, exits, hint
from deploy.cli.options import ConfigOption
from deploy.cli.sources.tables import counted, show
from deploy.settings import sources, townships
from deploy.settings.deployment import Settings, load
from deploy.wiring.web import open_web
from streams.crawl.way import Web
from streams.pages.dates import is_ahead
from streams.push.nowhere import Nowhere
from streams.source import AnySource, Folder, Manual, Webhook
from streams.township import Township

if TYPE_CHECKING:
    from deploy.trying import Tried

app = typer.Typer(add_completion=False)

SHOWN: Final = 10
"""Posts of a try that are shown."""

WIDTH: Final = 60
"""Characters of a post that are shown."""

ZONE: Final = ZoneInfo("Asia/Shanghai")
"""In which times are shown, whatever a source says of its own."""


@app.command()
def command(
    name: Annotated[str, typer.Argument(help="A source's name, or the path of a source's file.")],
    requests: Annotated[int, typer.Option(min=1, max=100, help="Pages that are fetched, at most.")] = 10,
    message: Annotated[
        Path | None,
        typer.Option(help="Of a webhook: a file with a message as the program sends it.", exists=True, dir_okay=False),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Read a source as the crawler would, and show what would be published; nothing is. Nothing found is code 1."""
    settings = load(config)
    source = _source(settings, name)
    body = _brought(source, message)
    towns = townships.read_all(settings.townships)
    from deploy.trying import remarks  # noqa: PLC0415 - the models take a second; what is wrong before is said at once

    found = asyncio.run(_tried(settings, source, towns, requests, body))
    _show(source, found, towns)
    for remark in remarks(source, found, requests):
        complain(remark)
    for remark in _hints(source, found):
        hint(remark)
    if not found.posts:
        raise typer.Exit(exits.BAD_INPUT)


async def _tried(
    settings: Settings, source: AnySource, towns: dict[str, Township], requests: int, body: bytes | None
) -> "Tried":
    from deploy.trying import tried  # noqa: PLC0415 - as above

    async with _web(settings, source) as web:
        return await tried(settings, source, web, towns.values(), requests, body)


@asynccontextmanager
async def _web(settings: Settings, source: AnySource) -> AsyncIterator[Web]:
    """Where the source's pages come from: what is brought needs no site, and no contact to be named there."""
    if isinstance(source, Folder | Webhook):
        yield Nowhere()
        return
    async with open_web(settings) as web:
        yield web


def _brought(source: AnySource, message: Path | None) -> bytes | None:
    """The message to be tried, of a webhook alone."""
    if isinstance(source, Manual):
        raise typer.BadParameter(f"{source.name!r} is what clerks write: `xiangyin tell {source.name}` publishes it")
    if isinstance(source, Webhook) and message is None:
        raise typer.BadParameter(f"{source.name!r} is brought by a program: give a message of it, --message FILE")
    if not isinstance(source, Webhook) and message is not None:
        raise typer.BadParameter(f"--message is for webhooks; {source.name!r} is read from {source.url}")
    return message.read_bytes() if message else None


def _show(source: AnySource, found: "Tried", towns: dict[str, Township]) -> None:
    table = Table("township", "kind", "published", "author", "what it says")
    for post in found.posts[:SHOWN]:
        town = towns.get(post.township)
        said = " ".join(f"{post.title} {post.body}".split())
        row = [
            f"{town.name if town else 'inbox of the county'} {post.township}",
            post.kind,
            _time(post.published) if post.published else "not said",
            "pseudonym" if post.author else "none",
            said[:WIDTH] + "…" * (len(said) > WIDTH),
        ]
        table.add_row(*row)
    show(table)
    pages, listed = len(found.seen), found.counts.get("listed", 0)
    shown = f", of which these are the first {SHOWN}" if len(found.posts) > SHOWN else ""
    what = "file" if isinstance(source, Folder) else "message" if isinstance(source, Webhook) else "page"
    seen = f"{counted(pages, what)}, {counted(listed, 'post')} listed"
    typer.echo(f"{seen}, {len(found.posts)} would be published{shown}")
    if times := [post.published for post in found.posts if post.published]:
        typer.echo(f"the newest is of {_time(max(times))}, {_away(max(times), datetime.now(UTC))}")


def _time(time: datetime) -> str:
    return f"{time.astimezone(ZONE):%Y-%m-%d %H:%M} +08:00"


def _away(time: datetime, now: datetime) -> str:
    """How far a time is from now, in the largest unit of which there are two."""
    seconds = abs((now - time).total_seconds())
    units = ((86400, "day"), (3600, "hour"), (60, "minute"))
    size, unit = next((each for each in units if seconds >= 2 * each[0]), units[-1])
    far = counted(int(seconds // size), unit)
    return f"{far} ago" if not is_ahead(time, now) else f"{far} in the future: look at `time` and `timezone`"


def _hints(source: AnySource, found: "Tried") -> list[str]:
    said: list[str] = []
    if found.unused:
        said.append(f"nobody uses {', '.join(found.unused)}: use them, or write them under `ignores`")
    if not source.permission and (not source.licence or source.licence.startswith(("unknown:", "permission:"))):
        said.append("`licence` is empty, unknown or wants a permission: write by which right it is read")
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
    return found
