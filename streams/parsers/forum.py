"""Read an HTML forum: list pages with links to threads, thread pages with replies."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from streams.pages.charset import decoded
from streams.pages.dates import time_of
from streams.pages.elements import count, from_the_last, leave_out, link, unused, value
from streams.pages.markup import document, seen
from streams.pages.notice import says_blocked, says_gone
from streams.pages.page import LISTING, Link, Page, Raw, Reading
from streams.records import Reach
from streams.source import Forum

THREAD: Final = "thread"
"""Role of a thread's first page, which begins with the post that founded it."""

REPLIES: Final = "replies"
"""Role of a thread's further pages."""


def read(page: Page, source: Forum) -> Reading:
    """The links of a list page, or the posts of a thread page."""
    parsed = document(decoded(page.body, source.encoding or page.charset))
    if parsed is None:
        return Reading(signals=("page:overgrown",))
    return _listing(parsed, page, source) if page.role == LISTING else _thread(parsed, page, source)


def _listing(parsed: LexborHTMLParser, page: Page, source: Forum) -> Reading:
    rows = parsed.css(source.list.row or source.list.thread)
    further = _next(parsed, source.list.next, page, LISTING)
    links = [each for row in from_the_last(rows) if (each := _row(row, page, source))][::-1]
    kept = [each for each in (*links, *further) if urlsplit(each.url).netloc == urlsplit(source.url).netloc]
    signals = ["thread:missing"] * (not links) + ["link:foreign"] * (len(kept) < len(links) + len(further))
    return Reading((), tuple(kept), tuple(signals))


def _row(row: LexborNode, page: Page, source: Forum) -> Link | None:
    address = link(row, source.list.thread if source.list.row else None, page.url)
    return Link(address, THREAD, value(row, source.list.stamp) or None) if address else None


def _next(parsed: LexborHTMLParser, selector: str | None, page: Page, role: str) -> list[Link]:
    address = link(parsed.root, selector, page.url) if selector else ""
    return [Link(address, role)] if address else []


def _thread(parsed: LexborHTMLParser, page: Page, source: Forum) -> Reading:
    parts = urlsplit(page.url)
    found = re.search(source.thread_id, f"{parts.path}?{parts.query}")
    nodes = parsed.css(source.thread.post)
    if not nodes and says_gone(parsed, source.gone):
        return Reading(gone=True)
    if not found or not nodes:
        return Reading(signals=("post:missing" if found else "thread_id:missing",))
    title, further = value(parsed.root, source.thread.title), _next(parsed, source.thread.next, page, REPLIES)
    posts, signals = [], [] if title else ["title:missing"]
    for node in from_the_last(nodes):
        founds = page.role == THREAD and node.mem_id == nodes[0].mem_id
        leave_out(node, source.thread.without)
        if says_blocked(value(node, source.thread.body), seen(node)):
            signals.append("post:blocked")
            continue
        signals += _signals(node, page, source)
        if founds or value(node, source.thread.id):
            posts.append(_post(node, page, source, thread=found[1], title=title if founds else None))
        else:
            signals.append("id:missing")
    if not posts and not further and set(signals) == {"post:blocked"}:
        return Reading(gone=True)
    return Reading(tuple(reversed(posts)), tuple(further), tuple(dict.fromkeys(signals)))


def _post(node: LexborNode, page: Page, source: Forum, *, thread: str, title: str | None) -> Raw:
    """The founding post when there is a title, else a reply."""
    fields = source.thread
    return Raw(
        id=thread if title is not None else f"{thread}-{value(node, fields.id)}",
        title=(title or "").replace("\n", " "),
        body=value(node, fields.body),
        kind="reply" if title is None else "thread",
        url=page.url,
        author=value(node, fields.author) or None,
        published=time_of(value(node, fields.time), source.zone, page.fetched),
        reach=Reach(*(count(value(node, path)) for path in (fields.views, fields.replies, fields.likes))),
        thread=thread if title is None else None,
    )


def _signals(node: LexborNode, page: Page, source: Forum) -> Iterator[str]:
    """What is missing in a post, and every part with words that is neither used nor ignored by name."""
    fields = source.thread
    if not value(node, fields.body):
        yield "body:empty"
    said = value(node, fields.time)
    if fields.time and time_of(said, source.zone, page.fetched) is None:
        yield "time:unreadable" if said else "time:missing"
    if fields.author and not value(node, fields.author):
        yield "author:missing"
    selectors = (getattr(fields, name) for name in fields.__struct_fields__ if name not in {"post", "next", "without"})
    yield from unused(node, selectors, source.ignores)
