"""Read RSS, Atom and JSON Feed."""

import json
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any, Final

import feedparser

from streams.pages.charset import decoded
from streams.pages.dates import time_of
from streams.pages.links import absolute
from streams.pages.markup import plain, text_of
from streams.pages.page import Page, Raw, Reading
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


def read(page: Page, source: Feed) -> Reading:
    """The posts of a feed; an entry's longest text is its body."""
    text = decoded(page.body, source.encoding or page.charset)
    return _json(text, page, source) if text.lstrip().startswith("{") else _xml(text, page, source)


def _xml(text: str, page: Page, source: Feed) -> Reading:
    document = without_prolog(text)
    if document is None:
        return Reading(signals=("page:overgrown",))
    # A stream, because feedparser takes a string for an address or a file to open.
    stream = BytesIO(document.encode("utf-8", "replace"))
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": page.url}
    feed = feedparser.parse(stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    if not feed.entries and (feed.get("bozo") or not feed.get("version")):
        return Reading(signals=("page:unreadable",))
    signals = _unused((entry.keys() for entry in feed.entries), _USED, source)
    return _reading([_entry(entry, page, source) for entry in feed.entries], signals)


def _entry(entry: Mapping[str, Any], page: Page, source: Feed) -> tuple[Raw, str]:
    # A broken feed's values may be None or of any type.
    contents = [each.get("value") for each in entry.get("content", ()) if isinstance(each, Mapping)]
    detail = entry.get("author_detail")
    link, said = _string(entry.get("link")), _string(entry.get("published")) or _string(entry.get("updated"))
    return _raw(
        page,
        source,
        identity=_string(entry.get("id")) or link,
        title=_string(entry.get("title")),
        body=max(map(_string, (entry.get("summary"), *contents)), key=len),
        link=link,
        said=said or None,
        author=_string(detail.get("name") if isinstance(detail, Mapping) else None) or _string(entry.get("author")),
    )


def _json(text: str, page: Page, source: Feed) -> Reading:
    try:
        items = json.loads(text)["items"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Reading(signals=("page:unreadable",))
    items = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    signals = _unused((item.keys() for item in items), _USED_OF_JSON, source)
    return _reading([_item(item, page, source) for item in items], signals)


def _item(item: Mapping[str, Any], page: Page, source: Feed) -> tuple[Raw, str]:
    bodies = [_string(item.get(name)) for name in ("content_html", "content_text", "summary")]
    authors = item.get("authors") or [item.get("author")]
    first = authors[0] if isinstance(authors, list) and authors and isinstance(authors[0], dict) else {}
    return _raw(
        page,
        source,
        identity=_string(item.get("id")) or _string(item.get("url")),
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
    raw = Raw(
        id=plain(identity),
        title=text_of(title).replace("\n", " "),
        body=text_of(body),
        kind="article",
        url=absolute(page.url, link) or None,
        author=plain(author) or None,
        published=published,
    )
    return raw, "" if published else "time:unreadable" if said else "time:missing"


def _reading(entries: Iterable[tuple[Raw, str]], signals: tuple[str, ...]) -> Reading:
    entries = list(entries)
    return Reading(tuple(raw for raw, _ in entries), (), (*signals, *(said for _, said in entries if said)))


def _unused(entries: Iterable[Iterable[str]], used: frozenset[str], source: Feed) -> tuple[str, ...]:
    """A signal for every field that is neither used nor ignored by name."""
    names = {name for entry in entries for name in entry} - used - set(source.ignores)
    return tuple(f"unused:{name}" for name in sorted(names))


def _string(value: object) -> str:
    return str(value) if isinstance(value, str | int) else ""
