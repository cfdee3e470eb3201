"""Follow a matter: fold a post into its incident."""

from typing import TypeVar

from msgspec.structs import asdict, replace

from streams.matter import Grouping, Known, Matter, Moment
from streams.privacy.door import Door
from streams.protocols import Incidents
from streams.records import COLOURS, GRADES, Colour, Evidence, Grade, Incident, JudgedPost, Toll, headline

T = TypeVar("T")

SAMPLES = 10
VOICES = 2_000
EVIDENCE = 6
RULES = 6
QUOTE = 300
PLACES = 12
WORDS = 24


def run(
    judged: JudgedPost, grouping: Grouping, incidents: Incidents, door: Door, known: Known, moment: Moment
) -> Matter | None:
    """The incident before and after the post; None for one that belongs to no incident, or is an office's answer.

    A post adds to the counts where it was first seen and nowhere else, so that neither an edit nor a second
    delivery counts again. Severity only rises here: a person lowers it.
    """
    if grouping.incident is None or judged.post.kind == "answer":
        return None
    before = incidents.get(grouping.incident)
    incident = before or _founded(judged, grouping.incident, moment)
    if judged.first == moment.position:
        incident = _counted(incident, judged, door, moment)
    if known.earlier is None or known.version >= known.earlier.version:
        incident = _noticed(incident, known.document, gone=judged.post.gone is not None)
    return Matter(before, _graded(_widened(incident, grouping, moment), judged))


def _founded(judged: JudgedPost, incident: str, moment: Moment) -> Incident:
    severity, called = judged.severity, headline(judged.post.title, judged.post.body)
    return Incident(
        id=incident,
        township=judged.post.township,
        title=called,
        summary=called,
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
    """One more post, perhaps one more voice; a live post later than the close opens the matter again."""
    author, marks = judged.post.author, incident.voice_marks
    if author and len(marks) < VOICES and (mark := door.voice(author, incident.id)) not in marks:
        marks = (*marks, mark)
    reopened = incident.closed is not None and moment.recorded > incident.closed and moment.live
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


def _noticed(incident: Incident, document: str, *, gone: bool) -> Incident:
    """With the post among those that their sources hold no more, or not: said twice it is the same."""
    others = tuple(mark for mark in incident.gone_marks if mark != document)
    marks = (*others, document)[-VOICES:] if gone else others
    return replace(incident, gone=len(marks), gone_marks=marks)


def _widened(incident: Incident, grouping: Grouping, moment: Moment) -> Incident:
    return replace(
        incident,
        first_seen=min(incident.first_seen, moment.happened),
        last_seen=max(incident.last_seen, moment.happened),
        places=_merged(incident.places, grouping.places, PLACES),
        words=_merged(incident.words, grouping.words, WORDS),
    )


def _graded(incident: Incident, judged: JudgedPost) -> Incident:
    """The gravest of what was said, each with its own words; a claim that could not be used is kept to be verified."""
    severity, evidence = judged.severity, tuple(map(_short, judged.severity.evidence))
    incident = replace(_headed(incident, judged), toll=_worse(incident.toll, judged.facts))
    if severity.grade == "unknown":
        incident = replace(incident, unverified=_merged(incident.unverified, evidence, EVIDENCE))
    if _is_above(severity.grade, incident.grade, GRADES):
        incident = _quoted(incident, severity.rules, evidence)
        incident = replace(incident, grade=severity.grade, kind=severity.kind)
    if _is_above(severity.warning, incident.warning, COLOURS):
        kind = severity.kind if incident.kind == "none" else incident.kind
        incident = _quoted(incident, severity.rules, evidence, first=incident.grade == "none")
        incident = replace(incident, warning=severity.warning, kind=kind)
    return incident


def _headed(incident: Incident, judged: JudgedPost) -> Incident:
    """Called by the post, if it makes the matter graver; but not by a danger where there is harm (decision 0025)."""
    grade, warning = judged.severity.grade, judged.severity.warning
    raised = _stake(
        grade if _is_above(grade, incident.grade, GRADES) else "none",
        warning if _is_above(warning, incident.warning, COLOURS) else "none",
    )
    if raised and raised >= _stake(incident.grade, incident.warning):
        return replace(incident, summary=headline(judged.post.title, judged.post.body))
    return incident


def _stake(grade: Grade, warning: Colour) -> int:
    """3: harm done, or danger now; 2: what may hurt somebody; 1: a claim to be verified; 0: nothing of these."""
    if grade not in ("none", "unknown") or warning in ("orange", "red"):
        return 3
    return 2 if warning != "none" else int(grade == "unknown")


def _short(quote: Evidence) -> Evidence:
    """A quotation no longer than an alert can carry; still literally in the post."""
    return Evidence(quote.text[:QUOTE], quote.start, min(quote.end, quote.start + QUOTE))


def _is_above(said: T, known: T, scale: tuple[T, ...]) -> bool:
    return scale.index(said) > scale.index(known)


def _quoted(
    incident: Incident, rules: tuple[str, ...], evidence: tuple[Evidence, ...], *, first: bool = True
) -> Incident:
    """With these rules and quotations: before what is there when they grade, behind it when they only warn."""
    said, known = (rules, evidence), (incident.rules, incident.evidence)
    (front_rules, front), (back_rules, back) = (said, known) if first else (known, said)
    return replace(incident, rules=_merged(front_rules, back_rules, RULES), evidence=_merged(front, back, EVIDENCE))


def _worse(one: Toll, other: Toll) -> Toll:
    """Field by field the higher number; a stated nought is more than nothing said."""
    ours, theirs = asdict(one), asdict(other)
    stated = {name: [n for n in (ours[name], theirs[name]) if n is not None] for name in ours}
    return Toll(**{name: max(numbers, default=None) for name, numbers in stated.items()})


def _merged(earlier: tuple[T, ...], later: tuple[T, ...], limit: int) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*earlier, *later)))[:limit]
