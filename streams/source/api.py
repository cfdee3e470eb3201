"""A JSON interface: which expressions find its items and what they say, and how pages follow."""

from msgspec import Struct

from streams.pages.expression import Expression, check_expressions
from streams.source.base import Complete, Source


class Item(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an item says what."""

    id: Expression
    body: Expression
    title: Expression | None = None
    time: Expression | None = None
    author: Expression | None = None
    url: Expression | None = None
    views: Expression | None = None
    likes: Expression | None = None
    replies: Expression | None = None
    answer: Expression | None = None
    """The official reply's text."""
    answer_time: Expression | None = None

    def __post_init__(self) -> None:
        check_expressions(self, *self.__struct_fields__)


class Paging(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the next page is asked for: by number, by the cursor that each page gives, or by time.

    By number, pages follow until one is empty: `first` is the first one's, and it grows by `step`, which is the number
    of items a page where items are counted. By time, the next page is asked for what is older than the oldest item.
    """

    parameter: str
    cursor: Expression | None = None
    """Where a page says the next one's cursor."""
    time: Expression | None = None
    """Where an item says its time, as the interface wants to be asked for it."""
    first: int = 1
    step: int = 1

    def __post_init__(self) -> None:
        check_expressions(self, "cursor", "time")
        if self.cursor and self.time:
            raise ValueError("`cursor` and `time` exclude each other: pages follow by the one or the other")
        if self.step == 0:
            raise ValueError("field `step`: 0 asks for the same page again")


class Api(Source, frozen=True, kw_only=True):
    """An interface that answers in JSON: questions and what the office answered, or posts of any other kind."""

    items: Expression | None = None
    """Where the list of items stands in the answer; without it the answer is the list."""
    message: Item
    paging: Paging | None = None
    link: str | None = None
    """Address of a message for readers, with {id} in it, where the items do not say it."""
    complete: Complete = False

    def __post_init__(self) -> None:
        Source.__post_init__(self)
        check_expressions(self, "items")
