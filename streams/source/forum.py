"""A forum in HTML: how its lists and its threads are read."""

from msgspec import Struct

from streams.source.base import Source
from streams.source.listing import Listing
from streams.source.selector import Selector, check_group, check_selectors


class Threads(Listing, frozen=True, kw_only=True):
    """A forum's list page: links to threads, whose stamp is their last reply or how many there are."""

    thread: Selector


class Thread(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a forum's thread page is read. `post` holds one post; all below it but `title` and `next` is within it."""

    title: Selector
    post: Selector
    id: Selector
    body: Selector
    time: Selector | None = None
    author: Selector | None = None
    likes: Selector | None = None
    views: Selector | None = None
    replies: Selector | None = None
    next: Selector | None = None
    without: tuple[Selector, ...] = ()
    """What of a post is left out before it is read: quotations of others, who edited it when."""

    def __post_init__(self) -> None:
        check_selectors(self)


class Forum(Source, frozen=True, kw_only=True):
    """HTML: a list page with links to threads, threads with replies, both over several pages.

    `thread_id` finds a thread's id in its address; its first group is the id.
    """

    list: Threads
    thread: Thread
    thread_id: str = r"(\d+)"
    gone: tuple[str, ...] = ()
    """Words of a page without posts that say that its thread is no more, beside those that are known."""

    def __post_init__(self) -> None:
        Source.__post_init__(self)
        check_group("thread_id", self.thread_id)
