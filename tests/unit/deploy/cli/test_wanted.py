"""Filters for letters."""

from types import SimpleNamespace
from typing import cast

import pytest
import typer

from deploy.cli import wanted
from deploy.settings import townships
from deploy.settings.deployment import Settings
from streams.batch.register import Wanted
from tests.unit.deploy.cli.test_letter import standing

SETTINGS = cast("Settings", SimpleNamespace(townships="townships"))


@pytest.fixture(autouse=True)
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(townships, "read_all", lambda _: {"990101102000": object()})


@pytest.mark.parametrize(
    "asked",
    [
        Wanted(),
        Wanted(step="classify", township="990101101000"),
        Wanted(step="facts", township="990101102000"),
        Wanted(step="read"),
        Wanted(step="of an older program"),
    ],
)
def test_what_a_letter_has_or_may_have_can_be_asked_for(asked: Wanted) -> None:
    """Steps and townships of letters that are there, steps of this program, townships that are served."""
    wanted.check(asked, [standing(), standing(step="of an older program")], SETTINGS)


@pytest.mark.parametrize(("asked", "known"), [(Wanted(step="nosuch"), "classify"), (Wanted(township="x"), "990101102")])
def test_a_slip_of_the_pen_is_named(asked: Wanted, known: str) -> None:
    """An empty list would say that nothing is left to be done."""
    with pytest.raises(typer.BadParameter, match=known):
        wanted.check(asked, [standing()], SETTINGS)
