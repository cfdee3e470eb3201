"""What is brought rather than fetched: by a program that sends messages, or by a clerk who writes it down."""

from typing import Annotated, ClassVar, Final

from msgspec import Meta

from streams.pages.expression import Expression, check_expressions
from streams.source.api import Item
from streams.source.base import Source

PLAIN: Final = Item(
    id="id",
    body="body",
    title="title",
    time="published",
    author="author",
    url="url",
    views="views",
    replies="replies",
    likes="likes",
    answer="answer",
    answer_time="answered",
)
"""Where a message says what, unless its source says otherwise."""


class Webhook(Source, frozen=True, kw_only=True):
    """A program that sends JSON to `POST /ingest/{name}`, signed. `url` is a page that tells of it, if there is one."""

    secret_file: Annotated[str, Meta(description="File with its secret, from the source's own file on.")]
    items: Expression | None = None
    """Where the list of items stands in a message; without it the message is the list, or one item."""
    message: Item = PLAIN
    link: str | None = None
    """Address of an item for readers, with {id} in it, where the items do not say it."""

    schemes: ClassVar[frozenset[str]] = Source.schemes | {""}

    def __post_init__(self) -> None:
        Source.__post_init__(self)
        check_expressions(self, "items")


class Manual(Source, frozen=True, kw_only=True):
    """A clerk, who writes down what was read in public or was told: see `xiangyin tell`."""

    schemes: ClassVar[frozenset[str]] = frozenset({""})
    items: ClassVar[None] = None
    message: ClassVar[Item] = PLAIN
    link: ClassVar[None] = None

    def __post_init__(self) -> None:
        Source.__post_init__(self)
        if self.origin is not None:
            raise ValueError("`origin` is for gateways; what a clerk writes down was read by a person: remove it")
