"""Read an HTML forum: list pages with links to threads, thread pages with replies."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from streams.pages.charset import decoded
from streams.pages.dates import time_of
from streams.pages.links import absolute
from streams.pages.markup import document, plain, seen
from streams.pages.page import LISTING, Link, Page, Raw, Reading
from streams.records import Reach
from streams.source import Forum

THREAD: Final = "thread"
"""Role of a thread's first page, which begins with the post that founded it."""

REPLIES: Final = "replies"
"""Role of a thread's further pages."""

_COUNT: Final = re.compile(r"\d{1,12}")


def read(page: Page, source: Forum) -> Reading:
    """The links of a list page, or the posts of a thread page."""
    parsed = document(decoded(page.body, source.encoding or page.charset))
    if parsed is None:
        return Reading(signals=("page:overgrown",))
    return _listing(parsed, page, source) if page.role == LISTING else _thread(parsed, page, source)


def _listing(parsed: LexborHTMLParser, page: Page, source: Forum) -> Reading:
    rows = parsed.css(source.list.row or source.list.thread)
    links = [link for row in rows if (link := _row(row, page, source))]
    further = _next(parsed, source.list.next, page, LISTING)
    kept = [link for link in (*links, *further) if urlsplit(link.url).netloc == urlsplit(source.url).netloc]
    signals = ["thread:missing"] * (not links) + ["link:foreign"] * (len(kept) < len(links) + len(further))
    return Reading((), tuple(kept), tuple(signals))


def _row(row: LexborNode, page: Page, source: Forum) -> Link | None:
    node = row.css_first(source.list.thread) if source.list.row else row
    address = absolute(page.url, (node.attributes.get("href") or "") if node else "")
    return Link(address, THREAD, _value(row, source.list.stamp) or None) if address else None


def _next(parsed: LexborHTMLParser, selector: str | None, page: Page, role: str) -> list[Link]:
    node = parsed.css_first(selector) if selector else None
    address = absolute(page.url, (node.attributes.get("href") or "") if node else "")
    return [Link(address, role)] if address else []


def _thread(parsed: LexborHTMLParser, page: Page, source: Forum) -> Reading:
    parts = urlsplit(page.url)
    found = re.search(source.thread_id, f"{parts.path}?{parts.query}")
    nodes = parsed.css(source.thread.post)
    if not found or not nodes:
        return Reading(signals=("post:missing" if found else "thread_id:missing",))
    title, further = _value(parsed.root, source.thread.title), _next(parsed, source.thread.next, page, REPLIES)
    posts, signals = [], [] if title else ["title:missing"]
    for position, node in enumerate(nodes):
        founds = page.role == THREAD and position == 0
        signals += _signals(node, page, source)
        if founds or _value(node, source.thread.id):
            posts.append(_post(node, page, source, thread=found[1], title=title if founds else None))
        else:
            signals.append("id:missing")
    return Reading(tuple(posts), tuple(further), tuple(dict.fromkeys(signals)))


def _post(node: LexborNode, page: Page, source: Forum, *, thread: str, title: str | None) -> Raw:
    """The founding post when there is a title, else a reply."""
    fields = source.thread
    return Raw(
        id=thread if title is not None else f"{thread}-{_value(node, fields.id)}",
        title=(title or "").replace("\n", " "),
        body=_value(node, fields.body),
        kind="reply" if title is None else "thread",
        url=page.url,
        author=_value(node, fields.author) or None,
        published=time_of(_value(node, fields.time), source.zone, page.fetched),
        reach=Reach(*(_count(_value(node, path)) for path in (fields.views, fields.replies, fields.likes))),
        thread=thread if title is None else None,
    )


def _value(node: LexborNode | None, selector: str | None) -> str:
    """The text of what `selector` finds, or with `selector@name` an attribute; empty when there is none."""
    if node is None or not selector:
        return ""
    path, _, attribute = selector.partition("@")
    found = node.css_first(path) if path else node
    if found is None:
        return ""
    return plain(found.attributes.get(attribute) or "") if attribute else seen(found)


def _count(text: str) -> int | None:
    match = _COUNT.search(text.replace(",", ""))
    return int(match[0]) if match else None


def _signals(node: LexborNode, page: Page, source: Forum) -> Iterator[str]:
    """What is missing in a post, and every part with words that is neither used nor ignored by name."""
    fields = source.thread
    if not _value(node, fields.body):
        yield "body:empty"
    said = _value(node, fields.time)
    if fields.time and time_of(said, source.zone, page.fetched) is None:
        yield "time:unreadable" if said else "time:missing"
    if fields.author and not _value(node, fields.author):
        yield "author:missing"
    yield from _unused(node, source)


def _unused(node: LexborNode, source: Forum) -> Iterator[str]:
    fields = source.thread
    selectors = (getattr(fields, name) for name in fields.__struct_fields__ if name not in {"post", "next"})
    used = {
        found.mem_id
        for selector in selectors
        if selector and (path := selector.partition("@")[0])
        for found in node.css(path)
    }
    ignored, waiting = set(source.ignores), list(node.iter())
    while waiting:
        here = waiting.pop()
        names = [*(here.attributes.get("class") or "").split(), here.attributes.get("id") or "", here.tag or ""]
        if here.mem_id in used or ignored.intersection(names) or here.tag in {"script", "style"}:
            continue
        if here.text(deep=False, strip=True):
            yield f"unused:{next(name for name in names if name)}"
        waiting += here.iter()
