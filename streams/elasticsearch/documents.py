"""Documents of the indices, from records and back: pure, no server needed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec.structs import asdict

from streams.errors import NewerState
from streams.protocols import Attempts, Earlier, Told
from streams.records import STATE_VERSION, Change, Evidence, Incident, JudgedPost, Position, headline

Document = dict[str, object]

EARLIER_FIELDS: Final = ("version", "incident", "first", "digest", "forgotten", "reach", "gone", "edited", "edits")
TOLD_FIELDS: Final = (
    "source", "id", "title", "body", "author", "first", "recorded", "severity.evidence", "places", "keywords"
)  # fmt: skip

LAST: Final = 2**62
"""The version of a mark: to a worker that knows no marks, a post as it was last edited."""


def post_document(judged: JudgedPost) -> Document:
    """One document of a posts index: flat, so that each thing is a field in Kibana."""
    post = judged.post
    return {
        "id": post.id,
        "township": post.township,
        "source": post.source,
        "kind": post.kind,
        "url": post.url,
        "title": post.title,
        "body": post.body,
        "author": post.author,
        "reach": post.reach,
        "gone": post.gone,
        "edited": judged.edited,
        "edits": judged.edits,
        "published": post.published,
        "happened": judged.happened,
        "recorded": judged.recorded,
        "fetched": post.fetched,
        "tokens": judged.tokens,
        "keywords": judged.keywords,
        "places": judged.places,
        "ambiguous": judged.ambiguous,
        "topic": judged.topic,
        "sentiment": judged.sentiment,
        "emotion": judged.emotion,
        "facts": judged.facts,
        "severity": judged.severity,
        "incident": judged.incident,
        "version": judged.version,
        "generation": judged.generation,
        "first": judged.first,
        "position": judged.position,
        "digest": judged.digest,
    }


def mark_document(township: str, time: datetime) -> Document:
    """What is left of a post that was forgotten: nothing that it said or was."""
    nowhere = Position("", 0, 0)
    return {"township": township, "forgotten": time, "version": LAST, "first": nowhere, "digest": ""}


def read_told(document: str, source: Mapping[str, Any]) -> Told:
    """What a stored post's document tells of its incident; needs only TOLD_FIELDS."""
    return Told(
        document=document,
        source=source["source"],
        id=source["id"],
        headline=headline(source.get("title", ""), source.get("body", "")),
        author=source.get("author"),
        first=msgspec.convert(source["first"], Position),
        recorded=msgspec.convert(source["recorded"], datetime),
        evidence=msgspec.convert(source.get("severity", {}).get("evidence", ()), tuple[Evidence, ...]),
        places=tuple(source.get("places", ())),
        words=tuple(source.get("keywords", ())),
    )


def earlier(source: Mapping[str, Any]) -> Earlier:
    """What a stored post's document says of its earlier judgement; needs only EARLIER_FIELDS."""
    known = {field: source[field] for field in EARLIER_FIELDS if source.get(field) is not None}
    return msgspec.convert({"incident": None, **known}, Earlier)


def incident_document(incident: Incident, partition: int) -> Document:
    """One document of an incidents index: the incident as it is, and three fields by which `load` finds it."""
    return {
        **asdict(incident),
        "state_version": STATE_VERSION,
        "partition": partition,
        "pending": incident.unfinished,
        "due": _due(incident),
    }


def read_incident(source: Mapping[str, Any], *, index: str, document: str) -> Incident:
    """The incident that a document holds, equal to the one written, as of this program's own state version.

    Raises:
        NewerState: it was written by a newer program.
    """
    version = source.get("state_version", 0)
    if version > STATE_VERSION:
        raise NewerState(
            f"{index}/{document} was written with state version {version}, this program knows {STATE_VERSION}: "
            "upgrade every worker of the deployment before it starts again"
        )
    return msgspec.convert({**source, "state_version": STATE_VERSION}, Incident)


def change_document(incident: Incident, change: Change) -> Document:
    """One revision of an incident's history."""
    return {"incident": incident.id, "township": incident.township, **asdict(change)}


def attempts_document(note: Attempts) -> Document:
    """A worker's note to its successor."""
    return asdict(note)


def read_attempts(source: Mapping[str, Any]) -> Attempts:
    """The note that a document holds."""
    return msgspec.convert(source, Attempts)


def _due(incident: Incident) -> datetime | None:
    """When the next answer is owed; such an incident is loaded however old it is."""
    return min((deadline.due for deadline in incident.deadlines if not deadline.missed), default=None)
