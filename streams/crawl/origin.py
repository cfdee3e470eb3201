"""Of a gateway's items, those that may be read by the rules of the sites they come from."""

from collections.abc import Iterable
from typing import Final

from streams.crawl.way import Way
from streams.errors import Unfetched
from streams.pages.page import Raw
from streams.source import Source

_NEW: Final = 50
"""Sites of a visit of which nobody knows yet what they allow: each may take half a minute to say so."""


class Origin:
    """Asks the robots.txt of each item's own site, or the permission that the source shows; a visit long.

    A gateway lets us read what it fetched; whether its origin does is another question. An item without an address of
    its own stands or falls with the origin's first page. Of a gateway that names ever more sites a visit asks some, and
    `later` the rest: then some are `left`. `refused` counts what may not be read now: it may be another day, and what
    holds it is not done with.
    """

    def __init__(self, source: Source, way: Way) -> None:
        self._source, self._way = source, way
        self._answers: dict[str, str] = {}
        self._new = self.refused = 0
        self.left = False

    async def allowed(self, posts: Iterable[Raw]) -> tuple[Raw, ...]:
        """The posts that may be read; of a source that is no gateway all. Others are counted `refused:<reason>`."""
        home = self._source.origin
        if home is None:
            return tuple(posts)
        allowed = []
        for raw in posts:
            if reason := await self._refusal(raw.url or home):
                self.refused += 1
                self._way.counts.add(self._source.name, "listed")
                self._way.counts.add(self._source.name, f"refused:{reason}")
            else:
                allowed.append(raw)
        return tuple(allowed)

    async def _refusal(self, address: str) -> str:
        """Why an address may not be read; empty when it may."""
        if address not in self._answers:
            try:
                if not self._way.web.knows(address):
                    self._new += 1
                    if self._new > _NEW:
                        self.left = True
                        return "later"
                await self._way.web.assert_allowed(address, self._source)
            except Unfetched as error:
                self._answers[address] = error.name
            else:
                self._answers[address] = ""
        return self._answers[address]
