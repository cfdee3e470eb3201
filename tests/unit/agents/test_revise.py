"""A revision is a change of what is said."""

from datetime import timedelta

from msgspec.structs import replace

from agents import revise
from streams.matter import Matter
from streams.records import Change, Toll
from tests.unit.agents.matters import NOW, incident, moment


def test_one_more_voice_is_no_revision() -> None:
    """Counts change without news; an officer who saw revision 1 still sees what it says."""
    before = incident()
    louder = replace(before, posts=100, voices=80, last_seen=NOW + timedelta(hours=1))
    assert revise.run(Matter(before, louder), moment()).now == louder


def test_each_change_of_what_is_said_is_numbered_and_written_down() -> None:
    """Grade, warning, status, toll, offices, missed deadlines: from what, to what, and by which record."""
    before = incident()
    after = revise.run(Matter(before, replace(before, grade="III", toll=Toll(deaths=3))), moment(7)).now
    assert after.revision == 2
    (entry,) = after.history
    assert "grade: none -> III" in entry.what
    assert "deaths: - -> 3" in entry.what
    assert "None" not in entry.what
    assert entry.cause == "county.posts/0/7"


def test_the_founding_is_the_first_revision() -> None:
    """An incident is at revision 1 when it is founded."""
    assert revise.run(Matter(None, incident(revision=0)), moment()).now.revision == 1


def test_history_is_short_but_never_drops_what_has_no_document() -> None:
    """Twenty entries stay; more only while they are not written elsewhere."""
    entries = tuple(Change(revision=number, time=NOW, cause="", what="") for number in range(1, 41))
    before = incident(revision=40, history=entries, archived=40)
    assert len(revise.run(Matter(before, replace(before, grade="IV")), moment()).now.history) == 20
    unwritten = replace(before, archived=0)
    assert len(revise.run(Matter(unwritten, replace(unwritten, grade="IV")), moment()).now.history) == 41


def test_what_its_sources_hold_no_more_stands_in_the_history() -> None:
    """At 1, 2, 4, 8 ...: a thread of a hundred posts that is taken down is seven revisions."""
    now, said = incident(), []
    for number in range(1, 101):
        now = revise.run(Matter(now, replace(now, gone=number)), moment()).now
        said.append(now.history[-1].what if now.history else "")
    assert now.revision == incident().revision + 7
    assert said[0] == "gone: - -> 1"
    assert said[-1] == "gone: 32 -> 64"
