"""What a page in HTML holds where a selector finds nothing."""

from collections import Counter
from typing import Final
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from deploy.explaining.opening import opening, title_of
from streams.pages.charset import decoded
from streams.pages.elements import value
from streams.pages.markup import document, seen
from streams.pages.page import LISTING, Page
from streams.parsers.board import said_of
from streams.source import Board, Feed, Forum

_SHOWN: Final = 5
_LONGEST: Final = 60
_BLOCKS: Final = frozenset({"article", "div", "section", "table", "td", "ul"})
_MOST: Final = 0.6
"""Of the longest text: who holds so much of it, and no more of others', is named."""


def why(source: Forum | Board, page: Page, signal: str) -> str:
    """In words, or nothing where there is nothing to say."""
    field, _, what = signal.partition(":")
    parsed = document(decoded(page.body, source.encoding or page.charset))
    if parsed is None:
        return ""
    if page.role == LISTING:
        return _of_list(source, parsed, field)
    if field in {"thread_id", "message_id"}:
        parts, pattern = urlsplit(page.url), getattr(source, field)
        return f"`{field}` {pattern} finds nothing in {parts.path}{'?' * bool(parts.query)}{parts.query}"
    return _of_message(source, parsed, field, what)


def _of_message(source: Forum | Board, parsed: LexborHTMLParser, field: str, what: str) -> str:
    fields, whole = (source.thread, "post") if isinstance(source, Forum) else (source.message, "within")
    node = parsed.root if field == "title" and whole == "post" else parsed.css_first(getattr(fields, whole))
    if node is None:
        return f"`{whole}` {getattr(fields, whole)} finds nothing; {_instead(parsed)}"
    selector = getattr(fields, field, None)
    if selector and what == "unreadable":
        return f"`{field}` {selector} finds {value(node, selector)[:_LONGEST]!r}"
    return f"`{field}` {selector} finds no words; {_instead(parsed)}" if selector else ""


def of_feed(source: Feed, page: Page, field: str) -> str:
    """The same of a feed, and of its entries' pages."""
    text = decoded(page.body, source.encoding or page.charset)
    if field == "page":
        return f"it is no feed: {opening(text)}"
    parsed = document(text)
    if field != "full" or parsed is None or page.entry is None:
        return ""
    if words := value(parsed.root, source.full):
        return f"`full` {source.full} finds {len(words)} characters, the feed has {len(page.entry.body)}"
    return f"`full` {source.full} finds nothing; {_instead(parsed)}"


def _of_list(source: Forum | Board, parsed: LexborHTMLParser, field: str) -> str:
    if isinstance(source, Board) and field == "message_id":
        rows = parsed.css(source.list.row or source.list.message.partition("@")[0] or "*")
        said = next((text for row in rows if (text := said_of(row, source))), "")
        return f"`message_id` {source.message_id} finds nothing in {said[:_LONGEST]!r}"
    name = "thread" if isinstance(source, Forum) else "message"
    selector = source.list.thread if isinstance(source, Forum) else source.list.message
    row, path = source.list.row, selector.partition("@")[0]
    if row and not parsed.css(row):
        return f"`row` {row} finds nothing; {_links(parsed)}"
    if not any(each.css(path) if path else True for each in (parsed.css(row) if row else [parsed.root]) if each):
        return f"`{name}` {selector} finds nothing{' in a row' if row else ''}; {_links(parsed)}"
    said = next(text for each in parsed.css(row or path) if (text := value(each, selector if row else None) or "?"))
    return f"`{name}` {selector} finds {said[:_LONGEST]!r}, which leads nowhere"


def _links(parsed: LexborHTMLParser) -> str:
    """Where the links of a page stand."""
    around = Counter(_name(node.parent) for node in parsed.css("a[href]") if node.parent)
    stand = ", ".join(f"{name} ({number})" for name, number in around.most_common(_SHOWN))
    return f"{_title(parsed)}; its links stand in {stand}" if stand else f"{_title(parsed)} and no links"


def _instead(parsed: LexborHTMLParser) -> str:
    """Where the longest text of a page stands."""
    found = [(len(seen(node)), node) for node in parsed.css("div, td, article, section, main, p")]
    if not found:
        return _title(parsed)
    longest = max((own for _, node in found if (own := _own(node))), default=0)
    holding = [(length, node) for length, node in found if _own(node) >= longest * _MOST and longest]
    if not holding:
        return _title(parsed)
    return f"{_title(parsed)}; the longest text is in {_name(min(holding, key=lambda each: each[0])[1])}"


def _own(node: LexborNode) -> int:
    """Characters of an element that are in no block of its own but paragraphs."""
    inner = sum(len(seen(each)) for each in node.iter() if each.tag in _BLOCKS)
    return len(seen(node)) - inner if node.attributes.get("class") or node.attributes.get("id") else 0


def _name(node: LexborNode) -> str:
    """An element as a selector names it."""
    if identity := node.attributes.get("id"):
        return f"{node.tag}#{identity}"
    classes = (node.attributes.get("class") or "").split()
    return ".".join([node.tag or "", *classes[:2]])


def _title(parsed: LexborHTMLParser) -> str:
    title = title_of(parsed)
    return f"the page has the title {title!r}" if title else "the page has no title"
