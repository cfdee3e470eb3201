"""`xiangyin forget` before it asks any server."""

import io
import sys

import pytest

from deploy.cli import exits, run

FORGET = ("forget", "--role", "privacy", "--reason", "asked for it")
HANDLE = ("--source", "forum", "--handle")
POST, AUTHOR = ("--source", "forum", "--id", "1"), ("--pseudonym", "p1-" + "0" * 32)


@pytest.mark.parametrize(
    "wrong", [(), POST[:2], POST[2:], (*POST, *AUTHOR), ("--post", "x", *AUTHOR), HANDLE[2:], (*HANDLE, *POST[2:])]
)
def test_what_is_to_be_forgotten_is_named_in_one_way(wrong: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """A post or an author, and all of the name."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("听风的石头"))
    assert run([*FORGET, *wrong]) == exits.USAGE


def test_a_handle_is_refused() -> None:
    """It would stand in the shell's history, and means nothing to the stores."""
    assert run([*FORGET, "--pseudonym", "听风的石头"]) == exits.USAGE


@pytest.mark.parametrize("given", ["", "\n", "听风的石头\n老街坊\n"])
def test_a_handle_is_read_from_standard_input_and_is_one(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing, or more than one, is nobody."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(given))
    assert run([*FORGET, *HANDLE]) == exits.USAGE


def test_who_and_why_are_asked_for() -> None:
    """Both stand in the record that tells the owners."""
    assert run(["forget", *POST]) == exits.USAGE
