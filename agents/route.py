"""Route a matter: which office answers, and never the one that is accused."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from models.accusation import Accusation, accusation, names
from models.gazetteer import Places
from streams.matter import Facts, Matter
from streams.records import Office, Text, Topic
from streams.township import Route, Township

COUNTY: Final = Office(id="county", name="上级（县）纪检监察机关")
"""Who gets a matter in which the township's own supervision office is accused."""


_names: Final = lru_cache(maxsize=4096)(names)
"""A township's offices stay the same from post to post: dozens of townships with dozens of offices each."""


def run(matter: Matter, topic: Topic, text: Text, places: Places, facts: Facts, township: Township) -> Matter:
    """The matter with its offices: those that have it already, and the one of the first route that holds.

    A route with conditions joins its office to earlier ones (joint handling); one without, the catch-all, only
    serves a matter that nobody has. A post that accuses an office or its staff takes the matter from that office
    for good and brings in the supervision office; where the first route leads to the accused, supervision takes
    it instead. An accusation that names no office closes the routes by topic, words and place, any of which may
    lead to the accused, but not those by what happened: an accident needs help whoever is to blame.

    Raises:
        ValueError: a route or `supervision` names an office that the township does not have.
    """
    now = matter.now
    charge = accusation(text.whole, {office.id: _names(office.name, township.name) for office in township.offices})
    accused = tuple(dict.fromkeys((*now.accused, *sorted(charge.offices))))
    kept = [office for office in now.offices if office.id not in accused]
    route = _first(township.routes, topic, text, places, facts)
    chosen = _chosen(route, kept, charge, accused, township)
    offices = tuple(dict.fromkeys((*kept, *chosen))) or (_supervision(township, accused),)
    return Matter(matter.before, replace(now, offices=offices, accused=accused))


def _first(routes: Iterable[Route], topic: Topic, text: Text, places: Places, facts: Facts) -> Route | None:
    return next((route for route in routes if _holds(route, topic, text, places, facts)), None)


def _holds(route: Route, topic: Topic, text: Text, places: Places, facts: Facts) -> bool:
    return (
        (not route.topics or topic.label in route.topics)
        and (not route.kinds or facts.kind in route.kinds)
        and (not route.words or any(word in text.whole for word in route.words))
        and (not route.places or places.names_one_of(route.places))
    )


def _chosen(
    route: Route | None, kept: list[Office], charge: Accusation, accused: tuple[str, ...], township: Township
) -> list[Office]:
    """The offices that this post adds."""
    supervision = [_supervision(township, accused)] if charge else []
    if route is None or (kept and _is_catch_all(route)) or (charge.unnamed and not route.kinds):
        return supervision
    if route.office in accused:
        return [_supervision(township, accused)]
    return [_office(township, route.office), *supervision]


def _is_catch_all(route: Route) -> bool:
    return not (route.topics or route.kinds or route.words or route.places)


def _supervision(township: Township, accused: tuple[str, ...]) -> Office:
    return COUNTY if township.supervision in accused else _office(township, township.supervision)


def _office(township: Township, wanted: str) -> Office:
    for office in township.offices:
        if office.id == wanted:
            return office
    raise ValueError(f"township {township.code}: no office {wanted!r}; name it under `offices`, or correct the route")
