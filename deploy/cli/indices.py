"""`xiangyin indices`."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Final

import typer
from elasticsearch import AsyncElasticsearch

from deploy import templates
from deploy.cli import complain, exits
from deploy.cli.options import ConfigOption
from deploy.cli.remedy import elasticsearch_remedy
from deploy.settings import townships
from deploy.settings.deployment import Settings, load
from streams.elasticsearch.client import connect
from streams.elasticsearch.failures import busy_when_away
from streams.elasticsearch.indices import Wanted, differences
from streams.elasticsearch.indices import create as create_indices
from streams.elasticsearch.locks import Lock, at_work
from streams.elasticsearch.mover import Mover
from streams.elasticsearch.moves import Family, Move, families
from streams.identity import padded

app = typer.Typer(add_completion=False, no_args_is_help=True)

REQUEST_SECONDS: Final = 120.0
"""A whole index is scanned and refreshed; nobody waits for the answer but the person who asked."""

TownshipOption = Annotated[str | None, typer.Option("--township", help="Only the indices of this township.")]
KindOption = Annotated[
    str | None, typer.Option("--kind", help="Only indices of this kind: posts, incidents, history, marks, ...")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Take over from a run that died.")]


@app.callback()
def _group() -> None:
    """Indices of the deployment."""


@app.command()
def create(config: ConfigOption = None) -> None:
    """Put the templates, create the indices that are missing, name what differs. Running it again changes nothing."""
    settings = load(config)
    with elasticsearch_remedy():
        done, differing = asyncio.run(_create(settings))
    for line in done:
        typer.echo(line)
    for line in differing:
        complain(line)
    if not done and not differing:
        typer.echo(f"all indices of {settings.name} are there, as the templates say")
    if differing:
        raise typer.Exit(exits.BAD_INPUT)


@app.command()
def rebuild(
    config: ConfigOption = None,
    township: TownshipOption = None,
    kind: KindOption = None,
    *,
    dry_run: DryRunOption = False,
    resume: ResumeOption = False,
) -> None:
    """Copy what was made by an older template into new indices, while workers go on; the old ones are kept."""
    settings = load(config)
    _move(settings, _chosen(settings, township, kind), Family.ahead, dry_run=dry_run, resume=resume)


@app.command()
def back(
    config: ConfigOption = None,
    township: TownshipOption = None,
    kind: KindOption = None,
    *,
    dry_run: DryRunOption = False,
    resume: ResumeOption = False,
) -> None:
    """Return to the indices that the last rebuild replaced, with all that was written since."""
    settings = load(config)
    _move(settings, _chosen(settings, township, kind), Family.back, dry_run=dry_run, resume=resume)


@app.command()
def prune(config: ConfigOption = None, *, dry_run: DryRunOption = False) -> None:
    """Delete the indices that were kept to go back to."""
    settings = load(config)
    with elasticsearch_remedy():
        gone, held = asyncio.run(_prune(settings, dry_run=dry_run))
    for name in gone:
        typer.echo(f"{'would delete' if dry_run else 'deleted'} {name}")
    for name in held:
        typer.echo(f"{name} stays: a run moves it; if it has died: xiangyin indices rebuild --resume")
    if not gone and not held:
        typer.echo(f"no index of {settings.name} is kept")


def _chosen(settings: Settings, township: str | None, kind: str | None) -> list[Wanted]:
    """The indices that are meant. Raises BadParameter when none is."""
    wanted = templates.indices(settings.name, list(townships.read_all(settings.townships)))
    ending = f"-{padded(township)}" if township else ""
    found = [each for each in wanted if kind in (None, each.template.kind) and each.aliases[0].endswith(ending)]
    if not found:
        kinds = ", ".join(sorted({each.template.kind for each in wanted}))
        raise typer.BadParameter(f"no such index; townships are in {settings.townships}, kinds: {kinds}")
    return found


def _move(
    settings: Settings, wanted: list[Wanted], way: Callable[[Family], Move | None], *, dry_run: bool, resume: bool
) -> None:
    with elasticsearch_remedy():
        moved = asyncio.run(_move_all(settings, wanted, way, dry_run=dry_run, resume=resume))
    if not moved:
        typer.echo("nothing to do")


async def _create(settings: Settings) -> tuple[list[str], list[str]]:
    wanted = templates.indices(settings.name, list(townships.read_all(settings.townships)))
    async with _connected(settings) as client:
        done = await create_indices(client, settings.elasticsearch, settings.name, wanted)
        return done, await differences(client, settings.elasticsearch, wanted)


async def _move_all(
    settings: Settings, wanted: list[Wanted], way: Callable[[Family], Move | None], *, dry_run: bool, resume: bool
) -> bool:
    """Move one index after another, so that writers wait for one at a time; whether there was anything to do."""
    found = False
    async with _connected(settings) as client:
        mover = Mover(client, settings.elasticsearch, secrets.token_hex(4))
        for each in wanted:
            # Read when its turn comes: those before it may have taken hours.
            (family,) = await families(client, settings.elasticsearch, [each])
            if family.held:
                found = True
                if not resume:
                    raise at_work(family.held)
                if not dry_run:
                    await mover.free(family)
                typer.echo(f"{' and '.join(family.held)}: {'to be ' if dry_run else ''}taken from a run that died")
            if move := way(family):
                found = True
                typer.echo(f"{move.source} -> {move.target}" + ("" if dry_run else await _moved(mover, move)))
    return found


async def _moved(mover: Mover, move: Move) -> str:
    done = await mover.move(move)
    return f": {done.documents} documents, {done.copied} copied, writers waited {done.still:.1f} s"


async def _prune(settings: Settings, *, dry_run: bool) -> tuple[list[str], list[str]]:
    """The indices that were deleted, and those that runs of a command have."""
    wanted = templates.indices(settings.name, list(townships.read_all(settings.townships)))
    gone, held = list[str](), list[str]()
    async with _connected(settings) as client:
        lock = Lock(client, secrets.token_hex(4))
        for family in await families(client, settings.elasticsearch, wanted):
            current = family.current  # Where there is none, what looks kept may hold the only copy: it raises.
            held += [name for name in family.held if name != current]
            for name in family.kept:
                with busy_when_away(settings.elasticsearch):
                    (gone if dry_run or await lock.delete(name) else held).append(name)
    return gone, held


@asynccontextmanager
async def _connected(settings: Settings) -> AsyncIterator[AsyncElasticsearch]:
    client = await connect(settings.access(), request_seconds=REQUEST_SECONDS)
    try:
        yield client
    finally:
        await client.close()
