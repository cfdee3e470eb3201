"""Selectors of elements and patterns of ids, checked when a source is read rather than when a page is."""

import re
from typing import Annotated, Final

from msgspec import Meta, Struct
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

Selector = Annotated[str, Meta(min_length=1, description="A CSS selector; `@name` after it takes an attribute.")]

_WORD: Final = re.compile(r"""\\.|"[^"]*"|'[^']*'""")
"""What is quoted or escaped in a selector."""


def check_selectors(fields: Struct, *names: str) -> None:
    """Raise ValueError when one of these fields is, or lists, what is no CSS selector; without names, any of them."""
    for name in names or fields.__struct_fields__:
        said = getattr(fields, name)
        for selector in said if isinstance(said, tuple) else (said or "",):
            _check(name, selector.partition("@")[0])


def _check(name: str, selector: str) -> None:
    try:
        LexborHTMLParser("").css(selector or "*")
    except (SelectolaxError, ValueError) as error:
        raise ValueError(f"field `{name}`: {selector!r} is no CSS selector") from error
    if _is_open(selector):
        raise ValueError(f"field `{name}`: {selector!r} is no CSS selector: a bracket or a quote is not closed")


def _is_open(selector: str) -> bool:
    """CSS closes silently what is open at the end, and `td[t_f` then finds what has an attribute of that name."""
    left = _WORD.sub("", selector)
    return '"' in left or "'" in left or any(left.count(each[0]) > left.count(each[1]) for each in ("[]", "()"))


def check_group(name: str, pattern: str) -> None:
    """Raise ValueError when the field `name` is no regular expression with one group."""
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"field `{name}` is no regular expression: {error}") from error
    if groups != 1:
        raise ValueError(f"field `{name}` needs one group in brackets, around the id")
