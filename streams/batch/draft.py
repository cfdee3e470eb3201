"""What a batch is about to write, and how to take it back."""

from collections.abc import Mapping

from msgspec import Struct, field

from streams.identity import document_id, with_answer
from streams.protocols import Earlier, Message, PostWrite, Record, StoredPost
from streams.records import Action, Forget, Incident, JudgedPost, Post


class Arrived(Struct):
    """A record that was read: a post or an action of a township that we serve, in its place."""

    record: Record
    content: Post | Action | Forget
    township: str
    source: str
    """Of a post, as it may be shown: anybody may publish under any name, also a person's."""
    document: str = ""
    """Id of the document that a post becomes; empty for an action."""
    version: int = 0
    """Of that document: a later one replaces it."""
    keys: tuple[str, ...] = ()
    """Under which the list of what was forgotten may hold the post."""

    @property
    def documents(self) -> tuple[str, ...]:
        """Of a post its document, and that of an office's answer to it in the same township."""
        match self.content:
            case Post(source=source, id=identity):
                return (
                    self.document,
                    *(document_id(self.township, source, each) for each in with_answer(identity)[1:]),
                )
            case _:
                return ()


Refusals = dict[tuple[str, int], str]
"""Documents and versions that the store will never take, with its reason."""


class Draft(Struct):
    """What came of a batch so far; nothing of it is written yet."""

    posts: dict[str, JudgedPost] = field(default_factory=dict)
    stored: Mapping[str, StoredPost] = field(default_factory=dict)
    """What the store held of these posts when it was asked."""
    earlier: dict[str, Earlier] = field(default_factory=dict)
    """The same, as of the record in hand: a batch may hold several versions of one post."""
    before: dict[str, tuple[str, Incident | None]] = field(default_factory=dict)
    """Incidents that the batch changed: their township, and what they were before (None: founded here)."""
    erased: dict[str, Arrived] = field(default_factory=dict)
    """Documents of which only a mark is to be left, with the record that says so."""
    dropped: dict[str, Arrived] = field(default_factory=dict)
    """Incidents that are to go if nothing is left of them, with the record that says so."""
    messages: list[Message] = field(default_factory=list)
    """Dead letters, and records that move to their own partition."""
    waiting: list[Record] = field(default_factory=list)
    """Actions whose incident is not there yet, and those behind them about the same incident."""
    awaited: set[str] = field(default_factory=set)
    """The incidents of those actions."""
    counts: list[tuple[str, str, str]] = field(default_factory=list)
    verdicts: list[tuple[str, str, bool]] = field(default_factory=list)
    """Township and source of each post that was read, and whether it was dead: what a quarantine goes by."""

    def write(self, document: str) -> PostWrite:
        """How a post is to be written."""
        return PostWrite(self.posts[document], self.stored.get(document))

    def count(self, name: str, arrived: Arrived) -> None:
        """Count once the batch stands."""
        self.counts.append((name, arrived.township, arrived.source))
