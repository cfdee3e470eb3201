"""What the live view knows at one moment."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from streams.records import Colour, Grade

Span = tuple[int, int]


class Town(Struct, frozen=True):
    """A township (or the county's inbox) with its counts: posts by id, asked of Kafka and Elasticsearch."""

    code: str
    name: str
    english: str
    crawled: int = 0
    """Posts on the posts topic."""
    judged: int = 0
    """Records that the worker's group has acknowledged."""
    indexed: int = 0
    """Documents that Elasticsearch counts."""
    alerts: int = 0
    """Matters that alerted."""


class Heard(Struct, frozen=True):
    """A post that has just come in."""

    township: str
    text: str
    gloss: str = ""


class Alert(Struct, frozen=True, kw_only=True):
    """One revision of a matter, as the alerts topic told it; `text` is the post quoted, `spans` the quotes in it."""

    second: float
    incident: str
    revision: int
    township: str
    title: str
    grade: Grade
    warning: Colour
    text: str = ""
    spans: tuple[Span, ...] = ()
    gloss: str = ""
    offices: tuple[str, ...] = ()
    verify: str = ""
    """A claim that was not believed; a person is asked."""
    posts: int = 0
    voices: int = 0


class Sums(Struct, frozen=True):
    """What went in and where it is, counted by distinct id and version."""

    crawled: int
    indexed: int
    unchanged: int
    dead: int
    doubled: int = 0
    """Posts that their incident has counted more than once."""
    missed: int = 0
    """Posts of an incident that it has not counted."""

    @property
    def lost(self) -> int:
        """Versions of posts that are in no store and no dead letter, and posts that their incident lacks."""
        return self.crawled - self.indexed - self.unchanged - self.dead + self.missed

    @property
    def add_up(self) -> bool:
        """Whether nothing is lost and nothing is there twice."""
        return self.lost == 0 and self.doubled == 0


class Kill(Struct, frozen=True):
    """The worker was killed at this second; `back` is when it was at work again, `sums` what was found then."""

    second: float
    back: float | None = None
    sums: Sums | None = None


class State(Struct, frozen=True, kw_only=True):
    """Everything that one picture shows."""

    second: float = 0.0
    sites: int = 3
    towns: tuple[Town, ...] = ()
    heard: tuple[Heard, ...] = ()
    """The newest last."""
    alerts: tuple[Alert, ...] = ()
    """In the order in which they came."""
    sums: Sums | None = None
    kill: Kill | None = None
    elasticsearch: str = ""
    deployment: str = "demo"

    def town(self, code: str) -> Town:
        """The township of this code."""
        return next(town for town in self.towns if town.code == code)


def latest(alerts: Sequence[Alert]) -> tuple[Alert, ...]:
    """The last revision of each matter, the one that moved last first."""
    by_incident: dict[str, Alert] = {}
    for alert in alerts:
        by_incident.pop(alert.incident, None)
        by_incident[alert.incident] = alert
    return tuple(reversed(by_incident.values()))


def trail(alerts: Sequence[Alert], incident: str) -> tuple[Alert, ...]:
    """The revisions of one matter in which something rose or was asked, in order."""
    mine = [alert for alert in alerts if alert.incident == incident]
    return tuple(alert for at, alert in enumerate(mine) if at == 0 or _said(alert) != _said(mine[at - 1]))


def hear(state: State, *posts: Heard, kept: int = 12) -> State:
    """The state with posts that came in."""
    return replace(state, heard=(*state.heard, *posts)[-kept:])


def _said(alert: Alert) -> tuple[object, ...]:
    return alert.grade, alert.warning, alert.verify
