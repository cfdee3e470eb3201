"""What a crawler remembers of a source: without it all is published again, which the worker counts as known."""

from itertools import islice
from typing import Final, Protocol, TypeVar

from msgspec import Struct, field

from streams.pages.page import Link

T = TypeVar("T")

_POSTS: Final = 50_000
"""Posts, pages and stamps of a source that are remembered, the latest; what is older is read and published again."""


class Published(Struct, frozen=True):
    """A post that was published: what it said, and where it went, so that an edit follows it there."""

    digest: str
    township: str


class Held(Struct, frozen=True):
    """A page that was read: by what to ask whether it changed, and where it led."""

    etag: str | None = None
    modified: str | None = None
    links: tuple[Link, ...] = ()


class Seen(Struct, frozen=True):
    """What is known of a source, or what is new of it.

    `posts` are by a digest of their id, which may hold a handle. `stamps` are those of links of which all was
    published. `walked` is whether the last visit came to its end.
    """

    posts: dict[str, Published] = field(default_factory=dict)
    pages: dict[str, Held] = field(default_factory=dict)
    stamps: dict[str, str] = field(default_factory=dict)
    walked: bool = False


class Memory(Protocol):
    """Where it is kept."""

    async def recall(self, source: str) -> Seen:
        """All that is known of a source; nothing of a new one."""

    async def remember(self, source: str, news: Seen) -> None:
        """Add to what is known, over what stood under the same names."""


class Here(Memory):
    """Kept in this process, for as long as it lives."""

    def __init__(self) -> None:
        self._seen: dict[str, Seen] = {}

    async def recall(self, source: str) -> Seen:
        return self._seen.get(source, Seen())

    async def remember(self, source: str, news: Seen) -> None:
        old = self._seen.get(source, Seen())
        _renew(old.posts, news.posts)
        _renew(old.pages, news.pages)
        _renew(old.stamps, news.stamps)
        self._seen[source] = Seen(old.posts, old.pages, old.stamps, news.walked)


def _renew(known: dict[str, T], news: dict[str, T]) -> None:
    """Put what is new last, and drop what is beyond the limit first."""
    for name, value in news.items():
        known.pop(name, None)
        known[name] = value
    for name in list(islice(known, max(0, len(known) - _POSTS))):
        del known[name]
