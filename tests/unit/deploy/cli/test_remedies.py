"""What the program prints as a remedy can be pasted: every command in its texts is one, with these options."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from deploy.cli import app

HOUSE = Path(__file__).parents[4]
QUOTED = re.compile(r"`xiangyin ([^`]+)`")
BARE = re.compile(r"(?<!`)\bxiangyin ([a-z]+(?: (?:-{0,2}[a-z]+)(?:-[a-z]+)*)*)\s*$", re.MULTILINE)


def texts(file: Path) -> Iterator[str]:
    """What a module says, without its docstrings."""
    tree = ast.parse(file.read_text("utf-8"))
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            yield node.value


COMMANDS = sorted(
    {
        command
        for part in ("deploy", "streams", "models", "agents")
        for file in (HOUSE / part).rglob("*.py")
        for text in texts(file)
        for pattern in (QUOTED, BARE)
        for command in pattern.findall(text)
    }
)


@pytest.mark.parametrize("printed", COMMANDS)
def test_a_printed_command_is_one(printed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parsed as the program does: no command, option or argument is wrong or lacking. DIR and DATA are any folder."""
    monkeypatch.chdir(tmp_path)
    for folder in ("DIR", "DATA"):
        Path(folder).mkdir()
    command: Any = get_command(app)
    name, arguments, context = "xiangyin", shlex.split(printed), None
    while isinstance(command, TyperGroup):
        context = command.make_context(name, arguments, parent=context)
        found, command, arguments = command.resolve_command(context, [*context._protected_args, *context.args])
        name = str(found)
    command.make_context(name, arguments, parent=context)


def test_the_commands_are_found() -> None:
    """Those of the remedies that matter most are among them; a pattern that finds nothing proves nothing."""
    known = {"dead list --all", "dead list", "check", "indices rebuild --resume", "indices create", "topics create"}
    assert known <= set(COMMANDS)
