"""Says of a signal what it speaks of: on which page, by which selector, and what is there instead."""

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import unquote, urlsplit

from deploy.explaining import json, markup, table
from deploy.explaining.opening import opening
from streams.crawl.kinds import ANSWER_AHEAD, TIME_AHEAD, is_table
from streams.pages.charset import decoded
from streams.pages.login import LOGIN
from streams.pages.page import Page, Reading
from streams.privacy.mask import mask
from streams.source import AnySource, Board, Feed, Forum, Table

Seen = tuple[Page, Reading]
"""A page with what its parser made of it."""

_OF_ANY_KIND: Final = {
    "link:foreign": "it links to another host than the source's, which is not followed",
    TIME_AHEAD: "it is yet to come: look at `time` and `timezone`, and at the clock by which it was written",
    ANSWER_AHEAD: "it is yet to come: look at `answer_time` and `timezone`, and at the clock by which it was written",
}


def explained(source: AnySource, seen: Sequence[Seen]) -> Iterator[str]:
    """A line for each signal of these pages but those of what nobody uses, with the first page that has it; masked."""
    pages: dict[str, list[Page]] = {}
    for page, reading in seen:
        for signal in reading.signals:
            if not signal.startswith("unused:"):
                pages.setdefault(signal, []).append(page)
    for signal, having in pages.items():
        why = _why(source, having[0], signal)
        of = f"of {len(having)} pages, first of " if len(having) > 1 else "of "
        yield mask(f"{signal} {of}{_address(having[0])}" + (f": {why}" if why else ""))


def _why(source: AnySource, page: Page, signal: str) -> str:
    field = signal.partition(":")[0]
    if signal == LOGIN:
        return f"it asks to log in; {opening(decoded(page.body, page.charset))}"
    if of_any_kind := _OF_ANY_KIND.get(signal):
        return of_any_kind
    match source:
        case Forum() | Board():
            return markup.why(source, page, signal)
        case Feed():
            return markup.of_feed(source, page, field)
        case _ if isinstance(source, Table) or is_table(page):
            return table.why(source, page, signal)  # type: ignore[arg-type] # a folder's tables, or a table
        case _:
            return json.why(source, page, signal)


def _address(page: Page) -> str:
    parts = urlsplit(page.url)
    return unquote(parts.path) if parts.scheme == "file" else page.url
