"""What a site of the farm is: its pages, what its robots.txt closes, and the truth about both."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from msgspec import Struct

from tests.embedded.farm.voices import Said

CLOSED_SITE: Final = "closed"
"""A site that closes everything: to be asked for its robots.txt only."""

INNER_SITE: Final = "inner"
"""A site on an address that the deployment does not name: to be asked for nothing."""

ROBOTS: Final = "/robots.txt"
ALL: Final = ("/",)
"""Prefixes of a site that is closed as a whole."""

_PLACE: Final = re.compile(r"site://([a-z0-9-]+)")


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


class File(Struct, frozen=True, kw_only=True):
    """A dropped file, `age` seconds since it was written.

    `is_link`: it stands elsewhere, and a link to it in the folder. One of a `size` has nothing else in it.
    """

    body: bytes = b""
    age: float = 3600.0
    is_link: bool = False
    size: int = 0


class Message(Struct, frozen=True, kw_only=True):
    """What a program sends to `POST /ingest/{to}`, and how it must be answered.

    `signed` are the bytes that its signature is for, `by` with whose secret. `age` is by how many seconds its sender's
    clock is behind. `cut`: the connection ends in the middle. `answer` is the status, 0 for none, and `word` what must
    stand in it.
    """

    to: str
    id: str
    body: str
    signed: str | None = None
    by: str = ""
    age: float = 0.0
    cut: bool = False
    answer: int = 200
    word: str = "listed"


@dataclass
class Site:
    """One host.

    `sources` are fields of YAML files by name, with a path for `url`. `posts` are those that must come out, each once.
    `named` is what the crawler must report of each source: one name of each group, and `once` of these in the season
    in which they stand. Paths that begin with one of `closed` are not to be asked by whoever has read robots.txt.
    `delay` is its Crawl-delay. `later` is the same site in the second season. `inner`: no deployment names it.
    `origins` are hosts from which a gateway has what it delivers. `files` are dropped into the folder of its source.
    Each of `messages` is a row of them, sent one after the other, again from the first when one was not answered.
    Where `site://name` stands in a file, a message, or the fields of a source, that site's address is meant.
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
    origins: list["Site"] = field(default_factory=list)
    files: dict[str, File] = field(default_factory=dict)
    messages: list[list[Message]] = field(default_factory=list)
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


def placed(text: str, roots: Mapping[str, str]) -> str:
    """A text with the addresses of the sites that it names."""
    return _PLACE.sub(lambda match: roots[match[1]], text)


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
