"""What a township's own file says: offices, routes, places, thresholds."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from streams.records import Grade, Office, TownshipCode, Verb

PlaceKind = Literal["village", "road", "school", "hospital", "estate", "organisation", "water", "other"]


class Place(Struct, frozen=True, kw_only=True):
    """A place that residents name; `aliases` are other words for it. Two places may share a word."""

    name: str
    kind: PlaceKind = "other"
    aliases: tuple[str, ...] = ()


class Route(Struct, frozen=True, kw_only=True):
    """Which office answers: the first route all of whose stated conditions hold. An empty one matches all."""

    office: str
    topics: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


class Term(Struct, frozen=True, kw_only=True):
    """What is owed within how long, for these grades; `none` stands for an ordinary request."""

    name: str
    grades: tuple[Grade, ...]
    minutes: Annotated[int, Meta(gt=0)]
    met_by: tuple[Verb, ...] = ("answer", "close")


class Township(Struct, frozen=True, kw_only=True):
    """One township, as its YAML says."""

    code: TownshipCode
    name: str
    offices: tuple[Office, ...]
    supervision: str
    """Id of the office that gets what accuses an office: never the accused one."""
    duty: str
    """Role that is on call when an office is not."""
    routes: tuple[Route, ...]
    places: tuple[Place, ...] = ()
    terms: tuple[Term, ...] = ()
    words: tuple[str, ...] = ()
    """Words of this township for the segmenter, beyond its places and offices."""
    alert_max_age_hours: Annotated[int, Meta(gt=0)] = 48
    quiet_days: Annotated[int, Meta(gt=0)] = 365
    """A new post joins an incident that has been quiet for up to this long."""
