"""A government's message board in HTML: how its lists and its messages are read."""

from msgspec import Struct

from streams.source.base import Source
from streams.source.listing import Listing
from streams.source.selector import Selector, check_group, check_selectors


class Letters(Listing, frozen=True, kw_only=True):
    """A board's list page: links to messages, whose stamp is their status or the date of their reply."""

    message: Selector


class Message(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a message's own page is read: what a resident asks, and what the office answers."""

    within: Selector
    """What holds the message; all else is found within it."""
    body: Selector
    title: Selector | None = None
    time: Selector | None = None
    author: Selector | None = None
    views: Selector | None = None
    likes: Selector | None = None
    replies: Selector | None = None
    status: Selector | None = None
    office: Selector | None = None
    """The office that answers."""
    answer: Selector | None = None
    answer_time: Selector | None = None
    without: tuple[Selector, ...] = ()
    """What of a message is left out before it is read."""

    def __post_init__(self) -> None:
        check_selectors(self)


class Board(Source, frozen=True, kw_only=True):
    """A list of messages, and a page for each, with what was asked and what the office answered.

    `message_id` finds a message's id in its address, or, with `link`, in what `list.message` says; its group is the id.
    """

    list: Letters
    message: Message
    message_id: str = r"(\d+)"
    gone: tuple[str, ...] = ()
    """Words of a page without a message that say that it is no more, beside those that are known."""
    link: str | None = None
    """Address of a message, with {id} in it, where the list says the id alone: `onclick="show(4711)"`."""

    def __post_init__(self) -> None:
        Source.__post_init__(self)
        check_group("message_id", self.message_id)
        attribute = self.list.message.partition("@")[2]
        if self.link is None and attribute.startswith("on"):
            raise ValueError(f"field `list`: @{attribute} says an id and no address: write `link`, with {{id}} in it")
        if self.link is not None and "{id}" not in self.link:
            raise ValueError("field `link`: it needs {id}, where a message's id stands in its address")
