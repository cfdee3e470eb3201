"""Expressions that find values in JSON (JMESPath): checked when a source is read, bounded when a page is."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Annotated, Any, Final

import jmespath
from jmespath.functions import Functions
from jmespath.parser import ParsedResult
from msgspec import Meta, Struct

Expression = Annotated[
    str, Meta(min_length=1, description="A JMESPath expression: `user.nick`, `\"created-at\"`, `join(' ', [a, b])`.")
]

_KEPT: Final = 16_384
"""Expressions that are kept compiled: the library's own 128 are those of a dozen sources."""

MARKS: Final = 50_000
"""Marks of values (brackets and commas) beyond which a page is not read as JSON: ten expressions cost an item 100 µs.
A page of 5 MB could take half a minute, one with so many marks takes two seconds. A long list page has 5,000."""


def check_expressions(fields: Struct, *names: str) -> None:
    """Raise ValueError when one of these fields is no expression; None is nothing to check."""
    for name in names:
        text = getattr(fields, name)
        try:
            unknown = next(_unknown(_compiled(text).parsed), None) if text else None
        except (ValueError, RecursionError) as error:
            raise ValueError(
                f"field `{name}`: {text!r} is no JMESPath expression; a key of other signs than letters, digits and _ "
                f"stands in double quotes within the YAML's single ones: '\"{text}\"'"
            ) from error
        if unknown:
            raise ValueError(f"field `{name}`: {text!r} has the function {unknown}, which JMESPath does not")


def parsed(text: str) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: it is none, or has more values than any page needs (`Overgrown`).
    """
    assert_bounded(text)
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def assert_bounded(text: str) -> None:
    """Raise Overgrown when a text has more values than any page needs."""
    if sum(text.count(mark) for mark in "{[,") > MARKS:
        raise Overgrown


class Overgrown(ValueError):
    """A page has more values than any page needs."""


def value_at(value: object, expression: str | None) -> Any:
    """What an expression finds in a value; None when it finds nothing, or is not made for values of such a type."""
    if not expression:
        return None
    try:
        return _compiled(expression).search(value)
    except Exception:  # noqa: BLE001 (what the functions raise for values of other types is many things)
        return None


def keys_of(expression: str) -> frozenset[str] | None:
    """The keys of an object that an expression reads; None when it reads all of them."""
    keys = frozenset(_keys(_compiled(expression).parsed))
    return None if "" in keys else keys


_CHAINS: Final = frozenset({"subexpression", "pipe"})
_ABOUT_THE_FIRST: Final = frozenset(
    {"projection", "value_projection", "filter_projection", "flatten", "index_expression"} | _CHAINS
)
"""Nodes whose further children are about what the first one finds."""

_WHOLE: Final = frozenset({"identity", "current"})


def _keys(node: Mapping[str, Any]) -> Iterator[str]:
    """Keys of the object itself; an empty one stands for all of them."""
    kind, children = node["type"], node["children"]
    if kind == "field":
        yield node["value"]
    elif kind in _WHOLE:
        yield ""
    elif kind in _CHAINS and children[0]["type"] in _WHOLE and len(children) > 1:  # `@.a` reads `a` and no more.
        yield from _keys({"type": kind, "children": children[1:]})
    elif kind in _ABOUT_THE_FIRST:
        yield from _keys(children[0])
    elif kind != "expref":
        for child in children:
            yield from _keys(child)


def _unknown(node: Mapping[str, Any]) -> Iterator[str]:
    """Functions that there are not: evaluation alone would tell, at each value."""
    if node["type"] == "function_expression" and node["value"] not in Functions.FUNCTION_TABLE:
        yield node["value"]
    for child in node["children"]:
        yield from _unknown(child)


@lru_cache(_KEPT)
def _compiled(text: str) -> ParsedResult:
    return jmespath.compile(text)
