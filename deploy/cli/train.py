"""`xiangyin train`."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli import complain, exits
from models.artefact import FOLDER, Unusable
from models.train.corpus import DataError

app = typer.Typer(add_completion=False)


@app.command()
def command(
    data: Annotated[Path, typer.Argument(help="Folder with the data files.", exists=True, file_okay=False)],
    out: Annotated[Path, typer.Option(help="Where the models go.", file_okay=False)] = FOLDER,
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
        evaluate(data, out) if measure else train(data, out, progress=lambda line: typer.echo(line, err=True))
    except DataError as error:
        complain(str(error))
        raise typer.Exit(exits.BAD_INPUT) from error
    except Unusable as error:
        complain(str(error))
        raise typer.Exit(exits.CONFIGURATION) from error
    typer.echo(f"{'report' if measure else 'models'} written to {out}")
