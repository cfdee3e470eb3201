"""A source's day: what its crawlers counted, and how it stood when they last wrote."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final, Protocol

from msgspec import Struct

from streams.crawl.fence import Fence
from streams.crawl.watch import Trouble

Shares = Mapping[str, Mapping[str, int]]

_WRITERS: Final = 5
"""Crawlers of a day whose counts are kept apart: those that wrote last. What the others counted is a single share."""

EARLIER: Final = ""

_UNCOVERED: Final = ("unread", "empty", "duplicate", "outdated", "forgotten", "signal:id:missing")
"""Names of what becomes of posts and threads that are listed, and not published."""

_UNUSED: Final = "signal:unused:"
"""What follows are a page's own words, and those name people; all other names are ours, or of masked names of files."""


class Day(Struct, frozen=True, kw_only=True):
    """One source on one day, by its own time zone; `begins` is that midnight.

    `shares` are the counts of each crawler, as of its last writing, the latest last: one that writes again, or does not
    know whether its last writing arrived, puts the same number there and adds nothing twice. One whose share is not
    there any more begins another: what it counted before is in the share of all whose writing is long ago.
    """

    source: str
    day: date
    begins: datetime
    townships: tuple[str, ...] = ()
    time: datetime | None = None
    good: datetime | None = None
    """When the last whole visit ended, today or before."""
    trouble: Trouble = ""
    since: datetime | None = None
    missing: tuple[str, ...] = ()
    shares: Shares = {}
    fence: Fence | None = None

    @property
    def counts(self) -> Counter[str]:
        """All that was counted, by name; see `streams.crawl.counts.Counts`."""
        return sum((Counter(dict(share)) for share in self.shares.values()), Counter())

    @property
    def coverage(self) -> float | None:
        """Which part of the posts that were listed is published, now or before; of a thread that was not read one."""
        counts = self.counts
        listed = counts["listed"] + counts["unread"]
        return (counts["published"] + counts["unchanged"]) / listed if listed else None

    @property
    def uncovered(self) -> Mapping[str, int]:
        """What became of what was listed and is not published, by name, the most frequent first."""
        counts = self.counts
        names = [*_UNCOVERED, *(name for name in counts if name.startswith("refused:"))]
        found = Counter({name.removeprefix("signal:"): counts[name] for name in names if counts[name]})
        return dict(found.most_common())

    def names(self, kind: str) -> list[str]:
        """What was counted under `error`, `signal`, `trouble` or one of their names, without that word."""
        return sorted(name.removeprefix(f"{kind}:") for name in self.counts if name.startswith(f"{kind}:"))

    def total(self, kind: str) -> int:
        """How often anything of this kind was counted."""
        return sum(number for name, number in self.counts.items() if name.startswith(f"{kind}:"))


class Days(Protocol):
    """Where they are kept, in real time; each call raises Busy when it failed and may succeed later."""

    async def days(self, names: Mapping[str, date]) -> Mapping[str, Day]:
        """The days of these sources; none for those of which nothing was counted."""

    async def put_days(self, days: list[Day]) -> list[Day]:
        """Create, or replace exactly what was read; those that somebody else has written meanwhile are the answer."""


def with_share(shares: Shares, crawler: str, counts: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """The shares, a crawler's counts in the place of what it wrote before; of too many the earliest become one."""
    told: Counter[str] = Counter()
    for name, number in counts.items():
        told[shown(name)] += number
    others = {writer: dict(share) for writer, share in shares.items() if writer not in (EARLIER, crawler)}
    earlier = Counter(dict(shares.get(EARLIER, {})))
    while len(others) >= _WRITERS:
        earlier += Counter(others.pop(next(iter(others))))
    return {**({EARLIER: dict(earlier)} if earlier else {}), **others, crawler: dict(told)}


def shown(name: str) -> str:
    """The name of a count, without words of a page."""
    return _UNUSED.removesuffix(":") if name.startswith(_UNUSED) else name
