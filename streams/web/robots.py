"""What a site's robots.txt allows (RFC 9309); no source can switch it off."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from protego import Protego
from yarl import URL

from streams.errors import Unfetched
from streams.pages.charset import decoded
from streams.protocols import Clock
from streams.source import Source
from streams.web.backoff import LATER
from streams.web.recent import Recent

PRODUCT: Final = "xiangyin"
"""The name by which a robots.txt can speak to us."""

LARGEST: Final = 512_000
"""Bytes of robots.txt that are read (RFC 9309, section 2.5: at least 500 KiB)."""

_KEPT: Final = timedelta(hours=24)  # RFC 9309, section 2.4: not longer.
_KEPT_AWAY: Final = timedelta(minutes=10)
_ALL_FILES: Final = 20_000_000
"""Characters of all files whose rules are kept, which take some twenty times as much: whoever has many names may give
each one the largest file."""

_FILE: Final = 1_000
"""What a small file counts."""

_LARGE: Final = 50_000
"""Characters of a file that is parsed in a thread of its own."""

_ALL: Final = Protego.parse("")

_AGENT: Final = re.compile(
    r"^([ \t]*user[- ]?agent(?:[ \t]*:|[ \t]))[ \t]*(\*(?=[ \t]*(?:#|$))|[a-z_-]*).*$", re.IGNORECASE | re.MULTILINE
)


class _Origin:
    """What is known of one origin. `rules` are None while the file cannot be had: then all is closed."""

    __slots__ = ("asking", "rules", "size", "until")

    def __init__(self, _: URL) -> None:
        self.rules: Protego | None = None
        self.until: datetime | None = None
        self.size = _FILE
        self.asking = asyncio.Lock()  # Two sources of one site ask once.

    def is_fresh(self, now: datetime) -> bool:
        """Whether it needs not be asked for again."""
        return self.until is not None and now < self.until


class Robots:
    """Asks each origin's robots.txt, at most once a day.

    A copy older than that is not used, though the file be unreachable: section 2.4 would let us, section 2.3.1.4 closes
    a site whose file cannot be had, and the site's keeper may have closed it meanwhile.

    Args:
        read: fetches a URL, following redirects, and returns status and body; raises Unfetched. Is told whose requests
            it costs, if any source's.
        clock: says when a copy is too old.
    """

    def __init__(self, read: Callable[[URL, Source | None], Awaitable[tuple[int, bytes]]], clock: Clock) -> None:
        self._read, self._clock = read, clock
        self._origins: Recent[URL, _Origin] = Recent(
            _Origin, _ALL_FILES, lambda origin: origin.asking.locked(), lambda origin: origin.size
        )

    def knows(self, origin: URL) -> bool:
        """Whether what is known of a site needs not be asked for."""
        return origin in self._origins and self._origins[origin].is_fresh(self._clock.now())

    async def check(self, url: URL, payer: Source | None = None, *, permitted: bool = False) -> float:
        """The crawl delay that the site asks for, in seconds, 0 for none.

        Args:
            url: what is to be fetched.
            payer: the source whose requests the file costs where it has to be asked for, besides its host's.
            permitted: the site's keeper permitted it in writing; delays are kept, and a site whose file cannot be had
                is closed nevertheless.

        Raises:
            Unfetched: `robots` when the path is closed to us, `robots_away` when the file cannot be had, `address` when
                the host is an inner one; `closed`, `resting`, `budget` or `hours` when the host may not be asked at all
                now.
        """
        rules = await self._rules(url.origin(), payer)
        if rules is None:
            raise Unfetched("robots_away", f"{url.origin()}/robots.txt cannot be had: the site is closed until it can")
        if not permitted and not rules.can_fetch(str(url), PRODUCT):
            raise Unfetched("robots", f"{url}: closed to us by robots.txt")
        rate = rules.request_rate(PRODUCT)  # Crawl-delay by another name, which RFC 9309 knows as little.
        return max(rules.crawl_delay(PRODUCT) or 0.0, rate.seconds / rate.requests if rate else 0.0)

    async def _rules(self, url: URL, payer: Source | None) -> Protego | None:
        origin = self._origins[url]
        async with origin.asking:
            now = self._clock.now()
            if not origin.is_fresh(now):
                origin.rules, origin.size = await self._asked(url, payer)
                origin.until = now + (_KEPT if origin.rules else _KEPT_AWAY)
            return origin.rules

    async def _asked(self, origin: URL, payer: Source | None) -> tuple[Protego | None, int]:
        """The rules, and how much they count."""
        try:
            status, body = await self._read(origin / "robots.txt", payer)
        except Unfetched as error:
            if error.name in {"address", "closed", "resting", *LATER}:
                raise  # The file was not asked for.
            # Too many redirects are "unavailable" (2.3.1.2), which allows all; a server that is away closes all.
            return _ALL if error.name == "redirects" else None, _FILE
        if 200 <= status < 300:  # noqa: PLR2004
            text = decoded(body)
            rules = await asyncio.to_thread(parsed, text) if len(text) > _LARGE else parsed(text)
            return rules, max(_FILE, len(text))
        return _ALL if 400 <= status < 500 and status != 429 else None, _FILE  # noqa: PLR2004


def parsed(text: str) -> Protego:
    """The rules of a robots.txt.

    Protego takes a group for ours when its name begins ours (`x`), and not when a version follows it; RFC 9309, section
    2.2.1, compares product tokens, and letters of either case are the same. Lines end by CR, LF or both (section 2.2).
    """
    lines = "\n".join(text.lstrip("\ufeff").splitlines())  # As Protego sees them: a line of ours is none of its rules.
    return Protego.parse(_AGENT.sub(_named, lines))


def _named(line: re.Match[str]) -> str:
    field, name = line.groups()
    return f"{field} {name if name == '*' or name.lower() == PRODUCT else '-'}"
