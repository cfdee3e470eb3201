"""`xiangyin source add`."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli import complain, exits
from deploy.cli.options import ConfigOption
from deploy.proposing import Proposal, proposal
from deploy.settings import townships
from deploy.settings.deployment import Settings, load
from deploy.settings.sources import assert_served
from deploy.wiring.web import open_web
from streams.errors import Misconfigured, Unfetched
from streams.source import parse_source

app = typer.Typer(add_completion=False)


@app.command()
def command(
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
    towns = townships.codes(settings.townships)
    code = township or towns[0]
    assert_served(code, towns, "--township")
    if not url.startswith(("https://", "http://")):
        raise typer.BadParameter(f"{url!r} is no whole address: write https:// or http:// before it")
    file = _fresh(settings.sources / f"{name}.yaml") if name else None
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
    if file is None:
        typer.echo(text, nl=False)
        return
    parse_source(text, file)
    with file.open("x", encoding="utf-8") as out:
        out.write(text)
    typer.echo(f"wrote {file}; complete it, then look: `xiangyin source try {name}`")


async def _looked(settings: Settings, url: str) -> Proposal:
    """What stands at an address, or at the feed that it names; that opens no inner host but the one that was given."""
    home, remarks = url, tuple[str, ...]()
    async with open_web(settings) as web:
        for _ in range(2):
            page = await web.fetch(url, home=home)
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
