"""What goes into a parser, and what comes out."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from streams.records import PostKind, Reach

LISTING: Final = "listing"
"""The role of a page that lists; a parser names others as it needs them."""


class Raw(Struct, frozen=True, kw_only=True):
    """A post as its page says it, before township and door. `thread` is the id of the post that it answers.

    `partial`: it is known that more of its words stand elsewhere, and that they could not be had; `unasked`: that
    nobody asked for them, so that this says nothing against what stands of it.
    """

    id: str
    title: str = ""
    body: str = ""
    kind: PostKind = "message"
    url: str | None = None
    author: str | None = None
    published: datetime | None = None
    reach: Reach = Reach()
    thread: str | None = None
    partial: bool = False
    unasked: bool = False


class Page(Struct, frozen=True, kw_only=True):
    """A page as it was fetched, and when.

    `charset` is what the server said; it may lie. `entry` is what the listing that led to it says of its post.
    """

    url: str
    body: bytes
    fetched: datetime
    charset: str | None = None
    role: str = LISTING
    entry: Raw | None = None


class Link(Struct, frozen=True):
    """A page to be read next. While `stamp` (what its listing says of it) stays, it has nothing new."""

    url: str
    role: str
    stamp: str | None = None


class Reading(Struct, frozen=True):
    """What a page holds. Signals name what was missing, unreadable or left unused: `what:field`.

    `entries` are posts of which the page says only a part, by the link to the page that says all. `gone`: it says that
    what stood there is no more.
    """

    posts: tuple[Raw, ...] = ()
    links: tuple[Link, ...] = ()
    signals: tuple[str, ...] = ()
    entries: dict[str, Raw] = {}
    gone: bool = False
