"""How a page begins, for who expected another."""

from typing import Final

from selectolax.lexbor import LexborHTMLParser

from streams.pages.markup import document, plain

_LONGEST: Final = 60


def opening(text: str) -> str:
    """The title of an HTML page, or the first words of anything else."""
    if text.lstrip()[:1] == "<" and (parsed := document(text)) and (title := title_of(parsed)):
        return f"a page with the title {title!r}"
    return f"it begins with {text.lstrip()[:_LONGEST]!r}" if text.strip() else "it is empty"


def title_of(parsed: LexborHTMLParser) -> str:
    """The beginning of a page's title, or nothing."""
    node = parsed.css_first("title")
    return plain(node.text()).replace("\n", " ")[:_LONGEST] if node else ""
