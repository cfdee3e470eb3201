"""Write the sources' days: once a minute while a crawler runs, and when it ends."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from streams.crawl.counts import Counts
from streams.crawl.day import Day, Days, with_share
from streams.crawl.refusal import refused
from streams.crawl.watch import Watch, missing
from streams.errors import Busy
from streams.protocols import Clock
from streams.source import Source

EVERY: Final = 60.0
"""Seconds; what a crawler counted since is lost when it is killed, and nothing else."""

_ATTEMPTS: Final = 3
"""Of one document, when others write it, too."""


class _Book(Struct):
    """What this crawler counted of a source by the beginning of its share, when it last tried to write, and as written.

    The share begins with the day, and anew where the one before, which held what was `stored`, became one with those of
    others. Whether the store refused it is said once a day.
    """

    day: date
    begin: Mapping[str, int]
    tried: Mapping[str, int] = {}
    written: Mapping[str, int] = {}
    stored: Mapping[str, int] = {}
    refused: bool = False


class Ledger:
    """Keeps what was counted of each source, by day.

    Args:
        sources: all that this crawler visits.
        days: where they are kept.
        counts: of this process.
        clock: says which day it is.
        crawler: names this process.
    """

    def __init__(self, sources: Sequence[Source], days: Days, counts: Counts, clock: Clock, crawler: str) -> None:
        self._sources = {source.name: source for source in sources}
        self._days, self._counts, self._clock, self._crawler = days, counts, clock, crawler
        self._books: dict[str, _Book] = {}
        self._watches: dict[str, Watch] = {}

    def stands(self, source: str, watch: Watch) -> None:
        """This is how a source stands after a visit."""
        self._watches[source] = watch

    async def open(self) -> Mapping[str, Day]:
        """What was counted today before, so that whatever keeps it from being written is named before a site is asked.

        Raises:
            Misconfigured: the index was never created, or we may not write there.
        """
        try:
            return await self._days.days({name: self._today(source) for name, source in self._sources.items()})
        except Busy:
            return {}

    async def keep_on(self) -> None:
        """Write what is new until cancelled; a server that is away is tried again a minute later."""
        while True:
            await self._clock.sleep(EVERY)
            try:
                await self.keep()
            except Busy:
                continue

    async def keep(self) -> None:
        """Write what was counted since the last time. A day that the store refuses keeps out no other, and is named.

        Raises:
            Busy: some of it is not written, or nobody knows; the next call writes it, once.
        """
        for name, source in self._sources.items():
            book = self._books.setdefault(name, _Book(self._today(source), {}))
            if book.day != self._today(source) and book.tried != book.written:
                await self._write([name])  # Nobody knows whether the old day has it: put the same number there.
        names = [name for name, source in self._sources.items() if self._has_news(name, source)]
        if names:
            await self._write(names)

    def _has_news(self, name: str, source: Source) -> bool:
        """Whether there is something to write; on a new day it is what was not written on the old one."""
        book, counts = self._books[name], self._counts.of(name)
        if book.day != self._today(source):
            done = self._counts.renew(name, book.written)
            book = self._books[name] = _Book(self._today(source), done, done, done, done)
            counts = self._counts.of(name)
        if counts == book.written:
            return False
        book.tried = counts
        return True

    async def _write(self, names: Iterable[str]) -> None:
        left = list(names)
        for _ in range(_ATTEMPTS):
            there = await self._days.days({name: self._books[name].day for name in left})
            late = set[str]()
            not_taken = await refused(left, partial(self._put, there, late))
            for name in left:
                book = self._books[name]
                if name not in late:
                    book.written = book.tried
                if name in not_taken:
                    self._refuse(name)
                elif name not in late:
                    book.stored = book.tried
            left = [name for name in left if name in late]
            if not left:
                return
        raise Busy(f"others keep writing the days of {', '.join(left)}")

    async def _put(self, there: Mapping[str, Day], late: set[str], names: Sequence[str]) -> None:
        """Write some days upon those that are there; the names of those that are `late` are added."""
        late.update(
            day.source for day in await self._days.put_days([self._day(name, there.get(name)) for name in names])
        )

    def _refuse(self, name: str) -> None:
        if not self._books[name].refused:
            self._books[name].refused = True
            self._counts.add(name, "error:refused")

    def _day(self, name: str, there: Day | None) -> Day:
        source, book = self._sources[name], self._books[name]
        midnight = datetime.combine(book.day, time(), source.zone).astimezone(UTC)
        day = there or Day(source=name, day=book.day, begins=midnight)
        if there and self._crawler not in there.shares:
            book.begin = book.stored  # Others wrote so often since that our share is one with theirs.
        counts = {what: number - book.begin.get(what, 0) for what, number in book.tried.items()}
        day = replace(
            day,
            townships=source.served,
            time=self._clock.now(),
            shares=with_share(day.shares, self._crawler, {what: number for what, number in counts.items() if number}),
        )
        watch = self._watches.get(name)
        if watch is None:
            return day
        return replace(day, good=watch.good, trouble=watch.trouble, since=watch.since, missing=missing(watch))

    def _today(self, source: Source) -> date:
        return self._clock.now().astimezone(source.zone).date()
