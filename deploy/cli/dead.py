"""`xiangyin dead`."""

import asyncio
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Annotated, Final

import typer
from msgspec import DecodeError, Struct, json

from deploy import letters
from deploy.cli import complain, exits, letter
from deploy.cli.options import ConfigOption
from deploy.cli.remedy import elasticsearch_remedy, kafka_remedy
from deploy.cli.wanted import check
from deploy.keys import door
from deploy.reading import moment
from deploy.settings.deployment import ROLE, Settings, load
from streams.batch.letters import Original
from streams.batch.register import Standing, Wanted
from streams.errors import Refused, Unreadable
from streams.identity import padded
from streams.portions import portions

app = typer.Typer(add_completion=False, no_args_is_help=True)

IdsArgument = Annotated[
    list[str],
    typer.Argument(metavar="ID...", help="Letters as `list` names them; - takes the lines of `list --json`."),
]


def _said(words: str) -> str:
    """What a person said: no mere spaces, which nobody could read later in `.operations`."""
    if not words.strip():
        raise typer.BadParameter("must not be empty")
    return words.strip()


ByOption = Annotated[str, typer.Option(envvar=ROLE, callback=_said, help="Your role account, never a person's name.")]

UNKNOWN: Final = "there is no such letter; `xiangyin dead list --all` shows those that Kafka still keeps"

NAMED: Final = 20
"""Letters whose trouble is printed; of the others only their number."""


@app.callback()
def _group() -> None:
    """Dead letters: records that could not be processed. Look at them, send them again, or be done with them."""


@app.command("list")
def list_(
    step: Annotated[str | None, typer.Option(help="Only of this step.", show_default=False)] = None,
    reason: Annotated[
        str | None, typer.Option(help=f"Only of this reason: {', '.join(letter.REMEDIES)}.", show_default=False)
    ] = None,
    error: Annotated[str | None, typer.Option(help="Only with these words in the error.", show_default=False)] = None,
    source: Annotated[str | None, typer.Option(help="Only of this source.", show_default=False)] = None,
    township: Annotated[str | None, typer.Option(help="Only of this township.", show_default=False)] = None,
    since: Annotated[str | None, typer.Option(help="Only of records that came at 2026-03-01 or later.")] = None,
    until: Annotated[str | None, typer.Option(help="Only of records that came before.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also those that were sent again or dropped.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, all of them.")] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Only so many, the newest; the table shows 50.", show_default=False)
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Show the open letters: those that nobody has sent again or dropped. One that died again is a new letter."""
    if reason is not None and reason not in letter.REMEDIES:
        raise typer.BadParameter(f"--reason must be one of: {', '.join(letter.REMEDIES)}")
    wanted = Wanted(
        step=step, reason=reason, error=error, source=source, township=township and padded(township),
        since=_time(since), until=_time(until),
    )  # fmt: skip
    settings = load(config)
    cabinet = _cabinet(settings)
    check(wanted, cabinet.letters, settings)
    among = [each for each in cabinet.letters if every or each.is_open]
    found = [each for each in among if wanted.has(each.letter)]
    if as_json:
        for each in letter.newest(found, limit or len(found)):
            typer.echo(json.encode(letter.plain(each)).decode())
    elif found:
        letter.table(found, limit or letter.ROWS, settings.name)
    else:
        kind = "letters" if every else "open letters"
        typer.echo(f"none of {len(among)} {kind} is like that" if among else "no dead letters")
    if cabinet.foreign:
        complain(f"{cabinet.foreign} records of {settings.name}.dead are no letters: another program writes there")


@app.command()
def show(
    identity: Annotated[str, typer.Argument(metavar="ID", help="As `list` names it.")],
    raw: Annotated[bool, typer.Option("--raw", help="The record's value alone, byte for byte.")] = False,
    config: ConfigOption = None,
) -> None:
    """Show a letter in full: its record, unmasked, opened with the deployment's key; its trace; what to do."""
    settings = load(config)
    cabinet, trouble = _cabinet(settings), _Trouble(settings)
    if (each := letters.found(letters.by_id(cabinet.letters), identity, settings.name)) is None:
        trouble.name(identity, UNKNOWN)
        raise typer.Exit(exits.BAD_INPUT)
    with kafka_remedy(), elasticsearch_remedy():
        original = asyncio.run(_original(settings, each))
    if isinstance(original, Unreadable):
        trouble.name(identity, f"{original}; drop it")
        raise typer.Exit(exits.BAD_INPUT)
    if raw:
        typer.get_binary_stream("stdout").write(original.value or b"")
    else:
        letter.full(each, original, letters.line(cabinet.letters, each.letter), settings.name)


@app.command()
def retry(
    ids: IdsArgument,
    by: ByOption,
    again: Annotated[bool, typer.Option("--again", help="Also records that have died again after a retry.")] = False,
    because: Annotated[str, typer.Option(help="What has been mended.", show_default=False)] = "",
    config: ConfigOption = None,
) -> None:
    """Send records back to the topic that they came from: the same bytes, key and headers, and a note of their deaths.

    One that dies again has a new letter, which says so; only --again sends it a third time.
    """
    settings, ids = load(config), _given(ids)
    trouble = _Trouble(settings)
    ready = list[Standing]()
    for each in _open_ones(settings, ids, trouble):
        if again or not each.letter.retries:
            ready.append(each)
        else:
            trouble.name(each.letter.id, f"has died {each.letter.retries + 1} times; with --again it is sent once more")
    with kafka_remedy(), elasticsearch_remedy():
        sent = asyncio.run(_retry(settings, ready, trouble, by=by, because=because)) if ready else 0
    typer.echo(f"sent again: {sent}" + (sent > 0) * "; what dies again has a new letter: xiangyin dead list")
    trouble.end()


@app.command()
def drop(
    ids: IdsArgument,
    because: Annotated[str, typer.Option(callback=_said, help="Why; kept with your role in .operations.")],
    by: ByOption,
    config: ConfigOption = None,
) -> None:
    """Be done with letters: they are listed no more, and stay in the log until retention takes them."""
    settings, ids = load(config), _given(ids)
    trouble = _Trouble(settings)
    chosen = _open_ones(settings, ids, trouble)
    with kafka_remedy(), elasticsearch_remedy():
        asyncio.run(_drop(settings, chosen, by=by, because=because))
    typer.echo(f"dropped: {len(chosen)}")
    trouble.end()


class _Trouble:
    """Names letters that could not be dealt with, the first of them one by one."""

    def __init__(self, settings: Settings) -> None:
        self._deployment, self._number = settings.name, 0

    def name(self, identity: str, why: str) -> None:
        self._number += 1
        if self._number <= NAMED:
            complain(f"{letter.short(identity, self._deployment)}: {why}")

    def end(self) -> None:
        """End with exit code 1 when there was any."""
        if self._number > NAMED:
            complain(f"and {self._number - NAMED} more letters")
        if self._number:
            raise typer.Exit(exits.BAD_INPUT)


def _cabinet(settings: Settings) -> letters.Cabinet:
    with kafka_remedy():
        return asyncio.run(letters.cabinet(settings))


def _open_ones(settings: Settings, ids: list[str], trouble: _Trouble) -> list[Standing]:
    """The letters of these ids that are open, each once."""
    cabinet, chosen = _cabinet(settings).letters, dict[str, Standing]()
    known = letters.by_id(cabinet)
    for identity in ids:
        each = letters.found(known, identity, settings.name)
        if each is None:
            trouble.name(identity, UNKNOWN)
        elif not each.is_open:
            newest = letters.line(cabinet, each.letter)[-1]
            now = f"; its letter is now {letter.short(newest.letter.id, settings.name)}" if newest.is_open else ""
            trouble.name(identity, f"was already {letter.told(each)}{now}")
        else:
            chosen[each.letter.id] = each
    return list(chosen.values())


def _given(ids: list[str]) -> list[str]:
    """The ids on the command line or on standard input; ends with 0, and says so, where there are none."""
    if ids == ["-"] and not (ids := list(_lines(sys.stdin))):
        typer.echo("no letters were given: standard input is empty")
        raise typer.Exit
    return ids


def _lines(lines: Iterable[str]) -> Iterator[str]:
    """The ids in lines of `list --json`, or ids as they are."""
    for each in filter(None, map(str.strip, lines)):
        try:
            yield json.decode(each, type=_Named).id if each.startswith("{") else each
        except DecodeError as error:
            raise typer.BadParameter(f"standard input is not as `list --json` writes it: {error}") from None


class _Named(Struct):
    id: str


async def _original(settings: Settings, each: Standing) -> Original | Unreadable:
    found = [original async for _, original in letters.originals(settings, [each])]
    original = found[0] if found else Unreadable("retention has just deleted it")
    if isinstance(original, Original) and await _is_forgotten(settings, original):
        return Unreadable(letters.FORGOTTEN)
    return original


async def _is_forgotten(settings: Settings, original: Original) -> bool:
    from deploy.forgotten import open_list  # noqa: PLC0415 - as in `_drop`

    if not (keys := letters.keys_of(original, door(settings))):
        return False
    async with open_list(settings) as listed:
        return bool(await listed.among(keys))


async def _retry(settings: Settings, chosen: Sequence[Standing], trouble: _Trouble, *, by: str, because: str) -> int:
    from deploy.desk import AT_ONCE, opened  # noqa: PLC0415 - as in `_drop`

    sent = 0
    async with opened(settings, by=by, reason=because) as desk:
        for some in portions(chosen, lambda _: 1, AT_ONCE):
            taken = await desk.claim([each.letter for each in some])
            for each in some:
                if other := taken.get(each.letter.identity):
                    trouble.name(each.letter.id, letter.has(other))
            ours = [each for each in some if each.letter.identity not in taken]
            async for each, original in letters.originals(settings, ours):
                if isinstance(original, Unreadable):
                    trouble.name(each.letter.id, f"{original}; drop it")
                    continue
                try:
                    await desk.retry(each.letter, original)
                    sent += 1
                except Refused as refused:
                    trouble.name(each.letter.id, str(refused))
    return sent


async def _drop(settings: Settings, chosen: Sequence[Standing], *, by: str, because: str) -> None:
    from deploy.desk import opened  # noqa: PLC0415 - Elasticsearch's client takes a second, and who only looks needs none

    async with opened(settings, by=by, reason=because) as desk:
        for each in chosen:
            await desk.drop(each.letter)


def _time(said: str | None) -> datetime | None:
    try:
        return moment(said) if said else None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
