"""What the deployment and a source's file say about when, how often and by whose permission pages are fetched."""

from datetime import timedelta
from typing import Final

from yarl import URL

from streams.errors import Unfetched
from streams.hours import Hours
from streams.protocols import Clock
from streams.source import Source
from streams.web.budget import Budget

_TRIES: Final = 4
"""Looks for a time that is within the hours of both: in one day each of them is left at most once."""


class Terms:
    """A file may ask for less than the deployment, never for more.

    Args:
        hours: of the deployment, as 06:00-23:00 in the time zone of the source that asks; empty for always.
        budget: requests a day, of a host and so of a source.
        clock: says what time it is.
    """

    def __init__(self, hours: str, budget: int, clock: Clock) -> None:
        self._hours, self._most, self._clock = hours, budget, clock
        self._budgets: dict[str, Budget] = {}

    def opens_in(self, source: Source) -> float:
        """Seconds until the source may be visited, 0 for now; hours that never meet leave it closed."""
        now = opening = self._clock.now()
        given = [Hours(hours) for hours in (self._hours, source.hours) if hours]
        for _ in range(_TRIES if given else 0):
            opening += timedelta(seconds=max(hours.opens_in(opening, source.zone) for hours in given))
        return (opening - now).total_seconds()

    def assert_awake(self, source: Source) -> None:
        """Raise Unfetched `hours` outside of them; `retry_after` says when they begin."""
        if (wait := self.opens_in(source)) > 0:
            raise Unfetched("hours", f"{source.name} is not visited at this time of day", wait)

    def budget(self, source: Source) -> Budget:
        """What it has left of the day's requests."""
        if source.name not in self._budgets:
            self._budgets[source.name] = Budget(source.name, min(source.budget or self._most, self._most), source.zone)
        return self._budgets[source.name]

    def permits(self, url: URL, source: Source) -> bool:
        """Whether the site's keeper permitted in writing that this page be read, whatever its robots.txt says."""
        today = self._clock.now().astimezone(source.zone).date()
        return source.permission is not None and source.permission.opens(url, URL(source.url), today)
