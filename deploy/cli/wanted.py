"""Checks which letters somebody asks for: a slip of the pen is not to be taken for an empty list."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import typer

from deploy.settings.deployment import Settings
from streams.batch.register import Standing, Wanted

OUTSIDE: Final = ("read", "judge", "store")
"""Steps that a letter may name and that are none of the flow's."""


def check(wanted: Wanted, letters: Sequence[Standing], settings: Settings) -> None:
    """Return when there are letters of this step and this township, or might be.

    Raises:
        BadParameter: no letter names them, whoever wrote it, and no worker of this deployment would.
    """
    _assert_known("step", wanted.step, letters, _steps)
    _assert_known("township", wanted.township, letters, lambda: _served(settings))


def _assert_known(
    name: str, asked: str | None, letters: Sequence[Standing], possible: Callable[[], Iterable[str]]
) -> None:
    named = {getattr(each.letter, name) for each in letters}
    if asked is None or asked in named:  # Also a step of an older program's.
        return
    if asked not in (known := {*named, *possible()} - {None}):
        raise typer.BadParameter(f"--{name} must be one of: {', '.join(sorted(known))}")


def _steps() -> Iterable[str]:
    from agents.flow import STAGES  # noqa: PLC0415 - reading the models' modules takes seconds, and is seldom needed

    return [*OUTSIDE, *(step for stage in STAGES for step in stage.steps)]


def _served(settings: Settings) -> Iterable[str]:
    from deploy.settings import townships  # noqa: PLC0415 - as above

    return townships.read_all(settings.townships)
