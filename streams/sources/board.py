"""Read a message board's JSON: what residents ask, and what the office answers."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from streams.pages.charset import decoded
from streams.pages.dates import time_of
from streams.pages.markup import plain, text_of
from streams.pages.page import LISTING, Link, Page, Raw, Reading
from streams.records import Reach
from streams.source import Board


def read(page: Page, source: Board) -> Reading:
    """The messages of a page with their answers, and the link to the next page."""
    try:
        answer = json.loads(decoded(page.body, source.encoding or page.charset))
    except (ValueError, RecursionError):
        return Reading(signals=("page:unreadable",))
    items = _at(answer, source.items) if source.items else answer
    if not isinstance(items, list):
        return Reading(signals=("items:missing",))
    posts: list[Raw] = []
    signals: list[str] = []
    for item in items:
        if isinstance(item, dict) and _text(item, source.message.id):
            posts += _posts(item, page, source)
            signals += _signals(item, page, source)
        else:
            signals.append("id:missing" if isinstance(item, dict) else "item:unreadable")
    return Reading(tuple(posts), _next(answer, items, page, source), tuple(dict.fromkeys(signals)))


def _posts(item: Mapping[str, Any], page: Page, source: Board) -> Iterator[Raw]:
    fields, identity = source.message, _text(item, source.message.id)
    url = urljoin(page.url, said) if (said := _text(item, fields.url)) else None
    if url is None and source.link:
        url = source.link.replace("{id}", quote(identity, safe=""))
    yield Raw(
        id=identity,
        title=text_of(_text(item, fields.title)).replace("\n", " "),
        body=text_of(_text(item, fields.body)),
        url=url,
        author=_text(item, fields.author) or None,
        published=_time(item, fields.time, page, source),
        reach=Reach(*(_count(item, key) for key in (fields.views, fields.replies, fields.likes))),
    )
    if words := text_of(_text(item, fields.answer)):
        # The office's own words: no author to protect, and no resident's report of harm to grade.
        published = _time(item, fields.answer_time, page, source)
        yield Raw(id=f"{identity}#answer", body=words, kind="answer", url=url, published=published, thread=identity)


def _signals(item: Mapping[str, Any], page: Page, source: Board) -> Iterator[str]:
    fields = source.message
    if not _text(item, fields.body):
        yield "body:empty" if _at(item, fields.body) in ("", None) else "body:unreadable"
    for name, key in (
        ("time", fields.time),
        ("answer_time", fields.answer_time if _text(item, fields.answer) else None),
    ):
        if key and _time(item, key, page, source) is None:
            yield f"{name}:unreadable" if _at(item, key) else f"{name}:missing"
    keys = (getattr(fields, name) for name in fields.__struct_fields__)
    used = {key.partition(".")[0] for key in keys if key}
    yield from (f"unused:{key}" for key in sorted(set(item) - used - set(source.ignores)))


def _next(answer: object, items: list[Any], page: Page, source: Board) -> tuple[Link, ...]:
    if source.paging is None or not items:
        return ()
    parts = urlsplit(page.url)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    following = _following(answer, asked.get(source.paging.parameter, ""), source)
    if not following:
        return ()
    query = urlencode({**asked, source.paging.parameter: following})
    return (Link(urlunsplit(parts._replace(query=query)), LISTING),)


def _following(answer: object, asked: str, source: Board) -> str:
    """What the next page is asked for by: the cursor that this page gives, or the next number."""
    if source.paging and source.paging.cursor:
        cursor = _at(answer, source.paging.cursor)
        return str(cursor) if isinstance(cursor, str | int) and cursor not in {"", 0} and str(cursor) != asked else ""
    first = source.paging.first if source.paging else 1
    return str((int(asked) if asked.isdecimal() else first) + 1)


def _at(value: object, key: str | None) -> Any:
    """What stands at a dotted key, or None."""
    for step in key.split(".") if key else ():
        value = value.get(step) if isinstance(value, dict) else None
    return value if key else None


def _text(item: Mapping[str, Any], key: str | None) -> str:
    value = _at(item, key)
    return plain(value) if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _time(item: Mapping[str, Any], key: str | None, page: Page, source: Board) -> datetime | None:
    value = _at(item, key)
    return time_of(value, source.zone, page.fetched) if isinstance(value, str | int | float) else None


def _count(item: Mapping[str, Any], key: str | None) -> int | None:
    value = _at(item, key)
    return value if isinstance(value, int) and value >= 0 else None
