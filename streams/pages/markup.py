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
TAGS: Final = 20_000
"""Marks of tags beyond which a page is not parsed as HTML: unclosed ones cost the parser their square, and 20,000 of
them a second. A long forum page has 5,000."""

_TAGS_OF_A_VALUE: Final = 3_000
"""The same of one text among a page's many."""

_DEEP: Final = 400
"""Elements within one another beyond which a page is not read: what is nested costs each selector its square."""

_DIFFERENT: Final = 50
"""Formatting elements that may differ in a page of as many tags as it may have. Unclosed ones are repeated in each
block that follows, so that 60 kB would fill gigabytes."""

_REPEATED: Final = 5
"""Elements that a parser may make of a tag: it adds those that HTML implies, and repeats formatting ones."""

_FORMATTING: Final = re.compile(
    r"<((?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/])[^<>]*)", re.IGNORECASE
)
_CLEARLY: Final = re.compile(r"\w+(?:\s+[\w:\-]+(?:=\"[^\"]*\"|='[^']*'|=[^\s\"'=]+)?)*\s*")
"""A tag that ends where it seems to: of one that does not, two may differ in what is not seen."""

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
    parsed = document(f"<body>{value}", _TAGS_OF_A_VALUE)
    return seen(parsed.body) if parsed else plain(_TAG.sub("\n", value))


def document(html: str, most: int = TAGS) -> LexborHTMLParser | None:
    """The page; None when it has so many tags, or such deep ones, that reading it would hold up everybody else's."""
    tags = html.count("<")
    if tags > most or tags * _formattings(html) > most * _DIFFERENT:
        return None
    parsed = LexborHTMLParser(html)
    return parsed if _is_bounded(parsed, tags) else None


def _formattings(html: str) -> int:
    """How many formatting elements with attributes differ; what closes them is not believed."""
    written = _FORMATTING.findall(html)
    clear = [each for each in written if _CLEARLY.fullmatch(each)]
    return len(set(clear)) + len(written) - len(clear)


def _is_bounded(parsed: LexborHTMLParser, tags: int) -> bool:
    """Whether it is neither deep nor more than its tags say."""
    level, left = [parsed.root] if parsed.root else [], (tags + _DIFFERENT) * _REPEATED
    for _ in range(_DEEP):
        level = [child for node in level for child in node.iter()]
        left -= len(level)
        if not level or left < 0:
            break
    return not level


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
