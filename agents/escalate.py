"""Escalate what was owed and has not come."""

from msgspec.structs import replace

from streams.matter import Matter, Overdue


def run(overdue: Overdue) -> Matter:
    """Mark as missed every deadline whose time has passed; the next level hears of it by the alert."""
    incident = overdue.incident
    deadlines = tuple(replace(d, missed=d.missed or d.due <= overdue.passed) for d in incident.deadlines)
    return Matter(incident, replace(incident, deadlines=deadlines))
