"""What was owed and has not come is marked, once."""

from datetime import timedelta

from agents import escalate
from streams.matter import Overdue
from streams.records import Deadline
from tests.unit.agents.matters import NOW, incident


def test_only_what_has_passed_is_missed() -> None:
    """A deadline is missed when its time has come; the later ones stand."""
    due, later = Deadline(name="首报", due=NOW), Deadline(name="答复", due=NOW + timedelta(hours=1))
    after = escalate.run(Overdue(incident(deadlines=(due, later)), NOW)).now
    assert [deadline.missed for deadline in after.deadlines] == [True, False]
    assert escalate.run(Overdue(after, NOW)).now == after
