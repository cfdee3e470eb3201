"""`xiangyin source`."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.table import Table

from deploy.cli import complain, exits
from deploy.cli.options import ConfigOption
from deploy.keys import notebook
from deploy.proposing import Proposal, proposal
from deploy.recipes import catalogue
from deploy.settings import sources, townships
from deploy.settings.deployment import Settings, load
from deploy.trying import Tried, tried
from deploy.wiring.crawler import open_web
from deploy.wiring.servers import SystemClock
from streams.crawl.day import Day
from streams.crawl.memory import Head
from streams.elasticsearch.client import connect
from streams.elasticsearch.sources import ElasticsearchMemory
from streams.errors import Misconfigured, Unfetched
from streams.push import signature
from streams.source import AnySource, parse_source
from streams.township import Township

app = typer.Typer(add_completion=False, no_args_is_help=True)

SHOWN: Final = 10
"""Posts of a try that are shown."""

WIDTH: Final = 60
"""Characters of a post that are shown."""

STANDING: Final = {
    "few": "fell silent",
    "many": "louder than expected",
    "barren": "pages without posts",
    "bare": "posts lack what they had",
    "failing": "cannot be read",
    "erring": "pages fail",
}
"""Trouble in words of the table; a new one stands as it is called."""


@app.callback()
def _group() -> None:
    """Sources of the deployment."""


@app.command("list")
def list_all(config: ConfigOption = None) -> None:
    """How every source stands, and which part of what it listed today is published."""
    settings = load(config)
    found = sources.read_all(settings.sources, townships.read_all(settings.townships))
    stands = asyncio.run(_stands(settings, found))
    table = Table("source", "kind", "townships", "last visit", "stands", "listed", "published", "coverage")
    for name, source in sorted(found.items()):
        table.add_row(name, *_row(source, *stands[name]))
    Console().print(table)
    if any(head.watch.trouble for head, _ in stands.values()):
        raise typer.Exit(exits.BAD_INPUT)


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


def _row(source: AnySource, head: Head, day: Day | None) -> list[str]:
    coverage = day.coverage if day else None
    counts = day.counts if day else {}
    trouble = head.watch.trouble
    return [
        type(source).__name__.lower(),
        " ".join(source.served),
        _time(source, head.visited) or "never",
        f"{STANDING.get(trouble, trouble)} since {_time(source, head.watch.since)}" if trouble else "well",
        str(counts.get("listed", 0)),
        str(counts.get("published", 0)),
        "" if coverage is None else f"{coverage:.0%}",
    ]


def _time(source: AnySource, time: datetime | None) -> str:
    return f"{time.astimezone(source.zone):%Y-%m-%d %H:%M}" if time else ""


@app.command("try")
def try_one(
    name: Annotated[str, typer.Argument(help="A source's name, or the path of a source's file.")],
    requests: Annotated[int, typer.Option(min=1, max=100, help="Pages that are fetched, at most.")] = 10,
    config: ConfigOption = None,
) -> None:
    """Fetch a source as the crawler would, and show what would be published; nothing is. Nothing found is code 1."""
    settings = load(config)
    towns = townships.read_all(settings.townships)
    source = _source(settings, towns, name)
    found = asyncio.run(_tried(settings, source, towns, requests))
    _show(source, found, towns)
    if not found.posts:
        raise typer.Exit(exits.BAD_INPUT)


async def _tried(settings: Settings, source: AnySource, towns: dict[str, Township], requests: int) -> Tried:
    async with open_web(settings) as web:
        return await tried(settings, source, web, towns.values(), requests)


def _show(source: AnySource, found: Tried, towns: dict[str, Township]) -> None:
    table = Table("township", "kind", "published", "author", "what it says")
    for post in found.posts[:SHOWN]:
        town = towns.get(post.township)
        said = " ".join(f"{post.title} {post.body}".split())
        row = [
            f"{town.name if town else 'inbox of the county'} {post.township}",
            post.kind,
            _time(source, post.published) or "not said",
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


def _warnings(source: AnySource, found: Tried) -> list[str]:
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


@app.command()
def add(
    url: Annotated[
        str, typer.Argument(help="A feed, a forum's board, a JSON interface, or a page that names its feed.")
    ],
    township: Annotated[
        str | None, typer.Option(help="Code of the township that it serves.", show_default=False)
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Write it to this source's file; else it is only shown.", show_default=False)
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Look at an address, as robots.txt allows, and propose a source for it."""
    settings = load(config)
    towns = townships.read_all(settings.townships)
    code = township or next(iter(towns))
    try:
        found = asyncio.run(_looked(settings, url))
    except Unfetched as error:
        complain(f"{error.name}: {error}; docs/sources.md says what to do")
        raise typer.Exit(exits.BAD_INPUT) from None
    for remark in found.remarks:
        typer.echo(f"# {remark}", err=True)
    if not found.fields:
        raise typer.Exit(exits.BAD_INPUT)
    text = _completed(found, code)
    if name is None:
        typer.echo(text, nl=False)
        return
    file = settings.sources / f"{name}.yaml"
    parse_source(text, file)
    with _fresh(file).open("x", encoding="utf-8") as out:
        out.write(text)
    typer.echo(f"wrote {file}; complete it, then look: `xiangyin source try {name}`")


@app.command()
def recipes(
    name: Annotated[
        str | None, typer.Argument(help="Show the source that this recipe makes.", show_default=False)
    ] = None,
    blank: Annotated[
        list[str] | None, typer.Option("--set", metavar="BLANK=VALUE", help="What the route leaves open.")
    ] = None,
    gateway: Annotated[str, typer.Option(help="Address of your own RSSHub.")] = "http://127.0.0.1:1200",
    township: Annotated[str, typer.Option(help="Code of the township that it serves.")] = "990101101",
) -> None:
    """Platforms that are heard through a gateway of your own: what each gives, and by which right."""
    known = catalogue.recipes()
    if name is None:
        table = Table("recipe", "platform", "gives", "right", "blanks")
        for each, recipe in known.items():
            table.add_row(each, recipe.platform, recipe.gives, recipe.right, " ".join(recipe.blanks))
        Console().print(table)
        return
    if name not in known:
        raise typer.BadParameter(f"{name!r} is no recipe; there are: {', '.join(known)}")
    try:
        said = dict(each.split("=", 1) for each in blank or [])
        typer.echo(known[name].source(gateway, township, said), nl=False)
    except (KeyError, ValueError):
        wanted = " ".join(f"--set {each}=..." for each in known[name].blanks)
        raise typer.BadParameter(f"{name} needs {wanted}") from None


async def _looked(settings: Settings, url: str) -> Proposal:
    """What stands at an address, or at the feed that it names."""
    remarks: tuple[str, ...] = ()
    async with open_web(settings) as web:
        for _ in range(2):
            page = await web.fetch(url)
            if page is None:
                raise Unfetched("broken", f"{url}: answered that it has not changed, which nobody asked")
            found = proposal(page)
            remarks += found.remarks
            if not found.elsewhere:
                break
            url = found.elsewhere
    return Proposal(found.fields, remarks)


def _completed(found: Proposal, township: str) -> str:
    fields: dict[str, Any] = dict(found.fields)
    lines = Proposal({"kind": fields.pop("kind"), "url": fields.pop("url"), "township": township, **fields}).yaml()
    return (
        "# yaml-language-server: $schema=../schema/source.json\n" + lines + "# expects: {posts_a_day: [1, 20]}\n"
        'licence: ""                        # by which right it is read\n'
    )


def _fresh(file: Path) -> Path:
    if file.exists():
        raise Misconfigured(f"{file}: there is such a source already; name another one")
    return file


@app.command("secret")
def secret(file: Annotated[Path, typer.Argument(help="Where to write it.", dir_okay=False)]) -> None:
    """Make a secret for a source of kind webhook: name it as its `secret_file`, and give it to who sends."""
    signature.create(file)
    typer.echo(f"wrote {file}, readable by you only")


def _source(settings: Settings, towns: dict[str, Township], name: str) -> AnySource:
    """The source of this name, or in this file."""
    if name.endswith((".yaml", ".yml")):
        return sources.read(Path(name), towns)
    found = sources.read_all(settings.sources, towns)
    if name not in found:
        raise typer.BadParameter(f"{name!r} is no source of this deployment; there are: {', '.join(sorted(found))}")
    if not urlsplit(found[name].url).hostname:
        raise typer.BadParameter(f"{name!r} is brought, not fetched: there is nothing to try")
    return found[name]
