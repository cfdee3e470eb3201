"""Forgetting posts of an incident: nothing that only they said is left, and what happened is not undone."""

from datetime import timedelta

from msgspec.structs import replace

from agents import forget
from streams.identity import incident_id
from streams.matter import Forgetting
from streams.protocols import Told
from streams.records import Evidence, Incident, Mark, Position, Toll
from tests.unit.agents.matters import DOOR, NOW, TOWNSHIP, incident

FOUNDER, LATER = (f"p1-{letter * 32}" for letter in "ab")
WALL, FALL = Evidence("围墙开裂", 3, 7), Evidence("砸伤两人", 0, 4)
APPLIED = {"town.posts/0": Mark("", 9)}


def told(number: int, author: str = LATER, *evidence: Evidence, first: Position | None = None) -> Told:
    """What the post of this number tells; the first one founds the incident."""
    return Told(
        document=f"d{number}", source="forum", id=f"p{number}", headline=f"标题{number}", author=author,
        first=first or Position("town.posts", 0, number), recorded=NOW + timedelta(minutes=number), evidence=evidence,
        places=(f"地{number}",), words=(f"词{number}",),
    )  # fmt: skip


def matter() -> Incident:
    """Of three posts by two authors, graded by what the first and the last of them said."""
    name = incident_id(TOWNSHIP.code, "forum", "p1")
    return incident(
        id=name, title="标题1", grade="IV", warning="yellow", toll=Toll(injured=2), posts=3, voices=2,
        samples=("p1", "p2", "p3"), voice_marks=tuple(DOOR.voice(author, name) for author in (FOUNDER, LATER)),
        evidence=(FALL, WALL), places=("地1",), words=("词1",), applied=APPLIED,
    )  # fmt: skip


def after(*left: Told, before: Incident | None = None) -> Incident:
    return forget.run(Forgetting(before or matter(), left), DOOR).now


def test_the_founder_goes_and_the_earliest_that_is_left_gives_its_name() -> None:
    """Title, places, words, quotation, sample and voice of the founding post go; grade, warning and toll stay."""
    now = after(told(3, LATER, WALL), told(2))
    assert (now.title, now.places, now.words) == ("标题2", ("地2",), ("词2",))
    assert now.evidence == (WALL,)
    assert (now.posts, now.samples, now.forgotten) == (2, ("p2", "p3"), 1)
    assert now.voice_marks == (DOOR.voice(LATER, now.id),)
    assert now.voices == 1
    assert (now.grade, now.warning, now.toll) == ("IV", "yellow", Toll(injured=2))


def test_an_incident_that_was_never_written_gets_the_name_of_a_post_that_is_left() -> None:
    """Its worker slept between a post and it: the founding post may be another than the one that goes."""
    before = replace(matter(), title="", places=(), words=())
    assert after(told(2), told(1, FOUNDER), before=before).title == "标题1"


def test_a_post_that_founded_nothing_takes_only_its_own_with_it() -> None:
    """What others said, too, and their author's voice, stay."""
    now = after(told(1, FOUNDER, FALL), told(3, LATER, WALL))
    assert (now.title, now.evidence, now.voices, now.posts) == ("标题1", (FALL, WALL), 2, 2)


def test_the_summary_goes_with_its_post() -> None:
    """It stays as long as a stored post is headed by it; then the incident is called by its title."""
    before = replace(matter(), summary="标题3")
    assert after(told(1, FOUNDER), told(3), before=before).summary == "标题3"
    assert after(told(1, FOUNDER), told(2), before=before).summary == "标题1"
    assert after(told(2), before=before).summary == "标题2"
    assert after(before=before).summary == forget.NAMELESS


def test_forgetting_twice_is_forgetting_once() -> None:
    """A command that was killed is run again."""
    once = after(told(2), told(3, LATER, WALL))
    assert after(told(2), told(3, LATER, WALL), before=once) == once


def test_of_the_last_post_no_word_is_left() -> None:
    """The matter stays open: that a wall may fall is not forgotten with who said so."""
    now = after()
    assert (now.title, now.places, now.words, now.samples) == (forget.NAMELESS, (), (), ())
    assert (now.evidence, now.unverified, now.voices, now.voice_marks, now.posts) == ((), (), 0, (), 0)
    assert (now.status, now.grade, now.forgotten) == ("open", "IV", 3)


def test_what_the_incident_has_not_been_given_is_not_counted() -> None:
    """A post is stored before its incident counts it; of a topic of before, all are counted."""
    ahead, before = Position("town.posts", 0, 10), Position("town.posts", 0, 10, "before")
    elsewhere = Position("town.backfill", 0, 1)
    now = after(told(1, FOUNDER), *(told(5, first=each) for each in (ahead, before, elsewhere)))
    assert now.posts == 2


def test_a_long_quotation_is_known_by_its_beginning() -> None:
    """An incident holds no more of it than an alert can carry."""
    long = Evidence("墙" * 400, 0, 400)
    short = replace(long, text=long.text[:300], end=300)
    assert after(told(2, LATER, long), before=replace(matter(), evidence=(short,))).evidence == (short,)


def test_what_is_forgotten_is_no_longer_among_what_is_gone() -> None:
    """Its source may hold it no more, too; no trace of it is kept."""
    left = told(2)
    before = replace(matter(), gone=2, gone_marks=("forgotten", left.document))
    now = after(left, before=before)
    assert (now.gone, now.gone_marks) == (1, (left.document,))
