"""Visit every source on its schedule, and outlive each one's troubles."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from msgspec.structs import replace

from streams.crawl.ledger import Ledger
from streams.crawl.memory import Head
from streams.crawl.servers import Overdue
from streams.crawl.visit import Visited, visit
from streams.crawl.way import Way
from streams.errors import Busy, Misconfigured, Refused, XiangyinError
from streams.source import AnySource, Folder, Manual, Webhook
from streams.web.backoff import Backoff
from streams.web.turns import Turns

T = TypeVar("T")

_UNDER_WAY: Final = 2_000
"""Visits that have begun, at most. Most of them wait for their sites, of which some ask for minutes between two pages,
and take some 20 KB each; how many are at work is up to `Way.turns`."""

_OF_A_SITE: Final = 3
"""Of these, visits to one site, which answers one at a time: a gateway's five hundred sources wait outside."""

_ATTEMPTS: Final = 3

_LAST: Final = 5.0
"""Seconds that the last counts may take to be written."""

_ROUNDS: Final = 100
"""Visits in `once` after which a source that always leaves something for the next visit is left."""

_LEAST: Final = 60.0
"""Seconds between two visits of a source, though the crawler was started again in between, and again."""


class Crawler:
    """Crawls sources.

    Args:
        sources: what to visit.
        way: how pages are fetched, and where posts go.
        random: numbers from 0 to 1, which keep visits out of step.
        backoff: how long to wait after a failure.
        beside: goes on as long as `run`, and may end it.
    """

    def __init__(
        self,
        sources: Sequence[AnySource],
        way: Way,
        random: Callable[[], float],
        backoff: Backoff | None = None,
        beside: Sequence[Callable[[], Coroutine[Any, Any, None]]] = (),
    ) -> None:
        self._beside = beside
        self._sources, self._way, self._random = sources, way, random
        self._backoff = backoff or Backoff()
        self._under_way = asyncio.Semaphore(_UNDER_WAY)
        self._sites = {_site(source): Turns(_OF_A_SITE) for source in sources}
        self._ledger = Ledger(sources, way.memory, way.counts, way.clock, way.crawler)

    async def run(self) -> None:
        """Visit every source on its schedule until cancelled.

        Raises:
            Misconfigured: nothing can be remembered, or published any more: an index, a topic or a right is missing. Or
                what goes on beside it says so.
        """
        heads = await self._heads()
        async with self._kept():
            tasks = [self._keep_visiting(source, head) for source, head in zip(self._sources, heads, strict=True)]
            await _together([*tasks, self._ledger.keep_on(), *(each() for each in self._beside)])

    async def once(self) -> list[str]:
        """Visit every source once, and again what fails or leaves something for later. Raises as `run`.

        Returns:
            The names of those that could not be read to their end.
        """
        await self._heads()
        async with self._kept():
            whole = await _together([self._exhaust(source) for source in self._sources])
        return [source.name for source, is_whole in zip(self._sources, whole, strict=True) if not is_whole]

    @asynccontextmanager
    async def _kept(self) -> AsyncIterator[None]:
        """Whatever ends the crawler, what it counted is written: for as long as who ends it has patience."""
        days = await self._ledger.open()
        for source in self._sources:
            if (day := days.get(source.name)) and day.counts["requests"]:
                self._way.web.recall(source, day.day, day.counts["requests"])
        try:
            yield
        finally:
            with suppress(XiangyinError, TimeoutError):
                async with asyncio.timeout(_LAST):
                    await self._ledger.keep()

    async def _heads(self) -> list[Head]:
        """How the sources stand. Hosts that asked the last crawler to be left alone are: several may stand on one."""
        heads = await _together([self._head(source) for source in self._sources])
        for source, head in zip(self._sources, heads, strict=True):
            if head.closed:
                self._way.web.rest(source.url, head.closed)
        return heads

    async def _head(self, source: AnySource) -> Head:
        """What is known of a source, if anything can be known now."""
        async with self._way.turns.working():
            try:
                head = await self._timely(source, lambda: self._way.memory.head(source.name))
                return head.believed(self._way.clock.now())
            except Busy:
                return Head(source=source.name)

    async def _keep_visiting(self, source: AnySource, head: Head) -> None:
        failures = head.failures
        if (wait := self._owed(source, head)) > 0:
            await self._way.clock.sleep(wait)
        while True:
            visited = await self._visit(source)
            failures = failures + 1 if visited.failures else 0
            await self._way.clock.sleep(self._pause(source, failures, visited))

    def _owed(self, source: AnySource, head: Head) -> float:
        """Seconds until the next visit: a new crawler keeps what the last one owed."""
        if head.visited is None:
            return 0.0
        pause = self._pause(source, head.failures, Visited(0, head.failures))
        elapsed = (self._way.clock.now() - head.visited).total_seconds()
        return (pause if head.failures else min(pause, _LEAST)) - elapsed

    def _pause(self, source: AnySource, failures: int, visited: Visited) -> float:
        if failures:
            return self._backoff.delay(failures, self._random, visited.retry_after)
        if visited.retry_after:
            return visited.retry_after + source.schedule * self._random()  # Not all of them at the stroke of six.
        return source.schedule * (0.95 + 0.1 * self._random())

    async def _exhaust(self, source: AnySource) -> bool:
        failures = 0
        for _ in range(_ROUNDS):
            visited = await self._visit(source)
            if visited.failures:
                failures += 1
                if failures >= _ATTEMPTS or not visited.may_pass:
                    return False
                await self._way.clock.sleep(self._backoff.delay(failures, self._random, visited.retry_after))
            elif visited.retry_after:
                return False
            elif not visited.more:
                return True
        return False

    async def _visit(self, source: AnySource) -> Visited:
        site = self._sites[_site(source)]
        way = replace(self._way, site=site)
        async with site.working(), self._under_way, way.turns.working():
            try:
                visited = await self._timely(source, lambda: visit(source, way))
            except Misconfigured:
                raise  # No later visit mends it: a person must.
            except Busy:
                self._way.counts.add(source.name, "error:away")
                return Visited(0, 1)
            except Refused:
                self._way.counts.add(source.name, "error:refused")
                return Visited(0, 1)
            except Exception as error:  # noqa: BLE001 (nothing is lost: what was not published is not remembered)
                self._way.counts.add(source.name, f"error:visit:{type(error).__name__}")
                return Visited(0, 1)
        if visited.watch:
            self._ledger.stands(source.name, visited.watch)
        return visited

    async def _timely(self, source: AnySource, act: Callable[[], Awaitable[T]]) -> T:
        """What comes of it; anew from its beginning where one of our servers was away for long meanwhile."""
        while True:
            try:
                return await act()
            except Overdue:
                self._way.counts.add(source.name, "waited")


def _site(source: AnySource) -> str:
    """Who answers for a source: its host; of a folder its own disk, and nobody for what is brought."""
    is_fetched = not isinstance(source, Folder | Webhook | Manual)
    return urlsplit(source.url).netloc if is_fetched else f"file:{source.name}"


async def _together(tasks: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """What all of them return. The first that raises ends the others, and its error is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            started = [group.create_task(task) for task in tasks]
    except* Misconfigured as errors:
        raise errors.exceptions[0] from None
    return [task.result() for task in started]
