"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        help="The deployment's YAML file; else XIANGYIN_CONFIG, else ./deployment.yaml.",
        show_default=False,
    ),
]
