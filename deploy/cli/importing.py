"""`xiangyin import`."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from aiolimiter import AsyncLimiter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from deploy.cli import complain, exits, hint
from deploy.cli.options import ConfigOption
from deploy.cli.remedy import elasticsearch_remedy, kafka_remedy
from deploy.importing import FIELDS, Maker, columns_of, missing, modified, rows, told
from deploy.keys import door
from deploy.producing import message, open_log
from deploy.reading import LOCAL
from deploy.settings import townships
from deploy.settings.deployment import Settings, load
from streams.identity import padded
from streams.pages.dates import is_ahead
from streams.pages.spreadsheet import NoSheet, Unreadable
from streams.pages.table import BadRow, LeftSheet
from streams.records import Post
from streams.topics import BACKFILL, POSTS
from streams.township import Township

app = typer.Typer(add_completion=False)

BATCH: Final = 200
NAMED: Final = 20
"""Bad rows that are printed; of the others only their number."""

SHOWN: Final = 10
WIDTH: Final = 60
"""Posts of a dry run, and characters of each."""


@app.command()
def command(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX with a header, or JSONL.", exists=True, dir_okay=False)],
    township: Annotated[
        str | None,
        typer.Option(help="Code of the posts' township; needed where the deployment has several.", show_default=False),
    ] = None,
    source: Annotated[str | None, typer.Option(help="Name of the source; else the file's.", show_default=False)] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=COLUMN", help=f"Which column fills a field: {', '.join(FIELDS)}."),
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="Into .posts, as if published now: these posts alert.")] = False,
    rate: Annotated[float, typer.Option(min=1, help="Posts a second, at most.")] = 2000,
    encoding: Annotated[
        str | None, typer.Option(help="Of a CSV file; else UTF-8 and GBK are told apart.", show_default=False)
    ] = None,
    sheet: Annotated[
        str | None, typer.Option(help="Of an XLSX; else those that are visible and alike.", show_default=False)
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be published, and publish nothing.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Publish posts from a file, and what offices answer. They are judged and indexed; without --live they never alert.

    Every row passes the same door as a crawled post: pseudonym, masks. A row that is no post is named with its line
    on the error stream (the first 20); then the exit code is 1. Importing a file again writes nothing twice.
    """
    settings, columns = load(config), _columns(mapping or [])
    served = townships.read_all(settings.townships)
    maker = Maker(
        township=_township(served, township, mapped="township" in columns),
        served=served,
        source=source or file.stem,
        columns=columns,
        fetched=modified(file),
        door=door(settings),
        live=(lambda: datetime.now(UTC)) if live else None,
    )
    found, left = _read(file, encoding, sheet, columns.values())
    if there := columns_of(found):
        if absent := missing(columns, there):
            raise typer.BadParameter(absent)
        typer.echo(told(columns, there), err=True)
    read = list(maker.posts(found))
    made = [
        (post, row)
        for post, (_, row) in zip(read, found, strict=True)
        if isinstance(post, Post) and not isinstance(row, BadRow)
    ]
    answers = [answer for post, row in made if (answer := maker.answer(post, row))]
    posts = [*maker.with_keys(made), *answers]
    bad = [row for row in read if isinstance(row, BadRow)]
    for row in bad[:NAMED]:
        complain(f"{file}:{row.line}: {row.error}")
    if len(bad) > NAMED:
        complain(f"and {len(bad) - NAMED} more bad rows")
    now = datetime.now(UTC)
    if ahead := sum(post.published is not None and is_ahead(post.published, now) for post, _ in posts):
        hint(f"{file}: posts of a time that is yet to come: {ahead}; look at the column of `published`")
    if dry_run:
        _show([post for post, _ in posts], len(read), len(bad), len(answers))
        raise typer.Exit(exits.BAD_INPUT if bad or left else exits.OK)
    with kafka_remedy(), elasticsearch_remedy():
        refused, forgotten = asyncio.run(_publish(settings, posts, POSTS if live else BACKFILL, rate))
    for post in refused[:NAMED]:
        complain(f"{file}: the post with id {post.id} is larger than the topic takes (max.message.bytes)")
    number = len(bad) + len(refused)
    left_out = f", forgotten {forgotten}" * (forgotten > 0)
    published = len(posts) - len(refused) - forgotten
    typer.echo(f"in {len(read)}, published {published}{_of_them(len(answers))}, bad {number}{left_out}")
    if number or left:
        raise typer.Exit(exits.BAD_INPUT)


Rows = Sequence[tuple[int, Mapping[str, Any] | BadRow]]


def _read(file: Path, encoding: str | None, sheet: str | None, named: Collection[str]) -> tuple[Rows, bool]:
    """The file's rows, and whether it has sheets that are left: each of them is said. Ends where there is no row."""
    if sheet and file.suffix.lower() != ".xlsx":
        raise typer.BadParameter(f"--sheet {sheet}: {file} is no XLSX, and has no sheets")
    try:
        found = list(rows(file, encoding, sheet, named))
    except NoSheet as error:
        raise typer.BadParameter(f"--sheet: {error}") from None
    except Unreadable as error:
        complain(str(error))
        raise typer.Exit(exits.BAD_INPUT) from None
    left = [row for _, row in found if isinstance(row, LeftSheet)]
    for each in left:
        complain(f"{file}: {each.error}; what it says is imported by --sheet {each.sheet}")
    found = [each for each in found if not isinstance(each[1], LeftSheet)]
    if not found:
        complain(f"{file} has no row; of an XLSX the visible sheets with known columns are read, or --sheet NAME")
        raise typer.Exit(exits.BAD_INPUT)
    return found, bool(left)


def _show(posts: Sequence[Post], rows: int, bad: int, answers: int) -> None:
    """The first posts as they would be published, and how many there are."""
    for post in posts[:SHOWN]:
        said = " ".join(f"{post.title} {post.body}".split())
        published = f"{post.published.astimezone(LOCAL):%Y-%m-%d %H:%M}" if post.published else "at no time"
        typer.echo(f"{post.id} {post.kind} {post.township} {published} {said[:WIDTH]}{'…' * (len(said) > WIDTH)}")
    more = f", of which these are the first {SHOWN}" * (len(posts) > SHOWN)
    typer.echo(f"in {rows}, would be published {len(posts)}{_of_them(answers)}, bad {bad}{more}")


def _of_them(answers: int) -> str:
    return f" (offices' answers: {answers})" * (answers > 0)


async def _publish(
    settings: Settings, posts: Sequence[tuple[Post, Collection[str]]], role: str, rate: float
) -> tuple[Sequence[Post], int]:
    """Publish all but those that are forgotten; which of them Kafka never takes, and how many are forgotten."""
    from deploy.forgotten import open_list, remembered  # noqa: PLC0415 - Elasticsearch's client takes a second

    limiter, refused, forgotten = AsyncLimiter(BATCH, BATCH / rate), list[Post](), 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    async with open_log(settings) as log, open_list(settings) as listed:
        with Progress(*columns, console=Console(stderr=True)) as progress:
            task = progress.add_task(f"into {settings.name}.{role}", total=len(posts))
            for start in range(0, len(posts), BATCH):
                some = posts[start : start + BATCH]
                await limiter.acquire(len(some))
                batch = await remembered(listed, some)
                forgotten += len(some) - len(batch)
                messages = [message(role, post) for post in batch]
                refused += [batch[number] for number in await log.send_what_fits(messages)]
                progress.advance(task, len(some))
    return refused, forgotten


def _township(known: Mapping[str, Township], given: str | None, *, mapped: bool) -> str:
    if given is None and len(known) == 1:
        return next(iter(known))
    if given is None and mapped:
        return ""
    code = padded(given or "")
    if code not in known:
        named = ", ".join(f"{code} {township.name}" for code, township in known.items())
        raise typer.BadParameter(f"--township must be one of: {named}")
    return code


def _columns(mapping: list[str]) -> dict[str, str]:
    columns = dict(each.partition("=")[::2] for each in mapping)
    for field, column in columns.items():
        if field not in FIELDS or not column:
            raise typer.BadParameter(f"--map {field}={column}: write FIELD=COLUMN; fields are {', '.join(FIELDS)}")
    return columns
