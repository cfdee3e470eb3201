"""Mappings of two indices compared, field by field; pure."""

from collections.abc import Mapping
from typing import Any

Mapped = Mapping[str, Any]


def absent(ours: Mapped, theirs: Mapped) -> set[str]:
    """Full names of the fields that ours has and theirs lacks."""
    return set(_fields(ours)) - set(_fields(theirs))


def changed(ours: Mapped, theirs: Mapped) -> set[str]:
    """Full names of the fields that both have, mapped otherwise."""
    there = _fields(theirs)
    return {name for name, mapped in _fields(ours).items() if name in there and there[name] != mapped}


def lacking(ours: Mapped, theirs: Mapped) -> dict[str, Any]:
    """The properties that would have to be added to theirs; a field that is there, however mapped, is left out."""
    found: dict[str, Any] = {}
    for name, mapped in ours.items():
        there = theirs.get(name)
        if there is None:
            found[name] = mapped
        elif inner := lacking(mapped.get("properties", {}), there.get("properties", {})):
            found[name] = {"properties": inner}
    return found


def _fields(properties: Mapped, path: str = "") -> dict[str, Mapped]:
    """Leaf fields by their full name: `severity.grade`."""
    found: dict[str, Mapped] = {}
    for name, mapped in properties.items():
        if "properties" in mapped:
            found |= _fields(mapped["properties"], f"{path}{name}.")
        else:
            found[path + name] = mapped
    return found
