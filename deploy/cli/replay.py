"""`xiangyin replay`."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from typing import Annotated, Final

import typer
from aiolimiter import AsyncLimiter
from msgspec.structs import replace
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from deploy import knowledge, replaying
from deploy.cli import complain
from deploy.cli.options import ConfigOption
from deploy.cli.remedy import elasticsearch_remedy, kafka_remedy
from deploy.forgotten import open_list, remembered
from deploy.keys import door
from deploy.producing import open_log
from deploy.reading import moment
from deploy.settings import townships
from deploy.settings.deployment import Settings, load
from streams.elasticsearch.client import connect
from streams.elasticsearch.stored import Span, StoredPosts
from streams.errors import Misconfigured
from streams.identity import padded
from streams.matter import Deployment
from streams.topics import BACKFILL, topic

app = typer.Typer(add_completion=False)

RAISE: Final = "to judge them anew raise `generation` in the deployment's file and restart all workers"

DONE: Final = (
    'the workers judge them while nothing live waits; when xiangyin_lag{role="backfill"} is 0, run the same command '
    "again: what is left then met a worker that was not restarted, whose log says `a replay is left as it is`"
)


@app.command()
def command(
    since: Annotated[str, typer.Option(help="Posts published then or later: 2026-03-01, or RFC 3339.")],
    until: Annotated[str | None, typer.Option(help="And before then.", show_default=False)] = None,
    township: Annotated[str | None, typer.Option(help="Of this township.", show_default=False)] = None,
    every: Annotated[bool, typer.Option("--all", help="Of every township that the deployment serves.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Publish nothing: judge here, say what changes.")] = False,
    rate: Annotated[float, typer.Option(min=10, help="Posts a second, at most.")] = 1000,
    config: ConfigOption = None,
) -> None:
    """Judge stored posts anew, by the newer models of this version.

    First upgrade, raise `generation` in the deployment's file, and restart all workers. The posts go through .backfill
    into their own documents, while nothing live waits. They alert nobody, count once, keep their dates and their
    incidents; what officers decided stays. Ended half way it goes on where it was when it is run again.
    """
    settings = load(config)
    span = Span(
        townships=_townships(settings, township, every=every), since=_time(since), until=_time(until) if until else None
    )
    with kafka_remedy(), elasticsearch_remedy():
        asyncio.run(_compare(settings, span) if dry_run else _replay(settings, span, rate))


async def _compare(settings: Settings, span: Span) -> None:
    served = townships.read_all(settings.townships)
    known = knowledge.knowledge(served, Deployment(settings.name), door(settings))
    changes = replaying.Changes()
    async with _stored(settings) as posts:
        total, behind = await posts.count(span), await posts.count(_below(span, settings))
        async with aclosing(posts.read(span)) as reading:
            with _progress() as progress:
                task = progress.add_task("judging", total=total)
                async for block in replaying.blocks(reading):
                    changes.see(block, known)
                    progress.advance(task, len(block))
    typer.echo(f"stored: {total} posts, {behind} of them judged before generation {settings.generation}")
    for line in changes.lines():
        typer.echo(line)
    if behind < total:
        typer.echo(f"generation is {settings.generation}: a replay leaves the {total - behind} that have it; {RAISE}")


async def _replay(settings: Settings, span: Span, rate: float) -> None:
    limiter, sent = AsyncLimiter(replaying.BLOCK, replaying.BLOCK / rate), 0
    kept = door(settings)
    async with _stored(settings) as posts, open_log(settings) as log, open_list(settings) as listed:
        total, behind = await posts.count(span), _below(span, settings)
        wanted = await posts.count(behind)
        if total and not settings.generation:
            raise Misconfigured(f"generation is 0, as of all stored posts: {RAISE}")
        async with aclosing(posts.read(behind)) as reading:
            with _progress() as progress:
                task = progress.add_task(f"into {topic(settings.name, BACKFILL)}", total=wanted)
                async for found in replaying.blocks(reading):
                    await limiter.acquire(len(found))
                    block = await remembered(listed, [(each, replaying.keys(each, kept)) for each in found])
                    refused = await log.send_what_fits([replaying.message(each, settings.generation) for each in block])
                    for number in refused:
                        post = block[number].post
                        complain(f"post {post.id} of {post.source}: larger than the topic takes (max.message.bytes)")
                    sent += len(block) - len(refused)
                    progress.advance(task, len(found))
    typer.echo(f"stored {total}, of generation {settings.generation} already {total - wanted}, published {sent}")
    if sent:
        typer.echo(DONE)


@asynccontextmanager
async def _stored(settings: Settings) -> AsyncIterator[StoredPosts]:
    client = await connect(settings.access())
    try:
        yield StoredPosts(client, server=settings.elasticsearch, deployment=settings.name)
    finally:
        await client.close()


def _below(span: Span, settings: Settings) -> Span:
    return replace(span, below=settings.generation)


def _townships(settings: Settings, given: str | None, *, every: bool) -> Collection[str]:
    served = knowledge.with_inboxes(townships.read_all(settings.townships))
    if every == (given is not None):
        raise typer.BadParameter("name one township with --township CODE, or all with --all")
    if given is None:
        return served
    if padded(given) not in served:
        named = ", ".join(f"{code} {each.name}" for code, each in served.items())
        raise typer.BadParameter(f"--township must be one of: {named}")
    return [padded(given)]


def _time(said: str) -> datetime:
    try:
        return moment(said)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))
