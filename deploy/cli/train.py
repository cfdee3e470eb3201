"""`xiangyin train`."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli import complain, exits
from models import correction
from models.artefact import FOLDER, Unusable
from models.correction import LEARNED, Correction, UnreadableCorrection
from models.train.corpus import DataError

app = typer.Typer(add_completion=False)


@app.command()
def command(
    data: Annotated[Path, typer.Argument(help="Folder with the data files.", exists=True, file_okay=False)],
    out: Annotated[Path, typer.Option(help="Where the models go.", file_okay=False)] = FOLDER,
    corrections: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Officers' corrections, learnt with the data.", exists=True, dir_okay=False),
    ] = None,
    weight: Annotated[float, typer.Option(min=0.01, help="Rows of the data that each correction counts for.")] = 5,
    measure: Annotated[
        bool, typer.Option("--measure", help="Train nothing: measure the models of --out, and write their report.json.")
    ] = False,
) -> None:
    """Rebuild all models from data files: the same bytes from the same data. Needs scikit-learn; the texts stay out."""
    try:
        from models.train.train import evaluate, train  # noqa: PLC0415 - scikit-learn is not installed for serving
    except ImportError as error:
        complain(f"{error}; training needs scikit-learn: pip install scikit-learn scipy")
        raise typer.Exit(exits.CONFIGURATION) from error
    try:
        learnt = correction.read(corrections) if corrections else {}
        if measure:
            evaluate(data, out, learnt)
        else:
            train(data, out, lambda line: typer.echo(line, err=True), learnt, weight)
    except (DataError, UnreadableCorrection) as error:
        complain(str(error))
        raise typer.Exit(exits.BAD_INPUT) from error
    except Unusable as error:
        complain(str(error))
        raise typer.Exit(exits.CONFIGURATION) from error
    if learnt and not measure:
        typer.echo(_told(learnt))
    typer.echo(f"{'report' if measure else 'models'} written to {out}")


def _told(corrections: Mapping[int, Correction]) -> str:
    fields = Counter(one.field for one in correction.newest(corrections).values())
    learnt = ", ".join(f"{fields[field]} of {field}" for field in LEARNED if fields[field]) or "none"
    others = fields.total() - sum(fields[field] for field in LEARNED)
    return f"corrections learnt: {learnt}" + (
        f"; {others} of severity teach no rule: see docs/rules.md" if others else ""
    )
