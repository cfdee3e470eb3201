"""Read RSS, Atom and JSON Feed, and the pages to which their entries lead."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from io import BytesIO
from itertools import islice
from typing import Any, Final
from urllib.parse import urlsplit

import feedparser
from msgspec.structs import replace

from streams.pages.charset import decoded
from streams.pages.dates import time_of
from streams.pages.elements import leave_out, value
from streams.pages.expression import Overgrown, parsed
from streams.pages.links import absolute
from streams.pages.markup import document, plain, seen, text_of
from streams.pages.notice import is_blocked, says_blocked
from streams.pages.page import Link, Page, Raw, Reading
from streams.pages.xml import without_prolog
from streams.source import Feed

_USED: Final = frozenset(
    {"id", "guidislink", "title", "title_detail", "link", "links", "summary", "summary_detail", "content"}
    | {"published", "published_parsed", "updated", "updated_parsed", "author", "author_detail", "authors"}
)
_USED_OF_JSON: Final = frozenset(
    {"id", "url", "title", "content_text", "content_html", "summary", "date_published", "date_modified"}
    | {"author", "authors"}
)

ENTRY: Final = "entry"
"""Role of an entry's own page."""

FOLLOWED: Final = 200
"""Entries of a feed that are followed; a feed of thousands would be hours of asking."""

_MOST: Final = 2_000
"""Entries that are read; the newest stand first."""

_THREAD: Final = re.compile(r"mod=viewthread&(?:[^#]*&)?tid=(\d+)|/thread-(\d+)-\d+")
"""An address of Discuz!, whose feeds have no other id; the rest of it changes with the site's settings."""


def read(page: Page, source: Feed) -> Reading:
    """The posts of a feed, or of an entry's own page its whole text; an entry's longest text is its body."""
    if page.role == ENTRY:
        return _whole(page, source)
    text = decoded(page.body, source.encoding or page.charset)
    reading = _json(text, page, source) if text.lstrip().startswith("{") else _xml(text, page, source)
    return _followed(reading, page, source) if source.full else reading


def _followed(reading: Reading, page: Page, source: Feed) -> Reading:
    """With links to the pages of entries; of the others it is known how they begin.

    Entries are followed on the host of the feed, or of its origin where it has one: whoever writes what a gateway
    reads could else make it say what stands anywhere within its reach.
    """
    host = urlsplit(source.origin or source.url).netloc
    entries: dict[str, Raw] = {}
    others: list[Raw] = []
    signals = dict.fromkeys(reading.signals)
    for raw in reading.posts:
        if raw.url and urlsplit(raw.url).netloc != host:
            signals["link:foreign"] = None
        elif raw.url and raw.id and raw.url not in entries and raw.url != page.url:
            if len(entries) < FOLLOWED:
                entries[raw.url] = raw
                continue
            signals["full:many"] = None
        others.append(replace(raw, unasked=True))
    whole = {raw.id for raw in entries.values()}
    links = tuple(Link(url, ENTRY, _digest(raw)) for url, raw in entries.items())
    return Reading(tuple(raw for raw in others if raw.id not in whole), links, tuple(signals), entries)


def _digest(raw: Raw) -> str:
    """While it stays, the feed says the same of an entry."""
    return hashlib.sha256(f"{raw.title}\n{raw.body}\n{raw.published}".encode("utf-8", "surrogatepass")).hexdigest()


_MORE: Final = re.compile(
    r"\s*(?:\.{3,}|…+)?\s*(?:[\[【(（]?(?:阅读|查看|点击)?(?:全文|更多|详情|原文)[\]】)）]?)?[>»]*\s*\Z"
)
_TAIL: Final = 20


def _beginning(words: str) -> str:
    """What a feed says without the mark of a cut: ……[阅读全文]."""
    return words[:-_TAIL] + _MORE.sub("", words[-_TAIL:])


def _whole(page: Page, source: Feed) -> Reading:
    """The entry with the text of its own page, where that is the longer one."""
    if page.entry is None:
        return Reading()
    own = document(decoded(page.body, source.encoding or page.charset))
    root = own.root if own else None
    if root is not None:
        leave_out(root, source.without)
    words = value(root, source.full)
    if root is not None and says_blocked(words, seen(root)):
        return Reading(gone=True)
    if len(words) < len(_beginning(page.entry.body)):
        return Reading((replace(page.entry, partial=True),), (), ("full:shorter" if words else "full:missing",))
    return Reading((replace(page.entry, body=words),))


def _xml(text: str, page: Page, source: Feed) -> Reading:
    xml = without_prolog(text)
    if xml is None:
        return Reading(signals=("page:overgrown",))
    # A stream, because feedparser takes a string for an address or a file to open.
    stream = BytesIO(xml.encode("utf-8", "replace"))
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": page.url}
    feed = feedparser.parse(stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    if not feed.entries and (feed.get("bozo") or not feed.get("version")):
        return Reading(signals=("page:unreadable",))
    signals = _unused((entry.keys() for entry in feed.entries), _USED, source)
    return _reading((_entry(entry, page, source) for entry in feed.entries), signals)


def _entry(entry: Mapping[str, Any], page: Page, source: Feed) -> tuple[Raw, str]:
    # A broken feed's values may be None or of any type.
    contents = [each.get("value") for each in entry.get("content", ()) if isinstance(each, Mapping)]
    detail = entry.get("author_detail")
    link, said = _string(entry.get("link")), _string(entry.get("published")) or _string(entry.get("updated"))
    return _raw(
        page,
        source,
        identity=_string(entry.get("id")),
        title=_string(entry.get("title")),
        body=max(map(_string, (entry.get("summary"), *contents)), key=len),
        link=link,
        said=said or None,
        author=_string(detail.get("name") if isinstance(detail, Mapping) else None) or _string(entry.get("author")),
    )


def _json(text: str, page: Page, source: Feed) -> Reading:
    try:
        items = parsed(text)["items"]
    except Overgrown:
        return Reading(signals=("page:overgrown",))
    except (ValueError, KeyError):
        return Reading(signals=("page:unreadable",))
    items = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    signals = _unused((item.keys() for item in items), _USED_OF_JSON, source)
    return _reading((_item(item, page, source) for item in items), signals)


def _item(item: Mapping[str, Any], page: Page, source: Feed) -> tuple[Raw, str]:
    bodies = [_string(item.get(name)) for name in ("content_html", "content_text", "summary")]
    authors = item.get("authors") or [item.get("author")]
    first = authors[0] if isinstance(authors, list) and authors and isinstance(authors[0], dict) else {}
    return _raw(
        page,
        source,
        identity=_string(item.get("id")),
        title=_string(item.get("title")),
        body=next((body for body in bodies if body), ""),
        link=_string(item.get("url")),
        said=_string(item.get("date_published")) or _string(item.get("date_modified")) or None,
        author=_string(first.get("name")),
    )


def _raw(
    page: Page, source: Feed, *, identity: str, title: str, body: str, link: str, said: str | None, author: str
) -> tuple[Raw, str]:
    """The post, and a signal or nothing about its time."""
    published = time_of(said, source.zone, page.fetched)
    thread, words = _THREAD.search(link), text_of(body)
    raw = Raw(
        id=plain(identity) or (next(filter(None, thread.groups())) if thread else plain(link)),
        title=text_of(title).replace("\n", " "),
        body="" if is_blocked(words) else words,
        kind="thread" if thread else "article",
        url=absolute(page.url, link) or None,
        author=plain(author) or None,
        published=published,
    )
    return raw, "" if published else "time:unreadable" if said else "time:missing"


def _reading(entries: Iterable[tuple[Raw, str]], signals: tuple[str, ...]) -> Reading:
    read = list(islice(entries, _MOST + 1))
    said = (*signals, *(said for _, said in read if said), *("page:overgrown",) * (len(read) > _MOST))
    return Reading(tuple(raw for raw, _ in read[:_MOST]), (), tuple(dict.fromkeys(said)))


def _unused(entries: Iterable[Iterable[str]], used: frozenset[str], source: Feed) -> tuple[str, ...]:
    """A signal for every field that is neither used nor ignored by name."""
    names = {name for entry in entries for name in entry} - used - set(source.ignores)
    return tuple(f"unused:{name}" for name in sorted(names))


def _string(value: object) -> str:
    return str(value) if isinstance(value, str | int) else ""
