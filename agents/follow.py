"""Follow a matter: fold a post into its incident."""

from typing import TypeVar

from msgspec.structs import asdict, replace

from streams.matter import Grouping, Matter, Moment
from streams.privacy.door import Door
from streams.protocols import Incidents
from streams.records import COLOURS, GRADES, Incident, JudgedPost, Toll

T = TypeVar("T")

SAMPLES = 10
VOICES = 2_000
EVIDENCE = 5
PLACES = 12
WORDS = 24


def run(judged: JudgedPost, grouping: Grouping, incidents: Incidents, door: Door, moment: Moment) -> Matter | None:
    """The incident before and after the post; None for a post that belongs to no incident.

    A post adds to the counts where it was first seen and nowhere else, so that neither an edit nor a second
    delivery counts again. Severity only rises here: a person lowers it.
    """
    if grouping.incident is None:
        return None
    before = incidents.get(grouping.incident)
    incident = before or _founded(judged, grouping.incident, moment)
    if judged.first == moment.position:
        incident = _counted(incident, judged, door, moment)
    return Matter(before, _graded(_widened(incident, grouping, moment), judged))


def _founded(judged: JudgedPost, incident: str, moment: Moment) -> Incident:
    severity = judged.severity
    return Incident(
        id=incident,
        township=judged.post.township,
        title=(judged.post.title or judged.post.body)[:80],
        kind=severity.kind,
        topic=judged.topic.label,
        grade="none",
        warning="none",
        status="open",
        first_seen=moment.happened,
        last_seen=moment.happened,
        founded=moment.recorded,
        last_record=moment.recorded,
    )


def _counted(incident: Incident, judged: JudgedPost, door: Door, moment: Moment) -> Incident:
    """One more post, perhaps one more voice; a post later than the close opens the matter again."""
    author, marks = judged.post.author, incident.voice_marks
    if author and len(marks) < VOICES and (mark := door.voice(author, incident.id)) not in marks:
        marks = (*marks, mark)
    reopened = incident.closed is not None and moment.recorded > incident.closed
    return replace(
        incident,
        posts=incident.posts + 1,
        samples=(*incident.samples, judged.post.id)[:SAMPLES],
        voices=len(marks),
        voice_marks=marks,
        last_record=max(incident.last_record, moment.recorded),
        status="open" if reopened else incident.status,
        closed=None if reopened else incident.closed,
    )


def _widened(incident: Incident, grouping: Grouping, moment: Moment) -> Incident:
    return replace(
        incident,
        first_seen=min(incident.first_seen, moment.happened),
        last_seen=max(incident.last_seen, moment.happened),
        places=_merged(incident.places, grouping.places, PLACES),
        words=_merged(incident.words, grouping.words, WORDS),
    )


def _graded(incident: Incident, judged: JudgedPost) -> Incident:
    """The gravest of what was said; a claim that could not be used is kept for a person to verify."""
    severity, found = judged.severity, judged.severity.evidence
    if severity.grade == "unknown":
        incident = replace(incident, unverified=_merged(incident.unverified, found, EVIDENCE))
    grade = max(incident.grade, severity.grade, key=GRADES.index)
    warning = max(incident.warning, severity.warning, key=COLOURS.index)
    if (grade, warning) == (incident.grade, incident.warning):
        return replace(incident, toll=_worse(incident.toll, judged.facts))
    return replace(
        incident,
        grade=grade,
        warning=warning,
        kind=severity.kind,
        toll=_worse(incident.toll, judged.facts),
        rules=severity.rules,
        evidence=found[:EVIDENCE],
    )


def _worse(one: Toll, other: Toll) -> Toll:
    """Field by field the higher number; a stated nought is more than nothing said."""
    ours, theirs = asdict(one), asdict(other)
    stated = {name: [n for n in (ours[name], theirs[name]) if n is not None] for name in ours}
    return Toll(**{name: max(numbers, default=None) for name, numbers in stated.items()})


def _merged(earlier: tuple[T, ...], later: tuple[T, ...], limit: int) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*earlier, *later)))[:limit]
