"""`xiangyin evaluate`."""

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from deploy.cli import complain, exits
from deploy.cli.lines import FileArgument, opened
from deploy.evaluation import corrected, table
from deploy.evaluation.asked import MODELS, Asked, Refused
from deploy.evaluation.evaluate import evaluate
from deploy.evaluation.rows import NAMED
from deploy.reading import bounded
from models import correction
from models.artefact import FOLDER, Unusable
from models.correction import UnreadableCorrection
from models.evaluation.page import page
from models.evaluation.score import NAMED as NAMED_WRONG
from models.evaluation.score import Evaluation

app = typer.Typer(add_completion=False)

Model = StrEnum("Model", {name: name for name in MODELS})  # type: ignore[misc] # the names are data
Part = StrEnum("Part", {"test": "test", "later": "later"})


@app.command()
def command(
    file: FileArgument = None,
    model: Annotated[Model | None, typer.Option(help="What to measure; else the label's field tells.")] = None,
    text: Annotated[str | None, typer.Option(help="Field of the text; else body, text or content.")] = None,
    title: Annotated[str | None, typer.Option(help="Field of the title; else title.")] = None,
    label: Annotated[str | None, typer.Option(help="Field of the label; else topic, sentiment, grade ...")] = None,
    where: Annotated[
        list[str] | None, typer.Option(metavar="FIELD=VALUE", help="Only rows whose field says so.")
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="FIELD", help="Figures for each value of a field.")] = None,
    mapping: Annotated[
        list[str] | None, typer.Option("--map", metavar="NAME=LABEL", help="A label's name in the file: 正面=positive.")
    ] = None,
    split: Annotated[
        Part | None, typer.Option(help="Only rows of the training data that were kept from training.")
    ] = None,
    weights: Annotated[Path, typer.Option(help="Folder of the models.", exists=True, file_okay=False)] = FOLDER,
    corrections: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Officers' corrections instead of posts.", exists=True, dir_okay=False),
    ] = None,
    split_from: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Whose split; else that of --weights.", exists=True, file_okay=False),
    ] = None,
    wrong: Annotated[int, typer.Option(min=0, help="How many wrong answers are named, of each set.")] = NAMED_WRONG,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Write a report with plots.", dir_okay=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Figures as JSON.")] = False,
) -> None:
    """Measure a model on labelled posts: accuracy, macro-F1, each label, calibration, confusion, 95 % intervals.

    Reads a JSON object a line with text and label. A row that cannot be used is named with its line and left out;
    then the exit code is 1. With --corrections the models of --weights are compared with the installed ones.
    """
    if report and not report.parent.is_dir():
        raise typer.BadParameter(f"--report {report}: there is no folder {report.parent}")
    if corrections:
        if file or model or label or where or by or split:
            raise typer.BadParameter("--corrections goes with --weights, --report and --json only")
        _tell(_corrected(corrections, weights), report, as_json=as_json)
        return
    asked = Asked(
        model=model and str(model),  # type: ignore[arg-type] # the names of MODELS
        text=text,
        title=title,
        label=label,
        where=_pairs("--where", where),
        by=by,
        renamed=_pairs("--map", mapping),
        split=split and str(split),  # type: ignore[arg-type]
        weights=weights,
        named=wrong,
        split_from=split_from,
    )
    name = "standard input" if file is None or str(file) == "-" else str(file)
    with opened(file) as lines:
        found = _evaluated(bounded(lines), name, asked)
    _tell(found, report, as_json=as_json)
    if found.bad > NAMED:
        complain(f"and {found.bad - NAMED} more bad rows")
    if found.bad:
        raise typer.Exit(exits.BAD_INPUT)


def _evaluated(lines: Iterable[bytes], name: str, asked: Asked) -> Evaluation:
    try:
        return evaluate(lines, name, asked, complain)
    except Refused as error:
        complain(str(error))
        raise typer.Exit(exits.BAD_INPUT) from None
    except Unusable as error:
        complain(str(error))
        raise typer.Exit(exits.CONFIGURATION) from None


def _corrected(file: Path, weights: Path) -> Evaluation:
    try:
        return corrected.evaluate(correction.read(file), str(file), weights)
    except UnreadableCorrection as error:
        complain(str(error))
        raise typer.Exit(exits.BAD_INPUT) from None
    except Unusable as error:
        complain(str(error))
        raise typer.Exit(exits.CONFIGURATION) from None


def _tell(found: Evaluation, report: Path | None, *, as_json: bool) -> None:
    if report:
        _write(report, page(found))
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
        sys.stdout.buffer.flush()
    else:
        table.show(found, Console(width=None if sys.stdout.isatty() else table.WIDTH))


def _write(file: Path, content: str) -> None:
    try:
        file.write_text(content, encoding="utf-8", errors="replace")
    except PermissionError as error:
        raise typer.BadParameter(f"--report {file} cannot be written: {error.strerror}") from error
    typer.echo(f"report written to {file}", err=True)


def _pairs(option: str, said: list[str] | None) -> dict[str, str]:
    pairs = dict(one.partition("=")[::2] for one in said or [])
    if not all(pairs) or any("=" not in one for one in said or []):
        raise typer.BadParameter(f"{option} {' '.join(said or [])}: write NAME=VALUE")
    return pairs
