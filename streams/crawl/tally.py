"""What one walk met: how many pages, what was in them, what failed; all that it says about the source's health."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from streams.crawl.counts import Counts
from streams.crawl.watch import DRIFT, RESTRAINT, Field, Seen, lacking
from streams.errors import Unfetched
from streams.pages.page import LISTING, Raw, Reading
from streams.web.backoff import LATER, PASSING

_ENOUGH: Final = 3
"""Failures in a row after which a visit ends: the site has trouble of its own."""

_OF_A_PAGE: Final = frozenset({"timeout", "broken", "server"})
"""Failures that one page may have, whatever its site's others do."""


class Tally:
    """Counts for one source.

    `failures` keep the walk from being whole; `may_pass` says whether trying again soon makes sense, `retry_after` what
    the site asked for, in seconds. `later`: seconds after which to go on, because it is not the time of day, or today's
    requests are spent. `there`: how many pages of threads could be read, or had not changed.
    """

    def __init__(self, source: str, counts: Counts) -> None:
        self._source, self._counts = source, counts
        self.failures = self.there = 0
        self.may_pass = False
        self.retry_after: float | None = None
        self.later: float | None = None
        self._in_a_row = self._requests = self._amiss = self._poorer = 0
        # Of listings, and of threads: how many pages were read, and how many of them held anything.
        self._read: dict[bool, int] = {True: 0, False: 0}
        self._found: dict[bool, int] = {True: 0, False: 0}
        self._drifted = False
        self._errors: set[str] = set()
        self._lacks: dict[bool, set[str]] = {True: set(), False: set()}
        self._posts: list[tuple[Field, ...]] = []

    @property
    def ends(self) -> bool:
        """Whether to leave the site alone now."""
        return bool(self.later) or self._in_a_row >= _ENOUGH

    def count(self, name: str, number: int = 1) -> None:
        """Count what has this name."""
        self._counts.add(self._source, name, number)

    def answered(self) -> None:
        """A page was fetched, or had not changed."""
        self._asked_for()
        self._in_a_row = 0
        self.count("pages")

    def failed(self, error: Unfetched, role: str, *, again: bool = False) -> None:
        """A thread that is gone or closed is no failure of the visit; a listing that cannot be read is.

        Nor is one that fails `again`, unless its whole site does: it may be one that always will.
        """
        self.count(f"error:{error.name}" if error.name != "hours" else "asleep")
        if error.name in LATER:
            self.later = error.retry_after
            return
        if error.name not in RESTRAINT:
            self._asked_for()
            self._amiss += 1
        if again and error.name in _OF_A_PAGE and not error.retry_after:
            return
        if error.name in PASSING or role == LISTING:
            self.failures += 1
            self._in_a_row += 1
            self._errors.add(f"{error.name} ({error.status})" if error.status else error.name)
            self.may_pass |= error.name in PASSING
            self.retry_after = max(self.retry_after or 0.0, error.retry_after or 0.0) or None

    def amiss(self, name: str) -> None:
        """A page was fetched, and is none."""
        self.count(name)
        self._amiss += 1

    def weigh(self, reading: Reading, role: str, poorer: int, *, is_end: bool = False) -> bool:
        """Whether there is anything in a page: posts with words, or threads that lead on.

        `poorer` is how many posts of the walk said less than what stands of them (`News.poorer`). Nothing is expected
        of a page that `is_end`: an empty one, behind the last of a list.
        """
        lists = role == LISTING
        self._read[lists] += not is_end
        found = any(raw.id and (raw.title or raw.body) for raw in reading.posts)
        found |= lists and any(each.role != LISTING for each in reading.links)
        self._found[lists] += found
        self._lacks[lists] |= lacking(reading.signals)
        self._posts += [_fields(raw) for raw in reading.posts if raw.kind != "answer"]
        drifted = not DRIFT.isdisjoint(reading.signals) or poorer > self._poorer
        self._poorer = poorer
        self._drifted |= drifted
        self._amiss += drifted
        return found

    def seen(self, times: Sequence[datetime]) -> Seen:
        """All of it, for `watch`; `times` are those at which new posts were written."""
        kinds = [kind for kind, read in self._read.items() if read]
        void = [kind for kind in kinds if not self._found[kind]]
        return Seen(
            times=times,
            posts=self._posts,
            fruitful=bool(kinds) and not void,
            barren=bool(void),
            drifted=self._drifted,
            failed=bool(self.failures),
            cut=self.later is not None,
            errors=tuple(sorted(self._errors)),
            lacks=tuple(sorted({each for kind in void for each in self._lacks[kind]})),
            asked=self._requests,
            amiss=self._amiss,
        )

    def _asked_for(self) -> None:
        self._requests += 1
        self.count("requests")


def _fields(raw: Raw) -> tuple[Field, ...]:
    said: dict[Field, object] = {"body": raw.body, "published": raw.published, "author": raw.author}
    return tuple(field for field, value in said.items() if value)
