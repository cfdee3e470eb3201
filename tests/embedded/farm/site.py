"""What a site of the farm is: its pages, what its robots.txt closes, and the truth about both."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from msgspec import Struct

from tests.embedded.farm.voices import Said

ROBOTS: Final = "/robots.txt"
ALL: Final = ("/",)
"""Prefixes of a site that is closed as a whole."""


class Asked(Struct, frozen=True, kw_only=True):
    """A request: `path` with its query, how often it was asked before (`turn`), and where other sites are."""

    path: str
    turn: int
    roots: Mapping[str, str]


class Reply(Struct, frozen=True, kw_only=True):
    """An answer, and in which way its sending goes wrong.

    `raw` is sent in place of everything else. `wait` seconds pass before the first byte and `drip` after each piece of
    `piece` bytes. The body is sent `times` times, and the connection ends after `cut` bytes of it.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = {}
    raw: bytes | None = None
    wait: float = 0.0
    drip: float = 0.0
    piece: int = 65_536
    times: int = 1
    cut: int | None = None

    @property
    def retry_after(self) -> float:
        """Seconds for which the site asks to be left alone."""
        return float(self.headers.get("Retry-After", 0)) if self.status in {429, 503} else 0.0


Answer = Callable[[Asked], Reply]


@dataclass
class Site:
    """One host.

    `sources` are fields of YAML files by name, with a path for `url`. `posts` are those that must come out, each once.
    `named` is what the crawler must report of each source: one name of each group, and `once` of these in the season
    in which they stand. Paths that begin with one of `closed` are not to be asked by whoever has read robots.txt.
    `delay` is its Crawl-delay. `later` is the same site in the second season. `inner`: no deployment names it.
    """

    name: str
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    pages: dict[str, Answer] = field(default_factory=dict)
    posts: list[Said] = field(default_factory=list)
    named: dict[str, list[str]] = field(default_factory=dict)
    robots: Answer | None = None
    closed: tuple[str, ...] = ()
    delay: float = 0.0
    inner: bool = False
    later: "Site | None" = None

    def answer(self, asked: Asked) -> Reply:
        """What the site says to a request; 404 to what it does not have."""
        if asked.path == ROBOTS:
            return (self.robots or says(rules(self.closed, self.delay), "text/plain"))(asked)
        page = self.pages.get(asked.path)
        return page(asked) if page else Reply(status=404)

    def is_closed(self, path: str) -> bool:
        return path.startswith(self.closed) if self.closed else False


def rules(closed: tuple[str, ...], delay: float = 0.0) -> str:
    """A robots.txt."""
    lines = ["User-agent: *", *(f"Disallow: {prefix}" for prefix in closed), *([f"Crawl-delay: {delay}"] * bool(delay))]
    return "\n".join(lines)


def says(body: str | bytes, kind: str, *, charset: str | None = "utf-8", etag: bool = True) -> Answer:
    """Always this, in UTF-8 when it is a text; with an ETag, so that it is sent once to whoever keeps it."""
    data = body.encode() if isinstance(body, str) else body
    headers = {"Content-Type": f"{kind}; charset={charset}" if charset else kind}
    tag = {"ETag": f'"{sha256(data).hexdigest()[:16]}"'} if etag else {}
    return lambda _: Reply(body=data, headers={**headers, **tag})


def together(name: str, sites: list[Site]) -> Site:
    """Sites that stand on one host: their paths differ."""
    one = _joined(name, sites)
    one.later = _joined(name, [site.later or site for site in sites])
    return one


def _joined(name: str, sites: list[Site]) -> Site:
    one = Site(name)
    for site in sites:
        one.sources |= site.sources
        one.pages |= site.pages
        one.posts += site.posts
        one.named |= site.named
        one.closed += site.closed
    return one
