"""What the steps hand to one another about one record and its incident; never on the wire."""

from datetime import datetime

from msgspec import Struct, field

from streams.protocols import Earlier
from streams.records import Action, Evidence, Incident, Position, Post, Toll


class Arrival(Struct, frozen=True):
    """A post as it came, before privacy at the door."""

    post: Post


class Moment(Struct, frozen=True):
    """When and where a record reached us.

    `recorded` is the log's time, by which deadlines and order go. `happened` is when it was published, clamped
    to [recorded - 72 h, recorded], by which windows go. `live` is False for what must not alert: a backfill, or
    a post older than `alert_max_age` when it arrived.
    """

    position: Position
    recorded: datetime
    happened: datetime
    live: bool
    traceparent: str


class Known(Struct, frozen=True):
    """What the store holds about this very post, if anything: its decision stands."""

    document: str
    version: int
    generation: int
    earlier: Earlier | None


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


class Grouping(Struct, frozen=True):
    """Which incident the post belongs to: none, one that is there, or one that it founds."""

    incident: str | None
    score: float = 1.0
    """How alike, 0 to 1; 1 for a founding post."""
    places: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """What of the post its incident remembers, so that later posts find it."""


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


class Overdue(Struct, frozen=True):
    """An incident some of whose deadlines have passed: both partitions of its township have reached `passed`."""

    incident: Incident
    passed: datetime
