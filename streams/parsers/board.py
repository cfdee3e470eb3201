"""Read a government's message board in HTML: a list of messages, and a page for each with question and reply."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from streams.pages.answer import answer_to, says_something
from streams.pages.charset import decoded
from streams.pages.dates import time_of
from streams.pages.elements import count, from_the_last, leave_out, link, outermost, unused, value
from streams.pages.links import absolute, filled
from streams.pages.markup import document, seen
from streams.pages.notice import says_gone
from streams.pages.page import LISTING, Link, Page, Raw, Reading
from streams.records import Reach
from streams.source import Board

MESSAGE: Final = "message"
"""Role of a message's own page."""


def read(page: Page, source: Board) -> Reading:
    """The links of a list page, or the message of its own page with the reply."""
    parsed = document(decoded(page.body, source.encoding or page.charset))
    if parsed is None:
        return Reading(signals=("page:overgrown",))
    return _listing(parsed, page, source) if page.role == LISTING else _message(parsed, page, source)


def _listing(parsed: LexborHTMLParser, page: Page, source: Board) -> Reading:
    path = source.list.message.partition("@")[0]
    rows = parsed.css(source.list.row or path or "*")
    named = bool(source.link) and any(said_of(row, source) for row in rows)  # Before the rows are taken out.
    further = (
        [Link(url, LISTING)] if source.list.next and (url := link(parsed.root, source.list.next, page.url)) else []
    )
    messages = [each for row in from_the_last(rows) if (each := _row(row, page, source))][::-1]
    kept = [each for each in (*messages, *further) if urlsplit(each.url).netloc == urlsplit(source.url).netloc]
    missing = "message_id:missing" if named else "message:missing"
    signals = [missing] * (not messages) + ["link:foreign"] * (len(kept) < len(messages) + len(further))
    return Reading((), tuple(kept), tuple(signals))


def said_of(row: LexborNode, source: Board) -> str:
    """What a row of the list says of where its message is: an address, or what holds its id."""
    path, _, attribute = source.list.message.partition("@")
    node = row.css_first(path) if source.list.row and path else row
    return (node.attributes.get(attribute or "href") or "") if node else ""


def _row(row: LexborNode, page: Page, source: Board) -> Link | None:
    said = said_of(row, source)
    if source.link:
        found = re.search(source.message_id, said)
        said = filled(source.link, found[1]) if found and found[1] else ""
    url = absolute(page.url, said)
    return Link(url, MESSAGE, value(row, source.list.stamp) or None) if url else None


def _identity(page: Page, source: Board) -> str:
    """A message's id in its address: what `link` was filled with, or what `message_id` finds."""
    if source.link:
        before, _, after = source.link.partition("{id}")
        for address in (page.url, unquote(page.url)):
            if address.startswith(before) and address.endswith(after) and len(address) > len(before) + len(after):
                return unquote(address[len(before) : len(address) - len(after)])
    parts = urlsplit(page.url)
    found = re.search(source.message_id, f"{parts.path}?{parts.query}")
    return found[1] or "" if found else ""


def _message(parsed: LexborHTMLParser, page: Page, source: Board) -> Reading:
    identity = _identity(page, source)
    node = parsed.css_first(source.message.within)
    if node is None and says_gone(parsed, source.gone):
        return Reading(gone=True)
    if not identity or node is None:
        return Reading(signals=("message:missing" if node is None else "message_id:missing",))
    leave_out(node, source.message.without)
    posts = _posts(node, identity, page, source)
    return Reading(posts, (), tuple(dict.fromkeys(_signals(node, page, source))))


def _posts(node: LexborNode, identity: str, page: Page, source: Board) -> tuple[Raw, ...]:
    fields = source.message
    asked = Raw(
        id=identity,
        title=value(node, fields.title).replace("\n", " "),
        body=value(node, fields.body),
        url=page.url,
        author=value(node, fields.author) or None,
        published=time_of(value(node, fields.time), source.zone, page.fetched),
        reach=Reach(*(count(value(node, path)) for path in (fields.views, fields.replies, fields.likes))),
    )
    answered = time_of(value(node, fields.answer_time), source.zone, page.fetched)
    about = value(node, fields.office), value(node, fields.status)
    return (asked, *answer_to(asked, _answer(node, source), answered, *about))


def _answer(node: LexborNode, source: Board) -> str:
    """The reply, of several all; empty while there is none."""
    found = node.css(source.message.answer) if source.message.answer else []
    words = [text for each in outermost(found) if (text := seen(each)) and says_something(text)]
    return "\n".join(words)


def _signals(node: LexborNode, page: Page, source: Board) -> Iterator[str]:
    """What is missing of a message, and every part with words that is neither used nor ignored by name."""
    fields = source.message
    if not value(node, fields.body):
        yield "body:empty"
    answered = bool(_answer(node, source))
    for name in ("title", "author", "status", "views", "replies", "likes", *(("office",) if answered else ())):
        if (selector := getattr(fields, name)) and not value(node, selector):
            yield f"{name}:missing"
    for name in ("time", *(("answer_time",) if answered else ())):
        if selector := getattr(fields, name):
            said = value(node, selector)
            if time_of(said, source.zone, page.fetched) is None:
                yield f"{name}:unreadable" if said else f"{name}:missing"
    if fields.answer and not node.css(fields.answer):
        yield "answer:missing"
    selectors = (getattr(fields, name) for name in fields.__struct_fields__ if name not in {"within", "without"})
    yield from unused(node, selectors, source.ignores)
