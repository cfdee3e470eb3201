"""How surely are a new text and a remembered matter about the same thing?"""

import re
from collections.abc import Iterable, Mapping
from itertools import compress
from math import exp
from sys import intern
from typing import Final

from msgspec import Struct

from models.gazetteer import Mention, Places, kind_of
from models.similarity import Rarity, pairs, word_pairs

HEADLINE: Final = 80
"""Characters of the body that stand for a title where there is none."""

READ: Final = 400
"""Characters of a text that are compared: a long letter would contain the words of every other."""

KEYS: Final = 6
"""By how many of its title's rarest pairs, and of its most telling words, a matter is found again."""

RARE: Final = 500
FEWEST: Final = 3
"""Keys weigh so much (in thousandths), or are the rarest so many."""

BIAS: Final = -4.6
TITLE: Final = 5.8
WORD: Final = 5.5
ECHO: Final = 2.1
PLACE: Final = 0.5
ELSEWHERE: Final = -2.1
APART: Final = -6.0
NOTHING: Final = -3.0
HARM: Final = 4.0
"""Logistic weights; all but the last fitted to hand-read pairs of posts (docs/incidents.md)."""

COMMONNESS: Final = 1_000
"""In thousandths: added to what a title must be covered by: a short and common one proves little."""

CONCRETE: Final = 250
"""Weight of a word that names a thing: 围墙 does, 今天 does not."""

AROUND: Final = re.compile(
    "门口|门前|[大校]门|旁边|边上|路边|附近|周[边围]|对面|隔壁|[前后里外上下]面|楼[上下]|[那这]边"
    "|[0-9一二三四五六七八九十]+(?:栋|幢|号楼|单元|层)|[很太]?危险|隐患|随时|尽快|快来"
)
"""What two dangers at one place share without being one: where about it they are, and that they are dangers."""

TELLING: Final = 0.7
"""Rarity of what tells one place's name from another's: 东埠 does, 小学 does not."""

OWN_PLACE: Final = 1.0
SPOT: Final = 0.7
"""How specific a place must be for another one of its kind to be somewhere else: a road crosses many."""

SPECIFIC: Final[Mapping[str, float]] = {
    "school": OWN_PLACE,
    "hospital": OWN_PLACE,
    "estate": OWN_PLACE,
    "organisation": OWN_PLACE,
    "water": OWN_PLACE,
    "other": 0.8,
    "village": 0.7,
    "road": 0.5,
    "division": 0.0,
}
"""How much it says that two texts name the same place, by its kind: a road is long, a district large."""


class Profile(Struct, frozen=True):
    """A remembered matter as the comparison sees it.

    A worker holds one for each matter of a year: tuples of shared strings take an eighth of what sets do.
    """

    title: tuple[str, ...]
    """The pairs of its title."""
    title_weights: tuple[int, ...]
    """What each of them weighs."""
    title_weight: int
    words: tuple[tuple[str, ...], ...]
    """The pairs of each of its words."""
    word_weights: tuple[int, ...]
    """What each of the words weighs."""
    words_weight: int
    things: tuple[str, ...]
    """The pairs of title and words that name things other than places."""
    own: tuple[str, ...]
    """All pairs of title and words."""
    places: tuple[str, ...]
    spot: tuple[str, ...]
    """The telling pairs of the first place's name, if it is a school, an estate, a village or the like."""
    keys: tuple[str, ...]
    """By these it is found again: rare pairs, and places marked by `place_key`."""


class Reading(Struct, frozen=True):
    """A new text as the comparison sees it."""

    pairs: set[str]
    headline: dict[str, int]
    headline_pairs: set[str]
    headline_weight: int
    places: Mapping[str, float]
    """Each place that the text names, with how specific it is, from 0 to 1."""
    spot: frozenset[str]
    """The telling pairs of the names of its schools, estates, villages and the like."""
    listed: bool
    """Whether one of those is in the township's own list, so that its name is no guess."""
    whole: str
    """What of the text is compared."""
    found: tuple[Mention, ...]
    """Where the text names places."""


def profile(title: str, words: Iterable[str], places: tuple[str, ...], rarity: Rarity) -> Profile:
    """See a remembered matter: its title, its most telling words first, its most specific place first."""
    in_title = pairs(title)
    in_words = [parts for word in words if (parts := word_pairs(word))]
    weights = {intern(pair): weight for pair, weight in rarity.weights(in_title.union(*in_words)).items()}
    weighed = {pair: weight for pair, weight in weights.items() if pair in in_title}
    rarest = [max(parts, key=weights.__getitem__) for parts in in_words]
    word_weights = tuple(weights[pair] for pair in rarest)
    naming = pairs("\n".join(places))
    keys = (*_keys(weighed), *_keys({pair: weights[pair] for pair in rarest}))
    return Profile(
        title=tuple(weighed),
        title_weights=tuple(weighed.values()),
        title_weight=sum(weighed.values()),
        words=tuple(tuple(map(intern, parts)) for parts in in_words),
        word_weights=word_weights,
        words_weight=sum(word_weights),
        things=tuple(pair for pair, weight in weights.items() if weight >= CONCRETE and pair not in naming),
        own=tuple(weights),
        places=places,
        spot=tuple(_spot([name for name in places[:1] if SPECIFIC.get(kind_of(name), 0.0) >= SPOT], rarity)),
        keys=tuple({*map(intern, keys), *(intern(place_key(name)) for name in places if not _is_division(name))}),
    )


def reading(title: str, whole: str, places: Places, rarity: Rarity, common: str) -> Reading:
    """See a new text. What is in `common`, the name of the township, tells no matter from another."""
    specific: dict[str, float] = {}
    for mention in places.found:
        for name in mention.names if mention.start < READ else ():
            specific[name] = max(specific.get(name, 0.0), specificity(mention, common))
    headline = rarity.weights(pairs(title or whole[:HEADLINE]))
    spot = _spot((name for name, how in specific.items() if how >= SPOT), rarity)
    listed = any(mention.listed and specificity(mention, common) >= SPOT for mention in places.found)
    return Reading(
        pairs=pairs(whole[:READ]).difference(pairs(common)),
        headline=headline,
        headline_pairs=set(headline),
        headline_weight=sum(headline.values()),
        places=specific,
        spot=spot,
        listed=listed,
        whole=whole[:READ],
        found=places.found,
    )


def specificity(mention: Mention, common: str) -> float:
    """From 0 to 1, how much it says that two texts name this place."""
    return 0.0 if mention.names == (common,) else SPECIFIC.get(mention.kind, SPECIFIC["other"]) / len(mention.names)


def likeness(profile: Profile, reading: Reading, *, harm: bool, where: bool = True) -> float:
    """From 0 to 1, how surely both are about the same matter.

    By how much of the matter's title and words the text repeats and how much of its headline the matter knows,
    rare pairs counting more; by places that both name; and against it when they name different districts. With
    `harm`, that is when both tell of harm or danger within days of one another, the same school or estate and
    one thing in common are enough. Without `where` that is no word for where about the place it is, or that it is
    dangerous: two dangers at one gate share these, and are two.
    """
    title = sum(compress(profile.title_weights, map(reading.pairs.__contains__, profile.title)))
    echo = sum(map(reading.headline.__getitem__, reading.headline_pairs.intersection(profile.own)))
    words = sum(compress(profile.word_weights, map(reading.pairs.issuperset, profile.words)))
    place = max([reading.places[name] for name in profile.places if name in reading.places], default=0.0)
    spot = harm and _is_same_spot(profile, reading)
    named = _beside(reading, profile.places[0]) if spot and not where else reading.pairs
    alone = named.isdisjoint(profile.things)
    logit = (
        BIAS
        + TITLE * title / (profile.title_weight + COMMONNESS)
        + ECHO * echo / (reading.headline_weight + COMMONNESS)
        + WORD * words / (profile.words_weight + COMMONNESS)
        + PLACE * place
        + NOTHING * alone
        + APART * _is_apart(profile, reading)
        + ELSEWHERE * _is_elsewhere(profile.places, reading.places)
        + HARM * (spot and not alone)
    )
    return 1 / (1 + exp(-logit))


def place_key(name: str) -> str:
    """A place among the keys, told from a pair of characters."""
    return f"@{name}"


def _keys(weighed: Mapping[str, int]) -> list[str]:
    """The rarest pairs: common ones would bring up half of the township, and serve only where there are no others."""
    ranked = sorted(weighed, key=lambda pair: (-weighed[pair], pair))[:KEYS]
    return [pair for at, pair in enumerate(ranked) if at < FEWEST or weighed[pair] >= RARE]


def _is_same_spot(profile: Profile, reading: Reading) -> bool:
    return reading.places.get(next(iter(profile.places), ""), 0.0) >= OWN_PLACE


def _beside(reading: Reading, place: str) -> set[str]:
    """The pairs of the text without this place, by whichever name, and without words for where about it."""
    rest = reading.whole
    for mention in reading.found:
        if place in mention.names:
            rest = rest[: mention.start] + " " * (mention.end - mention.start) + rest[mention.end :]
    return pairs(AROUND.sub(" ", rest))


def _spot(names: Iterable[str], rarity: Rarity) -> frozenset[str]:
    return frozenset(pair for name in names for pair in word_pairs(name) if rarity.of(pair) >= TELLING)


def _is_apart(profile: Profile, reading: Reading) -> bool:
    """Whether each names a school, an estate, a village or the like of which the other knows nothing.

    A listed name differs from another by any character; a guessed one may be the same place put otherwise, and
    counts as another only when no telling pair of it is known.
    """
    if not (profile.spot and reading.spot):
        return False
    if any(reading.places.get(name, 0.0) >= SPOT for name in profile.places):
        return False
    return reading.listed or (reading.pairs.isdisjoint(profile.spot) and reading.spot.isdisjoint(profile.own))


def _is_elsewhere(ours: Iterable[str], theirs: Iterable[str]) -> bool:
    here, there = (set(filter(_is_division, names)) for names in (ours, theirs))
    return bool(here and there and not here & there)


def _is_division(name: str) -> bool:
    return name[0].isascii() and name[-1] in "区县市" and name[1:-1].isdigit()
