"""Officers' decisions move a matter's status, and nothing else."""

from datetime import timedelta
from typing import get_args

import pytest
from msgspec.structs import replace

from agents import act
from streams.matter import Decision
from streams.records import Action, Deadline, Incident, Verb
from tests.unit.agents.matters import NOW, incident, moment
from tests.unit.agents.test_follow import Memory


def action(verb: Verb) -> Action:
    return Action(
        id="a", township="990101101000", incident="i1", revision=1, verb=verb, role="值班", reason="到场", time=NOW
    )


def decided(verb: Verb, before: Incident, minutes: float = 5) -> Incident:
    action = Action(
        id="a",
        township=before.township,
        incident=before.id,
        revision=1,
        verb=verb,
        role="值班",
        reason="到场",
        time=NOW,
    )
    matter = act.run(Decision(action), Memory({before.id: before}), moment(minutes=minutes))  # type: ignore[arg-type]
    assert matter is not None
    return matter.now


@pytest.mark.parametrize("verb", get_args(Verb))
def test_no_decision_changes_what_was_stated(verb: Verb) -> None:
    """Grade, warning, toll and quotes come from words alone."""
    before = incident(grade="III", warning="orange")
    after = decided(verb, before)
    assert (after.grade, after.warning, after.toll, after.evidence) == ("III", "orange", before.toll, before.evidence)


@pytest.mark.parametrize(
    ("verb", "status"),
    [("confirm", "confirmed"), ("handle", "handling"), ("answer", "answered"), ("close", "closed"), ("note", "open")],
)
def test_a_decision_says_how_the_matter_stands(verb: Verb, status: str) -> None:
    """Each verb has its status; a note leaves it."""
    assert decided(verb, incident()).status == status


def test_a_close_that_posts_have_overtaken_leaves_the_matter_open() -> None:
    """Read late, a close counts as of its own time: people have spoken since."""
    spoken = incident(last_record=NOW + timedelta(minutes=10))
    assert decided("close", spoken, minutes=5).status == "open"


def test_a_decision_meets_the_deadlines_that_it_can_meet() -> None:
    """An answer meets what an answer is owed for, unless the time had passed."""
    owed = Deadline(name="答复", due=NOW + timedelta(minutes=10))
    passed = Deadline(name="受理", due=NOW + timedelta(minutes=1))
    seen = Deadline(name="首报", due=NOW + timedelta(minutes=10), met_by=("confirm",))
    after = decided("answer", incident(deadlines=(owed, passed, seen)))
    assert after.deadlines == (passed, seen)


def test_the_same_decision_twice_is_one() -> None:
    """A producer may send an action again; after a close the answer that came before it changes nothing."""
    answered = decided("answer", incident())
    closed = replace(answered, status="closed", closed=NOW, decided=(*answered.decided, "another"))
    assert decided("answer", closed) == closed


def test_a_decision_about_what_was_not_there_yet_finds_nothing() -> None:
    """Nobody can have seen an incident before it was founded: such a decision is somebody's mistake."""
    known = Memory({"i1": incident(founded=NOW + timedelta(minutes=1))})
    assert act.run(Decision(action("close")), known, moment()) is None  # type: ignore[arg-type]
    assert act.run(Decision(action("close")), Memory(), moment()) is None  # type: ignore[arg-type]
