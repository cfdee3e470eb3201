"""Of a gateway's items, those that may be read by the rules of the sites they come from."""

import asyncio
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from streams.crawl.way import Way
from streams.errors import Unfetched, XiangyinError
from streams.pages.page import Raw
from streams.source import Source

_NEW: Final = 50
"""Sites of a visit of which nobody knows yet what they allow: each may take half a minute to say so."""

_TOGETHER: Final = 10
"""Of these, asked at the same time: ten of the largest files are what a page may be."""


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
        self._sites: dict[tuple[str, ...], str] = {}
        """Why those may not be asked of which nobody knows what they allow."""
        self._new = self.refused = 0
        self.left = False

    async def allowed(self, posts: Iterable[Raw]) -> tuple[Raw, ...]:
        """The posts that may be read; of a source that is no gateway all. Others are counted `refused:<reason>`."""
        home = self._source.origin
        if home is None:
            return tuple(posts)
        posts, allowed = tuple(posts), []
        await self._ask(raw.url or home for raw in posts)
        for raw in posts:
            if reason := await self._refusal(raw.url or home):
                self.refused += 1
                self._way.counts.add(self._source.name, "listed")
                self._way.counts.add(self._source.name, f"refused:{reason}")
            else:
                allowed.append(raw)
        return tuple(allowed)

    async def _ask(self, addresses: Iterable[str]) -> None:
        """Ask the sites of which nobody knows, several at a time; the gateway's next source need not wait for them."""
        new = {_site(address): address for address in addresses if not self._is_known(address)}
        if not new:
            return
        self._way.site.leave()
        together = asyncio.Semaphore(_TOGETHER)

        async def ask(address: str) -> None:
            async with together:
                await self._refusal(address)

        async with self._way.turns.waiting():
            try:
                async with asyncio.TaskGroup() as asking:
                    for address in new.values():
                        asking.create_task(ask(address))
            except* XiangyinError as errors:  # What ends one ends the visit, as it is.
                raise errors.exceptions[0] from None

    def _is_known(self, address: str) -> bool:
        """Whether what is known of an address, or that it is none, needs not be asked for."""
        try:
            return self._way.web.knows(address)
        except Unfetched:
            return True

    async def _refusal(self, address: str) -> str:
        """Why an address may not be read; empty when it may."""
        if address in self._answers:
            return self._answers[address]
        if not self._is_known(address):
            if reason := self._sites.get(_site(address)):
                return reason
            self._new += 1
            if self._new > _NEW:
                self.left = True
                return "later"
        reason = ""
        try:
            await self._way.web.assert_allowed(address, self._source)
        except Unfetched as error:
            reason = error.name
            if not self._is_known(address):  # Its site rests, is an inner one, or had its requests: so for all of it.
                self._sites[_site(address)] = reason
        self._answers[address] = reason
        return reason


def _site(address: str) -> tuple[str, ...]:
    return urlsplit(address)[:2]
