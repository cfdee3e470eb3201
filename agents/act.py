"""Act on an officer's decision about an incident."""

from typing import Final

from msgspec.structs import replace

from streams.matter import Decision, Matter, Moment
from streams.protocols import Incidents
from streams.records import Action, Incident, Status, Verb

REMEMBERED: Final = 50
"""Actions by whose id a second delivery is known."""

BECOMES: Final[dict[Verb, Status]] = {
    "confirm": "confirmed",
    "handle": "handling",
    "answer": "answered",
    "reopen": "open",
}
"""What a decision makes of an incident's status; a note changes none, a close depends on the posts since."""


def run(decision: Decision, incidents: Incidents, moment: Moment) -> Matter | None:
    """The incident before and after the decision; None where there was no such incident when it was taken.

    Grade and warning are no business of a decision: only a quotation raises them. A close that arrives after
    posts which are younger than it leaves the matter open, as if it had come in its own time.
    """
    before = incidents.get(decision.action.incident)
    if before is None or before.founded > moment.recorded:
        return None
    if decision.action.id in before.decided:
        return Matter(before, before)
    after = _decided(before, decision.action, moment)
    return Matter(before, replace(after, decided=(*before.decided, decision.action.id)[-REMEMBERED:]))


def _decided(incident: Incident, action: Action, moment: Moment) -> Incident:
    met = tuple(d for d in incident.deadlines if d.missed or action.verb not in d.met_by or d.due < moment.recorded)
    incident = replace(incident, deadlines=met)
    if action.verb == "note":
        return incident
    if action.verb != "close":
        return replace(incident, status=BECOMES[action.verb], closed=None)
    if incident.last_record > moment.recorded:
        return replace(incident, status="open", closed=None)
    return replace(incident, status="closed", closed=moment.recorded)
