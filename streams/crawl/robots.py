"""What a site's robots.txt allows (RFC 9309); no source can switch it off."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct
from protego import Protego
from yarl import URL

from streams.errors import Unfetched
from streams.pages.charset import decoded
from streams.protocols import Clock

PRODUCT: Final = "xiangyin"
"""The name by which a robots.txt can speak to us."""

LARGEST: Final = 512_000
"""Bytes of robots.txt that are read (RFC 9309, section 2.5: at least 500 KiB)."""

_KEPT: Final = timedelta(hours=24)  # RFC 9309, section 2.4: not longer.
_KEPT_AWAY: Final = timedelta(minutes=10)
_ALL: Final = Protego.parse("")


class _Known(Struct, frozen=True):
    rules: Protego | None
    """None while the file cannot be had: then all is closed (RFC 9309, section 2.3.1.4)."""
    until: datetime


class Robots:
    """Asks each origin's robots.txt, at most once a day.

    Args:
        read: fetches a URL, following redirects, and returns status and body; raises Unfetched.
        clock: says when a copy is too old.
    """

    def __init__(self, read: Callable[[URL], Awaitable[tuple[int, bytes]]], clock: Clock) -> None:
        self._read, self._clock = read, clock
        self._known: dict[URL, _Known] = {}
        self._asking: dict[URL, asyncio.Lock] = {}

    async def check(self, url: URL) -> float:
        """The crawl delay that the site asks for, in seconds, 0 for none.

        Raises:
            Unfetched: `robots` when the path is closed to us, `robots_away` when the file cannot be had, `address` when
                the host is an inner one.
        """
        rules = await self._rules(url.origin())
        if rules is None:
            raise Unfetched("robots_away", f"{url.origin()}/robots.txt cannot be had: the site is closed until it can")
        if not rules.can_fetch(str(url), PRODUCT):
            raise Unfetched("robots", f"{url}: closed to us by robots.txt")
        return rules.crawl_delay(PRODUCT) or 0.0

    async def _rules(self, origin: URL) -> Protego | None:
        async with self._asking.setdefault(origin, asyncio.Lock()):  # Two sources of one site ask once.
            known, now = self._known.get(origin), self._clock.now()
            if known is None or known.until <= now:
                rules = await self._asked(origin)
                known = self._known[origin] = _Known(rules, now + (_KEPT if rules else _KEPT_AWAY))
            return known.rules

    async def _asked(self, origin: URL) -> Protego | None:
        try:
            status, body = await self._read(origin / "robots.txt")
        except Unfetched as error:
            if error.name == "address":
                raise
            # Too many redirects are "unavailable" (2.3.1.2), which allows all; a server that is away closes all.
            return _ALL if error.name == "redirects" else None
        if status == 200:  # noqa: PLR2004
            return Protego.parse(decoded(body))
        return _ALL if 400 <= status < 500 and status != 429 else None  # noqa: PLR2004
