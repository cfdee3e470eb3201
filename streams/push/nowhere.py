"""The web of who brings what no site is asked for."""

from datetime import date, datetime

from streams.crawl.way import Web
from streams.errors import Unfetched
from streams.source import Source
from streams.web.fetch import Fetched


class Nowhere(Web):
    """No page can be had here, and none is allowed by a site that nobody asks."""

    async def fetch(
        self,
        address: str,
        etag: str | None = None,  # noqa: ARG002
        modified: str | None = None,  # noqa: ARG002
        source: Source | None = None,  # noqa: ARG002
    ) -> Fetched | None:
        raise Unfetched("robots_away", f"{address}: no site is asked from here")

    async def assert_allowed(self, address: str, source: Source) -> None:  # noqa: ARG002
        raise Unfetched("robots_away", f"{address}: no site is asked from here")

    def knows(self, address: str) -> bool:  # noqa: ARG002
        return True

    def rest(self, address: str, until: datetime) -> None:
        """There is no host."""

    def opens_in(self, source: Source) -> float:  # noqa: ARG002
        return 0.0

    def is_ample(self, source: Source) -> bool:  # noqa: ARG002
        return False

    def recall(self, source: Source, day: date, requests: int) -> None:
        """There is no budget."""
