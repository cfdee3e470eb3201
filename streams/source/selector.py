"""Selectors of elements, checked when a source is read rather than when a page is."""

from typing import Annotated

from msgspec import Meta, Struct
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

Selector = Annotated[str, Meta(min_length=1, description="A CSS selector; `@name` after it takes an attribute.")]


def check_selectors(fields: Struct) -> None:
    """Raise ValueError when a field of `fields` is no CSS selector."""
    for name in fields.__struct_fields__:
        selector = (getattr(fields, name) or "").partition("@")[0]
        try:
            LexborHTMLParser("").css(selector or "*")
        except (SelectolaxError, ValueError) as error:
            raise ValueError(f"field `{name}`: {selector!r} is no CSS selector") from error
