"""A source's day as a document of the health index, and back: pure, no server needed."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec

from streams.crawl.day import Day
from streams.crawl.fence import Fence

_NUMBERS: Final = (
    "visits",
    "requests",
    "pages",
    "unmodified",
    "listed",
    "published",
    "unchanged",
    "spread",
    "edited",
    "gone",
    "back",
    "duplicate",
    "empty",
    "cut",
    "unread",
    "backfill",
    "unalerted",
)
"""Counts that are a field each; all others stand under `counted`."""


def day_id(source: str, day: date) -> str:
    """Under which id a day is kept."""
    return f"{source}:{day.isoformat()}"


def day_document(day: Day) -> dict[str, object]:
    """Flat, so that each thing is a field in Kibana; `shares` is what the rest is made of."""
    counts = day.counts
    return {
        "source": day.source,
        "day": day.begins,
        "townships": day.townships,
        "time": day.time,
        "good": day.good,
        "trouble": day.trouble,
        "since": day.since,
        "troubles": day.names("trouble"),
        "missing": day.missing,
        "coverage": day.coverage,
        **{name: counts[name] for name in _NUMBERS},
        "errors": day.total("error"),
        "error_names": day.names("error"),
        "signals": day.total("signal"),
        "signal_names": day.names("signal"),
        "counted": counts,
        "shares": day.shares,
    }


def read_day(name: str, day: date, item: Mapping[str, Any]) -> Day:
    """The day that an item of a multi-get holds."""
    source = item["_source"]
    kept = ("townships", "time", "good", "trouble", "since", "missing", "shares")
    known = {field: source[field] for field in kept if source.get(field) is not None}
    read = msgspec.convert({"source": name, "day": day, "begins": source["day"], **known}, Day)
    return msgspec.structs.replace(read, fence=Fence(item["_seq_no"], item["_primary_term"], item["_index"]))
