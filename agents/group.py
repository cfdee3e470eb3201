"""Group posts: the same place and the same problem in one township are one incident."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from heapq import nsmallest
from itertools import chain
from typing import Final

from msgspec import Struct

from models.gazetteer import Places
from models.likeness import Profile, Reading, likeness, place_key, profile, reading, specificity
from models.request import RequestModel
from models.segment import LONGEST_SEARCHED, Tokens
from models.similarity import Rarity
from streams.identity import incident_id
from streams.matter import Grouping, Known, Moment
from streams.records import Incident, Post, Severity, Text
from streams.township import Township

WORDS: Final = 16
PLACES: Final = 12
"""What an incident remembers of its founding post: so that later posts do not make it drift."""

CANDIDATES: Final = 8
"""How many incidents are looked at closely; the rest share less with the post."""

THRESHOLD: Final = 0.5
HARM_WINDOW: Final = timedelta(days=7)
"""A wall that cracks, falls and kills is one matter when it is told of within days."""

DANGER: Final = "隐患"
NO_EVENT: Final = frozenset({"none", DANGER})
"""Kinds that may turn into any other: a danger becomes an accident, a rumour gets a name."""


class Features(Struct, frozen=True):
    """What an incident remembers of the post that founds it."""

    places: tuple[str, ...]
    words: tuple[str, ...]


class Matters:
    """A township's known incidents, found again by rare pairs of characters and by places.

    A cache: what it answers depends on the incidents put in and not on their order.
    """

    def __init__(self, rarity: Rarity) -> None:
        self.rarity = rarity
        self._incidents: dict[str, Incident] = {}
        self._profiles: dict[str, Profile] = {}
        self._by_key: dict[str, set[str]] = {}

    def __iter__(self) -> Iterator[Incident]:
        return iter(tuple(self._incidents.values()))

    def __len__(self) -> int:
        return len(self._incidents)

    def get(self, incident: str) -> Incident | None:
        """The incident of this id, or None."""
        return self._incidents.get(incident)

    def put(self, incident: Incident) -> None:
        """Add an incident, or replace the one of its id."""
        earlier = self._incidents.get(incident.id)
        if earlier is None or not _looks_alike(earlier, incident):
            self.remove(incident.id)
            seen = profile(incident.title, incident.words[:WORDS], incident.places, self.rarity)
            self._profiles[incident.id] = seen
            for key in seen.keys:
                self._by_key.setdefault(key, set()).add(incident.id)
        self._incidents[incident.id] = incident

    def remove(self, incident: str) -> None:
        """Take back an incident that never came to be."""
        self._incidents.pop(incident, None)
        seen = self._profiles.pop(incident, None)
        for key in seen.keys if seen else ():
            self._by_key[key].discard(incident)
            if not self._by_key[key]:
                del self._by_key[key]

    def candidates(self, post: Reading) -> list[tuple[Incident, Profile]]:
        """The incidents that share most with the post, the likeliest first."""
        known = self._by_key
        shared = Counter(chain.from_iterable([known[key] for key in post.pairs if key in known]))
        for key in map(place_key, post.places):
            for incident in self._by_key.get(key, ()):
                shared[incident] += 2
        ranked = nsmallest(CANDIDATES, [(-count, incident) for incident, count in shared.items() if count > 1])
        return [(self._incidents[found], self._profiles[found]) for _, found in ranked]


def run(
    post: Post,
    text: Text,
    tokens: Tokens,
    places: Places,
    severity: Severity,
    requests: RequestModel,
    matters: Matters,
    known: Known,
    township: Township,
    moment: Moment,
) -> Grouping:
    """Return the incident that the post belongs to: one that is there, one that it founds, or none.

    An incident once decided about a stored post stands; that it had none stands until it says something else. An
    office's own answer belongs to none. Praise and chatter belong to none. Author, mood and reach are no
    parameters, and the topic none either: same or other, it told nothing (docs/incidents.md).
    """
    if standing := known.standing(moment.position):
        return _standing(standing.incident, tokens, places, matters, township)
    if post.kind == "answer":
        return Grouping(None)
    if not _is_harm(severity) and not requests.is_request(text.title, text.whole, tokens.words):
        return Grouping(None)
    seen = reading(text.title, text.whole, places, matters.rarity, township.name)
    best = _best(seen, severity, matters, township, moment)
    if best:
        return best
    return _with_features(incident_id(post.township, post.source, post.id), tokens, places, matters, township)


def remembered(tokens: Tokens, places: Places, rarity: Rarity, common: str) -> Features:
    """The places of a post, the most specific first, and its most telling words: rare, and rather of the title."""
    ranked = sorted(places.found, key=lambda mention: -specificity(mention, common))
    names = tuple(dict.fromkeys(name for mention in ranked for name in mention.names))
    title = set(tokens.title)
    words = [word for word in tokens.words if 1 < len(word) <= LONGEST_SEARCHED and word.isalnum() and word != common]
    telling = nsmallest(WORDS, [(-rarity.of_word(word) * (2 if word in title else 1), word) for word in words])
    return Features(names[:PLACES], tuple(word for _, word in telling))


def _standing(incident: str | None, tokens: Tokens, places: Places, matters: Matters, township: Township) -> Grouping:
    """The earlier decision; with what the incident needs to be written, should it have been lost on the way."""
    if incident is None or matters.get(incident):
        return Grouping(incident)
    return _with_features(incident, tokens, places, matters, township)


def _with_features(incident: str, tokens: Tokens, places: Places, matters: Matters, township: Township) -> Grouping:
    features = remembered(tokens, places, matters.rarity, township.name)
    return Grouping(incident, places=features.places, words=features.words)


def _best(seen: Reading, severity: Severity, matters: Matters, township: Township, moment: Moment) -> Grouping | None:
    quiet = timedelta(days=township.quiet_days)
    scored = [
        (_alike(incident, looks, seen, severity, moment), incident.id)
        for incident, looks in matters.candidates(seen)
        if max(_distance(incident, moment), moment.recorded - incident.last_record) <= quiet
    ]
    score, incident = max(scored, default=(0.0, ""))
    return Grouping(incident, score) if score >= THRESHOLD else None


def _alike(incident: Incident, looks: Profile, seen: Reading, severity: Severity, moment: Moment) -> float:
    """From 0 to 1; at one place two dangers need more in common than the gate where both are."""
    harm = _is_same_harm(incident, severity, moment)
    return likeness(looks, seen, harm=harm, where=_is_one_kind(incident, severity))


def _is_harm(severity: Severity) -> bool:
    return severity.hazard or severity.immediate or severity.grade != "none"


def _is_same_harm(incident: Incident, severity: Severity, moment: Moment) -> bool:
    """Whether both speak of harm or danger, within days of one another, and of kinds that can be one event."""
    if not _is_harm(severity) or (incident.grade, incident.warning) == ("none", "none"):
        return False
    kinds = {incident.kind, severity.kind}
    return (len(kinds) == 1 or bool(kinds & NO_EVENT)) and _distance(incident, moment) <= HARM_WINDOW


def _is_one_kind(incident: Incident, severity: Severity) -> bool:
    """Whether both name the same kind of event, or one of them none: two dangers are of any kind."""
    kinds = {incident.kind, severity.kind}
    return "none" in kinds or (len(kinds) == 1 and DANGER not in kinds)


def _distance(incident: Incident, moment: Moment) -> timedelta:
    """How long the incident was quiet when the post was published, or by how much the post is older than it."""
    return max(moment.happened - incident.last_seen, incident.first_seen - moment.happened)


def _looks_alike(one: Incident, other: Incident) -> bool:
    return (one.title, one.words, one.places) == (other.title, other.words, other.places)
