"""A made-up township with real models: posts go through the whole stage, from the door to the alert."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final, cast

from msgspec.structs import replace

import deploy.demo
from agents import flow
from deploy import knowledge
from deploy.settings import townships
from models.gazetteer import Gazetteer
from streams.identity import document_id
from streams.matter import Arrival, Deployment, Known, Matter, Moment
from streams.protocols import Incidents
from streams.records import Incident, JudgedPost, Position, Post
from streams.stage import Values
from streams.township import Place, Route, Township
from tests.unit.agents.matters import DOOR, NOW

CODE: Final = "990101101000"


@cache
def known() -> Mapping[type, object]:
    """What the steps know of the demo's larger town."""
    served = townships.read_all(Path(next(iter(deploy.demo.__path__))) / "county" / "townships")
    return knowledge.knowledge(served, Deployment("town"), DOOR)(CODE) or {}


class Town:
    """The township and its memory; each post comes a minute after the one before.

    Args:
        routes: instead of those of the township's file.
        places: instead of those of the township's file.
    """

    def __init__(self, routes: tuple[Route, ...] = (), places: tuple[Place, ...] = ()) -> None:
        self.matters = _empty()()
        town = cast("Township", known()[Township])
        town = replace(town, routes=routes or town.routes, places=places or town.places)
        gazetteer = knowledge.gazetteer(town) if places else known()[Gazetteer]
        self._known = {**known(), Township: town, Gazetteer: gazetteer}
        self._heard = 0

    def hears(self, body: str, title: str = "", *, author: str | None = None, identity: str = "") -> Values:
        """What the stage makes of a post; what it decided is remembered."""
        self._heard += 1
        at = NOW + timedelta(minutes=self._heard)
        post = Post(
            id=identity or f"p{self._heard}", township=CODE, source="forum", title=title, body=body, author=author,
            published=at, fetched=at,
        )  # fmt: skip
        position = Position("town.posts", 0, self._heard)
        document = document_id(post.township, post.source, post.id)
        values = flow.POST.run(
            {
                **self._known,
                Arrival: Arrival(post),
                Moment: Moment(position, at, at, live=True, traceparent="00-0-0-01"),
                Known: Known(document, self._heard, 0, None),
                type(self.matters): self.matters,
                Incidents: self.matters,
            }
        )
        if matter := values.get(Matter):
            self.matters.put(matter.now)
        return values


def judged(values: Values) -> JudgedPost:
    """The document that is stored."""
    return values[JudgedPost]


def incident(values: Values) -> Incident | None:
    """The incident after the post; None for a post that belongs to none."""
    matter = values.get(Matter)
    return matter.now if matter else None


_empty: Final = cache(knowledge.empty_matters)
"""Makes empty memories; the table behind them is read once."""
