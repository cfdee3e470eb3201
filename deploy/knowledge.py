"""What the steps know: models loaded once, and of each township its own file, places and words."""

import gc
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import TypeVar

from agents.group import Matters
from models import load, request, similarity
from models.artefact import Unusable
from models.gazetteer import Gazetteer, GazetteerEntry, townships_of
from models.harm import HarmLexicon
from models.rulepack import RulePack
from models.segment import Segmenter
from streams.errors import Misconfigured
from streams.flow import Knowledge
from streams.identity import county_inbox
from streams.matter import Deployment
from streams.privacy.door import Door
from streams.records import Office
from streams.township import Route, Township

T = TypeVar("T")

INBOX = Office(id="inbox", name="县级待分派")


@cache
def models() -> Mapping[type, object]:
    """The models of this version, by type; loaded once a process, in under a second.

    Raises:
        Misconfigured: a model's file is missing or damaged; the message names it and the remedy.
    """
    trained, requests = _usable(load.load), _usable(request.load)
    loaded: tuple[object, ...] = (
        trained.table,
        trained.topic,
        trained.sentiment,
        trained.emotion,
        trained.danger,
        trained.keywords,
        requests,
        HarmLexicon.load(),
        RulePack.load(),
    )
    # What is here now stays to the end: the collector need not walk over it again and again (5 % of judging).
    gc.freeze()
    # Nor, at every 700 objects, over the posts of a block, which hold no cycles: another 5 %.
    gc.set_threshold(50_000, 20, 20)
    return {type(model): model for model in loaded}


def empty_matters() -> Callable[[], Matters]:
    """Makes empty memories of a township's incidents, which share one table of how rare pairs of characters are.

    Raises:
        Misconfigured: the table's file is missing or damaged.
    """
    rarity = _usable(similarity.load)
    return lambda: Matters(rarity)


def gazetteer(township: Township) -> Gazetteer:
    """A township's own places."""
    return Gazetteer(GazetteerEntry(place.name, place.kind, place.aliases) for place in township.places)


def segmenter(township: Township) -> Segmenter:
    """Jieba's dictionary with a township's own words: places, offices, and what its file adds."""
    names = [word for place in township.places for word in (place.name, *place.aliases)]
    return Segmenter([*names, *(office.name for office in township.offices), *township.words])


def inbox(code: str) -> Township:
    """The county's own inbox: a township without places or offices, for posts whose township nobody could tell."""
    route = Route(office=INBOX.id)
    return Township(
        code=county_inbox(code), name=INBOX.name, offices=(INBOX,), supervision=INBOX.id, duty="county", routes=(route,)
    )


def with_inboxes(townships: Mapping[str, Township]) -> Mapping[str, Township]:
    """The townships and their counties' inboxes; an inbox that has a file of its own keeps it."""
    return {**{each.code: each for each in map(inbox, townships)}, **townships}


def knowledge(townships: Mapping[str, Township], deployment: Deployment, door: Door) -> Knowledge:
    """What the steps know of a township, by code; None for one that is not served."""
    known = {
        code: {
            **models(),
            Segmenter: segmenter(township),
            Gazetteer: gazetteer(township),
            Township: township,
            Deployment: deployment,
            Door: door,
        }
        for code, township in with_inboxes(townships).items()
    }
    return known.get


def locate(townships: Iterable[Township]) -> Callable[[str], tuple[str, ...]]:
    """Finds the townships whose own places a text names."""
    gazetteers = {township.code: gazetteer(township) for township in townships}
    return lambda text: townships_of(text, gazetteers)


def _usable(load_model: Callable[[], T]) -> T:
    """What a model's file holds; one that is missing or damaged stops the start, and says so."""
    try:
        return load_model()
    except Unusable as error:
        raise Misconfigured(str(error)) from error
