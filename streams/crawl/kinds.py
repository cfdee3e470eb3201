"""Read a page by the parser of its source's kind: the one list of kinds."""

import asyncio
import hashlib
from typing import Final

import msgspec
from msgspec.structs import asdict, replace

from streams.pages.dates import is_ahead
from streams.pages.page import Page, Reading
from streams.parsers import api, board, feed, forum, table
from streams.source import AnySource, Api, Board, Feed, Folder, Forum, Manual, Table, Webhook

TIME_AHEAD: Final = "time:ahead"
ANSWER_AHEAD: Final = "answer_time:ahead"
"""Signals of a time that is yet to come. It is passed on as it was said, whatever the kind; the worker clamps it."""

_PARSERS: Final = b"4"
"""To be raised when a parser finds what it did not before: each page is then read again, once."""

_NO_MATTER: Final = frozenset(
    {"schedule", "expects", "contact", "licence", "hours", "budget", "permission", "complete"}
)
"""Fields that say nothing of how a page is read."""

_SMALL: Final = 4_000
"""Bytes of a page that is read at once: whatever is in it takes milliseconds. A packed table may be small, too."""


def read(page: Page, source: AnySource) -> Reading:
    """What the page holds, with a signal where a time in it is yet to come: a clock or a zone is wrong."""
    reading = _parsed(page, source)
    ahead = (raw.kind for raw in reading.posts if raw.published and is_ahead(raw.published, page.fetched))
    signals = dict.fromkeys(ANSWER_AHEAD if kind == "answer" else TIME_AHEAD for kind in ahead)
    return replace(reading, signals=(*reading.signals, *signals)) if signals else reading


def _parsed(page: Page, source: AnySource) -> Reading:
    match source:
        case Feed():
            return feed.read(page, source)
        case Forum():
            return forum.read(page, source)
        case Board():
            return board.read(page, source)
        case Api() | Webhook() | Manual():
            return api.read(page, source)
        case Table():
            return table.read(page, source)
        case Folder():
            return table.read(page, source) if is_table(page) else api.read(page, source)


def is_table(page: Page) -> bool:
    """Whether a folder's file is a table."""
    return page.url.lower().endswith((".csv", ".xlsx"))


async def read_beside(page: Page, source: AnySource) -> Reading:
    """The same, beside the event loop: a page takes up to seconds, in which the other sources want to go on."""
    small = len(page.body) <= _SMALL and not isinstance(source, Table | Folder)
    return read(page, source) if small else await asyncio.to_thread(read, page, source)


def reading_of(source: AnySource) -> str:
    """A digest of how the pages of a source are read: with another one they are to be read again."""
    how = {name: value for name, value in asdict(source).items() if name not in _NO_MATTER}
    return hashlib.sha256(_PARSERS + msgspec.json.encode((type(source).__name__, how))).hexdigest()[:32]
