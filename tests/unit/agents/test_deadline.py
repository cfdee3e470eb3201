"""Who owes what, by when."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from agents import deadline
from streams.matter import Matter, Moment
from streams.records import Deadline, Grade, Incident, Office, Position
from streams.township import Term, Township

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
TOWN = Township(
    code="990101101000",
    name="柳汀镇",
    offices=(Office(id="a", name="办公室"),),
    supervision="a",
    duty="柳汀镇值班室",
    routes=(),
)


def incident(grade: Grade = "none", deadlines: tuple[Deadline, ...] = ()) -> Incident:
    return Incident(
        id="i",
        township=TOWN.code,
        title="",
        kind="none",
        topic="",
        grade=grade,
        warning="none",
        status="open",
        first_seen=NOON,
        last_seen=NOON,
        founded=NOON,
        last_record=NOON,
        deadlines=deadlines,
    )


def owed(
    now: Incident,
    before: Incident | None = None,
    *,
    after: timedelta = timedelta(),
    live: bool = True,
    town: Township = TOWN,
) -> dict[str, timedelta]:
    """What is owed, in time from noon, after a post that was recorded `after` noon and written a day before."""
    recorded = NOON + after
    moment = Moment(Position("posts", 0, 0), recorded, recorded - timedelta(days=1), live=live, traceparent="")
    return {each.name: each.due - NOON for each in deadline.run(Matter(before, now), moment, town).now.deadlines}


MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("grade", "terms"),
    [
        ("I", {"电话首报": 15 * MINUTE, "书面首报": 35 * MINUTE, "权威发布": 5 * HOUR, "新闻发布会": DAY}),
        ("II", {"电话首报": 15 * MINUTE, "书面首报": 35 * MINUTE, "权威发布": 5 * HOUR, "新闻发布会": DAY}),
        ("III", {"电话首报": 30 * MINUTE, "书面首报": 2 * HOUR, "公开回应": 2 * DAY}),
        ("IV", {"电话首报": 30 * MINUTE, "书面首报": 2 * HOUR, "公开回应": 2 * DAY}),
        ("none", {"受理": 2 * HOUR, "首次答复": DAY, "办理结果": 7 * DAY, "办结": 15 * DAY}),
        ("unknown", {"受理": 2 * HOUR, "首次答复": DAY, "办理结果": 7 * DAY, "办结": 15 * DAY}),
    ],
)
def test_the_norms_hold_where_a_township_states_nothing(grade: Grade, terms: dict[str, timedelta]) -> None:
    """Counted from the record time, not from when the post was written."""
    assert owed(incident(grade)) == terms


def test_a_township_states_its_own_terms() -> None:
    """Its file replaces the defaults."""
    own = (Term(name="回访", grades=("none",), minutes=60), Term(name="上报", grades=("I",), minutes=5))
    assert owed(incident(), town=replace(TOWN, terms=own)) == {"回访": HOUR}


def test_a_risen_grade_owes_more_and_nothing_later() -> None:
    """The earlier of the old and the new due holds per name; what was owed before still is."""
    before = incident("IV", deadline.run(Matter(None, incident("IV")), _moment(), TOWN).now.deadlines)
    late = owed(replace(before, grade="II"), before, after=10 * MINUTE)
    assert late["电话首报"] == 25 * MINUTE  # 10 + 15 is before the 30 of grade IV
    assert late["书面首报"] == 45 * MINUTE
    assert late["公开回应"] == 2 * DAY
    later = owed(replace(before, grade="II"), before, after=DAY)
    assert later["电话首报"] == 30 * MINUTE  # not pushed back


def test_a_further_post_sets_nothing_new() -> None:
    """The clock of a matter does not start again with each post, nor comes back what an officer has met."""
    before = incident("IV", deadline.run(Matter(None, incident("IV")), _moment(), TOWN).now.deadlines[:1])
    assert list(owed(before, before, after=HOUR)) == ["电话首报"]


def test_an_old_post_owes_nothing() -> None:
    """A backfill or a post too old to alert makes nothing overdue."""
    assert owed(incident("II"), live=False) == {}


def test_the_first_live_post_of_an_old_matter_starts_its_clock() -> None:
    """A complaint that comes back is owed an answer from now; one that an officer has in hand is not started again."""
    old = incident("none")
    assert owed(old, old, after=HOUR)["受理"] == 3 * HOUR
    assert owed(replace(old, status="handling"), replace(old, status="handling")) == {}


def test_a_missed_deadline_stays_missed() -> None:
    """A later post does not wash it away."""
    missed = Deadline(name="受理", due=NOON - DAY, missed=True)
    now = deadline.run(Matter(None, incident("none", (missed,))), _moment(), TOWN).now
    assert now.deadlines[0] == missed


def _moment() -> Moment:
    return Moment(Position("posts", 0, 0), NOON, NOON, live=True, traceparent="")
