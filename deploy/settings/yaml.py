"""YAML that remembers on which line each value stands, so that an error can say where it is."""

from collections.abc import Mapping
from pathlib import Path as File
from typing import Any, Final

import yaml
from msgspec import Struct

from streams.errors import Misconfigured

LOADER: Final[type[Any]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's where it is: eight times as fast, and a county has thousands of sources."""

Path = tuple[str | int, ...]
"""Where a value stands in a file: `("offices", 0, "name")`."""


class Marked(Struct, frozen=True):
    """A YAML file's content with the line of each of its values."""

    file: File
    value: Any
    lines: Mapping[Path, int]

    def where(self, path: Path = ()) -> str:
        """`file:line: field`, by the nearest thing that the file holds."""
        found = path
        while found not in self.lines and found:
            found = found[:-1]
        place = f"{self.file}:{self.lines.get(found, 1)}"
        return f"{place}: {dotted(path)}" if path else place


def dotted(path: Path) -> str:
    """A path as people write it: `offices[0].name`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def read(file: File) -> Marked:
    """Read a YAML file that holds one mapping.

    Raises:
        Misconfigured: no such file, no YAML, a key given twice, or something else than a mapping; says where.
    """
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise Misconfigured(f"{file}: is not in UTF-8: save it as UTF-8 in your editor") from error
    except OSError as error:
        raise Misconfigured(f"{file}: cannot be read ({error}); `xiangyin init DIR` makes one") from error
    try:
        value, lines = _parsed(file, text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Misconfigured(f"{file}:{line}: no YAML: {error.problem or error.context}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise Misconfigured(f"{file}: no YAML: {error}") from error
    if not isinstance(value, dict):
        raise Misconfigured(f"{file}:1: must hold keys with values, such as `name: demo`")
    return Marked(file, value, lines)


def _parsed(file: File, text: str) -> tuple[Any, dict[Path, int]]:
    loader = LOADER(text)
    try:
        node = loader.get_single_node()
        return (loader.construct_document(node), dict(_lines(node, (), file))) if node else ({}, {})
    finally:
        loader.dispose()


def _lines(node: yaml.Node, path: Path, file: File) -> list[tuple[Path, int]]:
    found: list[tuple[Path, int]] = []
    if isinstance(node, yaml.MappingNode):
        first: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in first:
                raise Misconfigured(f"{file}:{line}: {name} is given twice, first on line {first[name]}; keep one")
            first[name] = line
            found += [((*path, name), line), *_lines(value, (*path, name), file)]
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            found += [((*path, index), value.start_mark.line + 1), *_lines(value, (*path, index), file)]
    return found
