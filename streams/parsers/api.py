"""Read what says it in JSON, fetched or brought: what residents ask, and what the office answers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from streams.pages.answer import answer_to
from streams.pages.charset import decoded
from streams.pages.dates import time_of
from streams.pages.expression import Overgrown, assert_bounded, keys_of, parsed, value_at
from streams.pages.links import for_readers
from streams.pages.markup import plain, text_of
from streams.pages.page import LISTING, Link, Page, Raw, Reading
from streams.records import Reach
from streams.source import Api, Folder, Item, Manual, Paging, Webhook

_LINES: Final = ".jsonl"
_SAID: Final = ("title", "author", "url", "views", "replies", "likes")
"""What an item that has it at all says, though it be null; an answer may come later."""

_DIGITS: Final = 18
"""Of a page's number; an address that a site redirects to may hold anything."""


Json = Api | Folder | Webhook | Manual


def read(page: Page, source: Json) -> Reading:
    """The messages of a page with their answers, and the link to the next page."""
    text = decoded(page.body, source.encoding or page.charset)
    try:
        if isinstance(source, Api):
            assert_bounded(text)  # Many lines, too, when they come from the web.
        answer = lines(text) if page.url.endswith(_LINES) else parsed(text)
    except Overgrown:
        return Reading(signals=("page:overgrown",))
    except ValueError:
        return Reading(signals=("page:unreadable",))
    items = value_at(answer, source.items) if source.items else answer
    if isinstance(items, dict) and not isinstance(source, Api):
        items = [items]  # Who brings one thing makes no list of it.
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
    links, stuck = _next(answer, items, page, source) if isinstance(source, Api) else ((), ())
    return Reading(tuple(posts), links, tuple(dict.fromkeys((*signals, *stuck))))


def lines(text: str) -> list[Any]:
    """The objects of JSON lines; None for a line that is none. Raises Overgrown."""
    found: list[Any] = []
    for line in filter(str.strip, text.split("\n")):  # Not by `splitlines`: U+2028 may stand in a string.
        try:
            found.append(parsed(line))
        except Overgrown:
            raise
        except ValueError:
            found.append(None)
    return found


def _posts(item: Mapping[str, Any], page: Page, source: Json) -> tuple[Raw, ...]:
    fields, identity = source.message, _text(item, source.message.id)
    asked = Raw(
        id=identity,
        title=text_of(_text(item, fields.title)).replace("\n", " "),
        body=text_of(_text(item, fields.body)),
        url=for_readers(page.url, _text(item, fields.url), source.link, identity),
        author=_text(item, fields.author) or None,
        published=_time(item, fields.time, page, source),
        reach=Reach(*(_count(item, each) for each in (fields.views, fields.replies, fields.likes))),
    )
    words, answered = text_of(_text(item, fields.answer)), _time(item, fields.answer_time, page, source)
    return (asked, *answer_to(asked, words, answered))


def _signals(item: Mapping[str, Any], page: Page, source: Json) -> Iterator[str]:
    fields = source.message
    if not _text(item, fields.body):
        yield "body:empty" if value_at(item, fields.body) in ("", None) else "body:unreadable"
    for name, expression in (
        ("time", fields.time),
        ("answer_time", fields.answer_time if _text(item, fields.answer) else None),
    ):
        if expression and _time(item, expression, page, source) is None:
            yield f"{name}:unreadable" if value_at(item, expression) else f"{name}:missing"
    for name in _SAID if isinstance(source, Api) else ():  # What is brought leaves out what it does not know.
        keys = keys_of(expression) if (expression := getattr(fields, name)) else None
        if keys and keys.isdisjoint(item):
            yield f"{name}:missing"
    used = _used(fields)
    if used is not None:
        yield from (f"unused:{key}" for key in sorted(set(item) - used - set(source.ignores)))


@lru_cache(4096)
def _used(fields: Item) -> frozenset[str] | None:
    """The keys of an item that are read; None when all of them are."""
    expressions = (getattr(fields, name) for name in fields.__struct_fields__)
    keys = [keys_of(each) for each in expressions if each]
    return None if None in keys else frozenset(key for each in keys for key in each or ())


def _next(answer: object, items: Sequence[Any], page: Page, source: Api) -> tuple[tuple[Link, ...], tuple[str, ...]]:
    """The link to the next page, and what there is to say of it."""
    if source.paging is None or not items:
        return (), ()
    parts = urlsplit(page.url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    asked = query.get(source.paging.parameter, "")
    following = _following(answer, items, asked, page, source)
    if not following or following == asked:
        # A page of one item may end with that on which it began; one of many would come again and again.
        return (), ("paging:stuck",) * bool(following and source.paging.time and len(items) > 1)
    further = urlencode({**query, source.paging.parameter: following})
    return (Link(urlunsplit(parts._replace(query=further)), LISTING),), ()


def _following(answer: object, items: Sequence[Any], asked: str, page: Page, source: Api) -> str:
    """What the next page is asked for by: a cursor, the time of this page's oldest item, or a number."""
    paging = source.paging or Paging(parameter="")
    if paging.cursor:
        cursor = value_at(answer, paging.cursor)
        return str(cursor) if isinstance(cursor, str | int) and cursor != 0 else ""
    if paging.time:
        dated = [(at, value_at(item, paging.time)) for item in items if (at := _time(item, paging.time, page, source))]
        return str(min(dated, key=lambda each: each[0])[1]) if dated else ""
    number = int(asked) if asked.isdecimal() and len(asked) <= _DIGITS else paging.first
    return str(number + paging.step)


def _text(item: Mapping[str, Any], expression: str | None) -> str:
    value = value_at(item, expression)
    return plain(value) if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _time(item: object, expression: str | None, page: Page, source: Json) -> datetime | None:
    value = value_at(item, expression)
    return time_of(value, source.zone, page.fetched) if isinstance(value, str | int | float) else None


def _count(item: Mapping[str, Any], expression: str | None) -> int | None:
    value = value_at(item, expression)
    return value if isinstance(value, int) and value >= 0 else None
