"""Turns a YAML file into one of our records, and says what is wrong with it, where, and how to mend it."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Final, TypeVar

import msgspec
from msgspec import inspect

from deploy.settings.yaml import Marked, Path, dotted
from streams.errors import Misconfigured

T = TypeVar("T")

_AT: Final = re.compile(r" - at `\$(.*)`$")
_PART: Final = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]")


def convert(marked: Marked, kind: type[T]) -> T:
    """The file as a record of this kind.

    Raises:
        Misconfigured: an unknown key, or a value that the record does not take.
    """
    if problems := list(_unknown(marked, marked.value, inspect.type_info(kind), ())):
        raise Misconfigured("\n".join(problems))
    try:
        return msgspec.convert(marked.value, kind)
    except msgspec.ValidationError as error:
        message = str(error)
        found = _AT.search(message)
        path = _path(found[1]) if found else ()
        said = _AT.sub("", message)
        raise Misconfigured(f"{marked.where(path)}: {said}{_remedy(marked.value, path, said)}") from error


def unknown_key(name: str, known: list[str]) -> str:
    """What to say of a key that means nothing here."""
    close = get_close_matches(name, known, n=1)
    return f"unknown key; did you mean `{close[0]}`?" if close else f"unknown key; known are {', '.join(known)}"


def _unknown(marked: Marked, value: Any, kind: inspect.Type, path: Path) -> Iterator[str]:
    for inner in getattr(kind, "types", (kind,)):
        if isinstance(inner, inspect.Metadata):
            yield from _unknown(marked, value, inner.type, path)
        elif isinstance(inner, inspect.StructType) and isinstance(value, dict):
            known = {field.encode_name: field.type for field in inner.fields}
            for name, held in value.items():
                if name not in known:
                    yield f"{marked.where((*path, str(name)))}: {unknown_key(str(name), sorted(known))}"
                else:
                    yield from _unknown(marked, held, known[name], (*path, name))
        elif isinstance(value, list) and (item := getattr(inner, "item_type", None)):
            for index, held in enumerate(value):
                yield from _unknown(marked, held, item, (*path, index))


def _path(said: str) -> Path:
    return tuple(name or int(index) for name, index in _PART.findall(said))


def _remedy(value: Any, path: Path, said: str) -> str:
    """The two mistakes that YAML invites, named."""
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return ""
    if said.startswith("Expected `str`") and isinstance(value, (int, float, bool)):
        return f'; write it in quotes: {dotted(path)}: "{value}"'
    if said.startswith("Expected `array`"):
        return "; write a list: [one, two]"
    return ""
