"""Text out of HTML: what a reader sees, in lines, and nothing that runs."""

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

_SILENT: Final = frozenset(
    {"script", "style", "noscript", "template", "iframe", "object", "embed", "head", "title", "svg", "math"}
    | {"select", "textarea", "button", "audio", "video"}
)
"""Elements whose content is no text of the author's."""

_BLOCKS: Final = frozenset(
    {"address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figure", "footer", "header", "hr"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "li", "main", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"}
)
TAGS: Final = 30_000
"""Marks of tags beyond which a page is not parsed as HTML: unclosed ones cost the parser their square, and 30,000 of
them two seconds. A long forum page has 5,000."""

_TAG: Final = re.compile(r"<(?:!--|/?[A-Za-z][^<>]*>)")
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_BLANKS: Final = re.compile(r"[ \t\u00a0\u3000]+")
_LINES: Final = re.compile(r" ?\n[ \n]*")


def plain(text: str) -> str:
    """The text without control characters (NUL too) and halves of characters, blanks and empty lines folded."""
    text = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()


def text_of(value: str) -> str:
    """The text of a value that may be HTML or plain text already: `a < b` is no markup."""
    if not (_TAG.search(value) or _ENTITY.search(value)):
        return plain(value)
    parsed = document(f"<body>{value}")
    return seen(parsed.body) if parsed else plain(_TAG.sub("\n", value))


def document(html: str) -> LexborHTMLParser | None:
    """The page, or None when it has so many tags that parsing it would hold up everybody else's."""
    return None if html.count("<") > TAGS else LexborHTMLParser(html)


def seen(node: LexborNode | None) -> str:
    """The text that a reader sees in an element, a line a block."""
    parts: list[str] = []
    waiting: list[LexborNode | str | None] = [node]  # Not recursive: a hostile page nests as deep as it likes.
    while waiting:
        here = waiting.pop()
        if isinstance(here, str):
            parts.append(here)
        elif here is None or here.is_comment_node or here.tag in _SILENT or _is_hidden(here):
            continue
        elif here.is_text_node:
            parts.append((here.text_content or "").replace("\n", " "))
        else:
            edge = ["\n"] if here.tag in _BLOCKS else []
            waiting += [*edge, *reversed(list(here.iter(include_text=True))), *edge]
    return plain("".join(parts))


def _is_hidden(node: LexborNode) -> bool:
    """Forums hide words between an author's to spoil copies."""
    attributes = node.attributes if node.is_element_node else {}
    return "hidden" in attributes or "display:none" in (attributes.get("style") or "").replace(" ", "").lower()
