"""Forget: an incident without what only forgotten posts said."""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from streams.identity import incident_id
from streams.matter import Forgetting, Matter
from streams.privacy.door import Door
from streams.protocols import Told
from streams.records import Evidence, Incident, Position

NAMELESS: Final = "（原帖已按要求删除）"
"""What an incident is called of which no post is left."""

SAMPLES: Final = 10
"""As many as an incident names of the posts that follow it."""


def run(forgetting: Forgetting, door: Door) -> Matter:
    """The incident as those posts tell it that are left.

    A quotation, a sample, a voice stays as long as a stored post stands for it. Title, places and words pass from the
    founding post, once that is gone, to the earliest that is left; the summary is the title again, once no post is
    left that is headed by it. Posts and voices are counted anew, so that doing it
    twice changes nothing more. Grade, warning, toll, offices and deadlines stay: they tell of an event and not of who
    wrote of it, and only a person lowers them (decision 0019).
    """
    before, left = forgetting.incident, sorted(forgetting.left, key=_order)
    counted = [each for each in left if _is_counted(each.first, before)]
    voices = {door.voice(each.author, before.id) for each in counted if each.author}
    marks = tuple(mark for mark in before.voice_marks if mark in voices)
    gone = tuple(mark for mark in before.gone_marks if any(mark == each.document for each in left))
    named = _named(before, left)
    now = replace(
        named,
        summary=before.summary if any(before.summary == each.headline for each in left) else named.title,
        gone=len(gone),
        gone_marks=gone,
        posts=len(counted),
        forgotten=before.forgotten + max(0, before.posts - len(counted)),
        samples=tuple(each.id for each in counted[:SAMPLES]),
        voices=len(marks),
        voice_marks=marks,
        evidence=_still_said(before.evidence, left),
        unverified=_still_said(before.unverified, left),
    )
    return Matter(before, now)


def _order(told: Told) -> tuple[object, ...]:
    return told.recorded, told.document


def _is_counted(first: Position, incident: Incident) -> bool:
    """Whether the incident has been given the record in which the post was first seen; if not, it will count it."""
    mark = incident.applied.get(f"{first.topic}/{first.partition}")
    return mark is not None and (mark.incarnation != first.incarnation or first.offset <= mark.offset)


def _named(incident: Incident, left: list[Told]) -> Incident:
    """With the title, places and words of a post that is stored; it has none that was never written."""
    if incident.title and any(incident_id(incident.township, each.source, each.id) == incident.id for each in left):
        return incident
    if not left:
        return replace(incident, title=NAMELESS, places=(), words=())
    return replace(incident, title=left[0].headline, places=left[0].places, words=left[0].words)


def _still_said(quotes: tuple[Evidence, ...], left: Iterable[Told]) -> tuple[Evidence, ...]:
    """The quotations that a stored post has; an incident holds of a long one its beginning."""
    said = [quote for each in left for quote in each.evidence]
    return tuple(
        quote
        for quote in quotes
        if any(each.start == quote.start and each.text.startswith(quote.text) for each in said)
    )
