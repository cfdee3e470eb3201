"""Reads a source's YAML, and says of what is wrong where and what to do."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from streams.errors import Misconfigured
from streams.source.api import Api
from streams.source.board import Board
from streams.source.brought import Manual, Webhook
from streams.source.feed import Feed
from streams.source.folder import Folder
from streams.source.forum import Forum
from streams.source.table import Table

AnySource = Feed | Forum | Board | Api | Table | Folder | Webhook | Manual


_LOADER: Final[type[Any]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's where it is: eight times as fast."""


def parse_source(text: str, path: Path) -> AnySource:
    """The source that a YAML text describes; its name is the file's where it gives none.

    Raises:
        Misconfigured: no YAML, or a field that is missing, unknown or wrong; says file, line and remedy.
    """
    try:
        values = yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe one
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise Misconfigured(f"{path}:{mark.line + 1 if mark else 1}: no YAML: {error}") from error
    if not isinstance(values, dict):
        raise Misconfigured(f"{path}:1: a source is a list of `field: value` lines; see docs/sources.md")
    try:
        source: AnySource = msgspec.convert({"name": path.stem, **values}, AnySource)
    except msgspec.ValidationError as error:
        node = yaml.compose(text, Loader=_LOADER)
        raise Misconfigured(f"{path}:{_line(node, str(error))}: {error}; {_remedy(str(error))}") from error
    if isinstance(source, Webhook):
        return msgspec.structs.replace(source, secret_file=str(path.parent / source.secret_file))
    return source


_PATH: Final = re.compile(r" - at `\$(.*)`$")
_STEP: Final = re.compile(r"\.(\w+)|\[(\d+)\]")
_FIELD: Final = re.compile(r"field `(\w+)`")


def _line(node: Any, message: str) -> int:
    """The line of what an error speaks of, as near as the YAML leads to it."""
    for step in _steps(message):
        inner = _inner(node, step)
        if inner is None:
            break
        node = inner
    return int(node.start_mark.line) + 1


def _steps(message: str) -> Iterator[str]:
    path, field = _PATH.search(message), _FIELD.search(message)
    for name, index in _STEP.findall(path[1] if path else ""):
        yield name or index
    if field:
        yield field[1]


def _inner(node: Any, step: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    return node.value[int(step)] if isinstance(node, yaml.SequenceNode) and step.isdigit() else None


def _remedy(message: str) -> str:
    if "Expected `str" in message and "got `int`" in message:
        return "put the number in quotes"
    if "Expected `str" in message and "got `bool`" in message:
        return "put it in quotes: to YAML yes, no, on and off are no words"
    if "[0-9]{9}|" in message:
        return "a township's code has 9 or 12 digits"
    if "unknown field" in message:
        return "remove it, or see docs/sources.md for the fields of each kind"
    if "missing required field" in message:
        return "add it; docs/sources.md has an example of each kind"
    return "see docs/sources.md"
