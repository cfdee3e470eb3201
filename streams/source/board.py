"""A message board with a JSON interface: which keys say what, and how pages follow."""

from typing import Annotated

from msgspec import Meta, Struct

from streams.source.base import Source

Key = Annotated[str, Meta(min_length=1, description="A key of the JSON object; a dot leads into an object within.")]


class Message(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which keys of a board's item say what."""

    id: Key
    body: Key
    title: Key | None = None
    time: Key | None = None
    author: Key | None = None
    url: Key | None = None
    views: Key | None = None
    likes: Key | None = None
    replies: Key | None = None
    answer: Key | None = None
    """The official reply's text."""
    answer_time: Key | None = None


class Paging(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the next page is asked for: by number, until one is empty, or by the cursor that each page gives."""

    parameter: str
    cursor: Key | None = None
    """Where a page says the next one's cursor; without it the parameter counts pages."""
    first: int = 1


class Board(Source, frozen=True, kw_only=True):
    """A message board with a JSON interface: questions, and what the office answered."""

    items: str = ""
    """Where the list of items stands in the answer; empty when the answer is the list."""
    message: Message
    paging: Paging | None = None
    link: str | None = None
    """Address of a message for readers, with {id} in it, where the items do not say it."""
