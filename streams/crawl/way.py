"""All that a visit needs of the world."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import Protocol

from msgspec import Struct, field

from streams.crawl.archive import Archive, Empty
from streams.crawl.counts import Counts
from streams.crawl.disk import Disk
from streams.crawl.memory import Memory
from streams.crawl.township import Locate
from streams.crawl.watch import Event
from streams.pages.page import Page, Reading
from streams.privacy.door import Door
from streams.protocols import Clock
from streams.records import Post
from streams.source import Source
from streams.web.fetch import Fetched
from streams.web.turns import Turns

Publish = Callable[[Sequence[Post]], Awaitable[None]]
"""Returns when the posts are safe in the log; raises when they may not be."""

Report = Callable[[Event], Awaitable[None]]
"""The same for what operators are told."""


Look = Callable[[Page, Reading], None]
"""Told what a parser made of a page."""


def unseen(_: Page, __: Reading) -> None:
    """Nobody looks over the parsers' shoulders."""


class Web(Protocol):
    """Where pages come from."""

    async def fetch(
        self, address: str, etag: str | None = None, modified: str | None = None, source: Source | None = None
    ) -> Fetched | None:
        """The page, or None when it has not changed. Raises Unfetched."""

    async def assert_allowed(self, address: str, source: Source) -> None:
        """Raise Unfetched for a page that robots.txt closes, though a gateway delivered what stands there."""

    def knows(self, address: str) -> bool:
        """Whether nobody has to be asked for what `assert_allowed` says. Raises Unfetched for what is no address."""

    def rest(self, address: str, until: datetime) -> None:
        """Leave the host of this address alone until then."""

    def opens_in(self, source: Source) -> float:
        """Seconds until the source may be visited, 0 within its hours and the deployment's."""

    def is_ample(self, source: Source) -> bool:
        """Whether so few of the day's requests are spent that some may go to what is not new."""

    def recall(self, source: Source, day: date, requests: int) -> None:
        """Count what the crawlers before this one asked for a source on a day."""


class Way(Struct, frozen=True):
    """How pages are fetched, where posts and reports go, and what is remembered.

    `crawler` names the process: names sort by when it was started, so that of two the later one goes on. `turns` are
    those that `web` gives away while it waits for a site, and `site` those of the visits to one site.
    """

    web: Web
    door: Door
    publish: Publish
    report: Report
    locate: Locate
    memory: Memory
    clock: Clock
    counts: Counts
    crawler: str
    archive: Archive = Empty()
    turns: Turns = field(default_factory=Turns)
    site: Turns = field(default_factory=Turns)
    disk: Disk = field(default_factory=Disk)
    look: Look = unseen
