"""JSONL in, JSONL out: what `judge` and `group` have in common."""

import sys
from collections.abc import Callable, Iterator, Mapping
from io import BufferedReader
from pathlib import Path
from typing import Annotated, cast

import msgspec
import typer

from deploy.cli import exits
from deploy.reading import Blocks, blocks
from streams.township import Township

FileArgument = Annotated[
    Path | None,
    typer.Argument(help="JSONL file; without one, or with -, standard input.", show_default=False, allow_dash=True),
]

TownshipsOption = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", help="A deployment whose townships' places and words are known.", show_default=False
    ),
]

Answers = Callable[[Blocks], Iterator[list[dict[str, object]]]]


def known_townships(config: Path | None) -> Mapping[str, Township]:
    """The townships of a deployment; without one none is known."""
    if not config:
        return {}
    from deploy.settings import townships  # noqa: PLC0415 - a fifth of a second, for settings that nobody gave
    from deploy.settings.deployment import load  # noqa: PLC0415

    return townships.read_all(load(config).townships)


def answer(file: Path | None, answers: Answers) -> None:
    """Write an answer for each line, and end with exit code 1 when one of them is an error."""
    bad = 0
    encoder, out = msgspec.json.Encoder(), sys.stdout.buffer
    with opened(file) as lines:
        for said in answers(blocks(lines)):
            bad += sum("error" in answer for answer in said)
            out.write(encoder.encode_lines(said))
            out.flush()
    if bad:
        typer.echo(f"{bad} {'line' if bad == 1 else 'lines'} could not be used: see `error` in the answers", err=True)
        raise typer.Exit(exits.BAD_INPUT)


def opened(file: Path | None) -> BufferedReader:
    """A file, or standard input, to read bytes from."""
    if file is None or str(file) == "-":
        return cast("BufferedReader", sys.stdin.buffer)
    try:
        return file.open("rb")
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}") from error
