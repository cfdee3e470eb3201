"""Revise: when what is said about a matter has changed, number it and write it down."""

from typing import Final

from msgspec.structs import asdict, replace

from streams.matter import Matter, Moment
from streams.records import Change, Incident

KEPT: Final = 20
"""Entries of the history that stay in the incident; all of them stand in documents of their own."""


def run(matter: Matter, moment: Moment) -> Matter:
    """The matter, one revision higher when grade, warning, toll, status, office or deadline changed.

    A post that adds only its voice leaves the revision alone: an officer who looks at revision 3 sees what
    revision 3 says, however many people have repeated it since.
    """
    said, was = _said(matter.now), _said(matter.before) if matter.before else {}
    if said == was:
        return matter
    revision = matter.now.revision + 1
    what = "; ".join(
        f"{name}: {was.get(name) or '-'} -> {value or '-'}" for name, value in said.items() if was.get(name) != value
    )
    change = Change(revision=revision, time=moment.recorded, cause=_cause(moment), what=what)
    return Matter(matter.before, replace(matter.now, revision=revision, history=_kept(matter.now, change)))


def _said(incident: Incident) -> dict[str, str]:
    return {
        "grade": incident.grade,
        "warning": incident.warning,
        "status": incident.status,
        **{name: "" if number is None else str(number) for name, number in asdict(incident.toll).items()},
        "gone": str(_about(incident.gone)) if incident.gone else "",
        "unverified": str(len(incident.unverified)),
        "forgotten": str(incident.forgotten or ""),
        "offices": ",".join(office.id for office in incident.offices),
        "missed": ",".join(deadline.name for deadline in incident.deadlines if deadline.missed),
    }


def _about(number: int) -> int:
    """1, 2, 4, 8 ...: a thread of a hundred posts that is taken down is no hundred revisions."""
    return 1 << (number.bit_length() - 1)


def _cause(moment: Moment) -> str:
    position = moment.position
    return f"{position.topic}/{position.partition}/{position.offset}"


def _kept(incident: Incident, change: Change) -> tuple[Change, ...]:
    """The last 20, and before them what has no document yet."""
    history = (*incident.history, change)
    cut = len(history) - KEPT
    return tuple(entry for place, entry in enumerate(history) if place >= cut or entry.revision > incident.archived)
