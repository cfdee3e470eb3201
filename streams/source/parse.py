"""Reads a source's YAML, and says of what is wrong where and what to do."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

import msgspec
import yaml
from msgspec import structs

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
        remedy = _remedy(str(error), values)
        raise Misconfigured(f"{path}:{_line(node, str(error))}: {error}; {remedy}") from error
    if isinstance(source, Webhook):
        return msgspec.structs.replace(source, secret_file=str(path.parent / source.secret_file))
    return source


KINDS: Final = {str(each.__struct_config__.tag): each for each in get_args(AnySource)}
"""The kinds of sources by what `kind` says."""

_PATH: Final = re.compile(r" - at `\$(.*)`$")
_STEP: Final = re.compile(r"\.(\w+)|\[(\d+)\]")
_FIELD: Final = re.compile(r"field `(\w+)`")
_FIELD_UNKNOWN: Final = re.compile(r"unknown field `([^`]*)`")


def _meant(message: str, values: Mapping[str, Any]) -> str:
    """The field that was meant by an unknown one, or those that there are."""
    known: list[str] = []
    place: Any = KINDS.get(values.get("kind", ""))
    for step in (step for name, _ in _STEP.findall(_path(message)) if (step := name)):
        said = get_type_hints(place).get(step) if place else None
        place = next((each for each in (said, *get_args(said)) if _is_struct(each)), None)
    if place:
        known = [field.encode_name for field in structs.fields(place)]
    close = get_close_matches(_FIELD_UNKNOWN.findall(message)[0], known, n=1)
    return f"did you mean `{close[0]}`?" if close else f"the fields here are {', '.join(known)}; or remove it"


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _path(message: str) -> str:
    found = _PATH.search(message)
    return found[1] if found else ""


def _line(node: Any, message: str) -> int:
    """The line of what an error speaks of, as near as the YAML leads to it."""
    for step in _steps(message):
        inner = _inner(node, step)
        if inner is None:
            break
        node = inner
    return int(node.start_mark.line) + 1


def _steps(message: str) -> Iterator[str]:
    field = _FIELD.search(message)
    for name, index in _STEP.findall(_path(message)):
        yield name or index
    if field:
        yield field[1]


def _inner(node: Any, step: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    return node.value[int(step)] if isinstance(node, yaml.SequenceNode) and step.isdigit() else None


def _remedy(message: str, values: Mapping[str, Any]) -> str:
    if "unknown field" in message:
        return _meant(message, values)
    return next((remedy for sign, remedy in _REMEDIES.items() if re.search(sign, message)), "see docs/sources.md")


_REMEDIES: Final = {
    "Expected `str.*got `int`": "put the number in quotes",
    "Expected `str.*got `bool`": "put it in quotes: to YAML yes, no, on and off are no words",
    re.escape("[0-9]{9}|"): "a township's code has 9 or 12 digits",
    "missing required field": "add it; docs/sources.md has an example of each kind",
    r"`\$\.kind`$": f"the kinds are {', '.join(KINDS)}",
    r"`\$\.name`$": "a name has small letters a-z, digits, `.`, `_` and `-`: rename the file, or write `name:` into it",
}
"""What to do, by what a message says."""
