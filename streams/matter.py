"""What the steps hand to one another about one record and its incident; never on the wire."""

from datetime import datetime
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from streams.protocols import Earlier, Told
from streams.records import Action, Evidence, Incident, Position, Post, Toll

GENERATIONS: Final = 1_000
"""A post's version is milliseconds of `fetched` times this, plus the generation of the judgement."""


class Arrival(Struct, frozen=True):
    """A post as it came, before privacy at the door."""

    post: Post


class Moment(Struct, frozen=True):
    """When and where a record reached us.

    `recorded` is the log's time, by which deadlines and order go. `happened` is when it was published: of what is
    live within [recorded - 72 h, recorded], by which windows go; of what is not, whatever it says, but never after
    `recorded`: an import keeps its dates. `live` is False for what must not alert: a backfill, or a post older than
    `alert_max_age` when it arrived.
    """

    position: Position
    recorded: datetime
    happened: datetime
    live: bool
    traceparent: str


class Grouping(Struct, frozen=True):
    """Which incident the post belongs to: none, one that is there, or one that it founds."""

    incident: str | None
    score: float = 1.0
    """How alike, 0 to 1; 1 for a founding post."""
    places: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """What of the post its incident remembers, so that later posts find it."""


class Known(Struct, frozen=True):
    """What the store holds about this very post, if anything."""

    document: str
    version: int
    generation: int
    earlier: Earlier | None

    @property
    def is_later(self) -> bool:
        """Whether this version was read later than what is stored; not only judged by a newer generation."""
        return self.earlier is None or self.version // GENERATIONS > self.earlier.version // GENERATIONS

    def standing(self, position: Position) -> Grouping | None:
        """The decision that stands for the record at this position; None when there is one to be made.

        An incident once decided stands. That there was none stands, too, until a newer version says something
        else; a record before that one is read again as it was read then.
        """
        if self.earlier is None:
            return None
        if self.earlier.incident and not _is_before(position, self.earlier.first):
            return Grouping(self.earlier.incident)
        return None if self.earlier.incident is None and self.version > self.earlier.version else Grouping(None)

    def first(self, position: Position, grouping: Grouping) -> Position:
        """Where the post was first seen; for one that only later became part of an incident, where it did."""
        if self.earlier is None or (self.earlier.incident is None and grouping.incident is not None):
            return position
        return self.earlier.first


def _is_before(position: Position, other: Position) -> bool:
    return replace(position, offset=other.offset) == other and position.offset < other.offset


class Facts(Struct, frozen=True):
    """What a text states about harm, and in which words; nothing about mood, reach or author.

    `kind` is one of models/rules, or "none". `least` holds, per field of the toll, the least that the words allow
    (数十人 is no number of the toll, yet at least 20). `quotes` holds the words, per field of the toll and per
    signal (event, hazard, immediate, school, ...). `hints` are words of harm that cannot be used: rumours.
    """

    kind: str = "none"
    toll: Toll = Toll()
    least: dict[str, int] = field(default_factory=dict)
    quotes: dict[str, tuple[Evidence, ...]] = field(default_factory=dict)
    hints: tuple[Evidence, ...] = ()


class Matter(Struct, frozen=True):
    """An incident before and after the record in hand; `before` is None when the record founds it."""

    before: Incident | None
    now: Incident


class Deployment(Struct, frozen=True):
    """What an alert says of where it comes from."""

    name: str
    url: str = ""
    """Where people open an incident: `{url}/incidents/{id}`; empty when there is no console."""


class Decision(Struct, frozen=True):
    """An officer's action with the moment at which it reached us."""

    action: Action


class Forgetting(Struct, frozen=True):
    """An incident some of whose posts are to be forgotten, and what the others tell that are stored."""

    incident: Incident
    left: tuple[Told, ...]


class Overdue(Struct, frozen=True):
    """An incident some of whose deadlines have passed: both partitions of its township have reached `passed`."""

    incident: Incident
    passed: datetime
