"""`xiangyin forget`."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

import typer
from msgspec import Struct

from deploy.cli import complain, exits
from deploy.cli.options import ConfigOption
from deploy.cli.remedy import elasticsearch_remedy, kafka_remedy
from deploy.forgetting import Forgetter, Found, Receipt, opened
from deploy.reading import LOCAL
from deploy.settings.deployment import ROLE, Settings, load
from streams.kafka.admin import kept
from streams.privacy.handles import without
from streams.privacy.mask import mask
from streams.privacy.pseudonym import is_pseudonym
from streams.topics import ALERTS, BACKFILL, DEAD, POSTS, topic

app = typer.Typer(add_completion=False)

COPIES: Final = (POSTS, BACKFILL, DEAD, ALERTS)
"""Topics that may hold words of a post."""


NEVER: Final = "never: its retention.ms is -1"


class Wanted(Struct, frozen=True):
    """Whom or what to forget: a post by document id or by source and id, or an author."""

    post: str | None
    source: str | None
    identity: str | None
    pseudonym: str | None
    handle: str | None
    """Of an author in the source."""


@app.command()
def command(
    role: Annotated[str, typer.Option(envvar=ROLE, help="Your role account, never a person's name.")],
    reason: Annotated[str, typer.Option(help="Why; masked, and kept for 30 days in .actions.")],
    post: Annotated[str | None, typer.Option(help="The post's document, _id in Kibana.", show_default=False)] = None,
    source: Annotated[
        str | None, typer.Option(help="Of the post, or the author; with --id or --handle.", show_default=False)
    ] = None,
    identity: Annotated[
        str | None, typer.Option("--id", help="The post's id in its source; with --source.", show_default=False)
    ] = None,
    pseudonym: Annotated[
        str | None, typer.Option(help="All posts of an author: p1-3f0a..., as a post names it.", show_default=False)
    ] = None,
    handle: Annotated[
        bool,
        typer.Option(
            "--handle", help="All posts of an author of --source; the handle is asked for, or read from standard input."
        ),
    ] = False,
    wait: Annotated[float, typer.Option(min=0, help="Seconds for which to wait for the workers.")] = 60,
    config: ConfigOption = None,
) -> None:
    """Forget a post, or all posts of an author: they go out of all stores, and do not come back.

    The list of what was forgotten is written first. Whatever ends this command, running it again finishes; the receipt
    says what was found, and until when Kafka keeps copies that nobody can take out of it.
    """
    wanted, settings = _checked(Wanted(post, source, identity, pseudonym, _handle() if handle else None)), load(config)
    if not role.strip() or not reason.strip():
        raise typer.BadParameter("--role and --reason must not be empty")
    with kafka_remedy(), elasticsearch_remedy():
        masked = mask(without(reason.strip(), wanted.handle))
        receipt, sources = asyncio.run(_forget(settings, wanted, role=role.strip(), reason=masked, wait=wait))
        _print(receipt, settings)
        typer.echo("copies in Kafka, which deletes by age only, are gone by:")
        for each, until in asyncio.run(_copies(settings)).items():
            typer.echo(f"  {each:<24} {until.astimezone(LOCAL).isoformat(' ', 'minutes') if until else NEVER}")
    if receipt.foreign:
        complain(
            f"nobody owns {', '.join(receipt.foreign)}: the deployment does not serve it, and its posts stay; add its "
            "file, restart the workers, run this again"
        )
    if receipt.waiting:
        complain(f"{receipt.waiting} documents wait for their workers: see that `xiangyin work` runs, run this again")
    if receipt.is_vain:
        complain(_in_vain(wanted.source, sources))
        raise typer.Exit(exits.BAD_INPUT)
    if receipt.waiting:
        raise typer.Exit(exits.TEMPORARY)
    if receipt.foreign:
        raise typer.Exit(exits.BAD_INPUT)


def _in_vain(source: str | None, sources: Sequence[str]) -> str:
    """What is said where nothing was found: somebody is told that it is gone, who may have meant another."""
    if source and source not in sources:
        return f"no post of a source {source!r} is stored; there are some of: {', '.join(sources) or 'none'}"
    return "no such post was stored; its key is listed all the same. Should it be there? See what you named"


async def _forget(
    settings: Settings, wanted: Wanted, *, role: str, reason: str, wait: float
) -> tuple[Receipt, Sequence[str]]:
    """What was done; where nothing was found, the sources of which posts are stored."""
    async with opened(settings, role=role, reason=reason) as forgetter:
        receipt = await _forgotten(forgetter, wanted, wait)
        return receipt, await forgetter.sources() if receipt.is_vain else ()


async def _forgotten(forgetter: Forgetter, wanted: Wanted, wait: float) -> Receipt:
    if wanted.pseudonym:
        return await forgetter.author([wanted.pseudonym], wait)
    if wanted.source and wanted.handle:
        return await forgetter.author(forgetter.pseudonyms(wanted.source, wanted.handle), wait)
    if wanted.source and wanted.identity:
        return await forgetter.post(wanted.source, wanted.identity, wait)
    found = await _stored(forgetter, wanted.post or "")
    return await forgetter.post(found.source, found.id, wait, found) if found else Receipt(before=True)


async def _stored(forgetter: Forgetter, document: str) -> Found | None:
    """The post; None where only its mark is left, so that this command can be run again."""
    if found := await forgetter.named(document):
        return found
    if not await forgetter.is_mark(document):
        raise typer.BadParameter(f"no post {document} is stored; name one that is not by --source and --id")
    typer.echo(f"only a mark is left of {document}: it was forgotten, or its time was over")
    return None


def _handle() -> str:
    """Whose posts: never an argument, which stands in the shell's history and in the list of processes."""
    said = typer.prompt("handle", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.read()
    if not (handle := str(said).strip()) or len(handle.splitlines()) > 1:
        raise typer.BadParameter("--handle reads one handle from standard input")
    return handle


def _checked(wanted: Wanted) -> Wanted:
    in_source = [each for each in (wanted.identity, wanted.handle) if each is not None]
    given = [wanted.post is not None, wanted.source is not None or bool(in_source), bool(wanted.pseudonym)]
    if sum(given) != 1 or (given[1] and (wanted.source is None or len(in_source) != 1)):
        raise typer.BadParameter(
            "name one post with --post, or with --source and --id; or an author with --pseudonym, or with --source and "
            "--handle"
        )
    if wanted.pseudonym and not is_pseudonym(wanted.pseudonym):
        raise typer.BadParameter("--pseudonym must be one, as a post's author: p1- and 32 hex digits; never a handle")
    return wanted


def _print(receipt: Receipt, settings: Settings) -> None:
    for store, number in (
        (f"{settings.name}-forgotten", f"keys listed: {receipt.keys}"),
        (f"{settings.name}-posts", f"posts: {receipt.posts}{_answers(receipt)}"),
        (f"{settings.name}-incidents", f"told anew: {receipt.incidents}; their history holds no post's words"),
        (f"{settings.name}-sources", f"crawlers' notes: {receipt.notes}"),
        (topic(settings.name, DEAD), f"letters, not shown or sent any more: {receipt.letters}"),
    ):
        typer.echo(f"{store:<26} {number}")


def _answers(receipt: Receipt) -> str:
    found = f"; offices' answers among them: {receipt.answers}" if receipt.answers else ""
    return found + (f"; answers to what was dropped before: {receipt.late}" if receipt.late else "")


async def _copies(settings: Settings) -> dict[str, datetime | None]:
    """When the last copy in each topic is gone, by the topic's own settings; None: never."""
    longest, now = await kept(settings.kafka_access(), settings.name, COPIES), datetime.now(UTC)
    return {topic(settings.name, role): now + life if (life := longest[role]) else None for role in COPIES}
