"""Set by when an incident's offices owe what, as its grade demands."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from streams.matter import Matter, Moment
from streams.records import GRADES, Deadline, Grade, Incident, Verb
from streams.township import Term, Township

_HOUR: Final = 60
_DAY: Final = 24 * _HOUR
_GRAVE: Final[tuple[Grade, ...]] = ("I", "II")
_LESSER: Final[tuple[Grade, ...]] = ("III", "IV")
_ORDINARY: Final[tuple[Grade, ...]] = ("none", "unknown")
_SEEN: Final[tuple[Verb, ...]] = ("confirm", "handle", "answer", "close")
_ANSWERED: Final[tuple[Verb, ...]] = ("answer", "close")

TERMS: Final = (
    Term(name="电话首报", grades=_GRAVE, minutes=15, met_by=_SEEN),
    Term(name="书面首报", grades=_GRAVE, minutes=35, met_by=_SEEN),
    Term(name="权威发布", grades=_GRAVE, minutes=5 * _HOUR, met_by=_ANSWERED),
    Term(name="新闻发布会", grades=_GRAVE, minutes=_DAY, met_by=_ANSWERED),
    Term(name="电话首报", grades=_LESSER, minutes=30, met_by=_SEEN),
    Term(name="书面首报", grades=_LESSER, minutes=2 * _HOUR, met_by=_SEEN),
    Term(name="公开回应", grades=_LESSER, minutes=2 * _DAY, met_by=_ANSWERED),
    Term(name="受理", grades=_ORDINARY, minutes=2 * _HOUR, met_by=_SEEN),
    Term(name="首次答复", grades=_ORDINARY, minutes=_DAY, met_by=("handle", "answer", "close")),
    Term(name="办理结果", grades=_ORDINARY, minutes=7 * _DAY, met_by=_ANSWERED),
    Term(name="办结", grades=_ORDINARY, minutes=15 * _DAY, met_by=("close",)),
)
"""What is owed where a township's own file states no terms.

I and II: a statement within 5 hours (国办发〔2016〕80号, 关于全面推进政务公开工作的意见实施细则), a press conference
within 24 (国办发〔2016〕61号, on answering public opinion, which gives all others 48 hours: III and IV). First
report by phone within 15 minutes and in writing within 35: the usual 15-20 and 30-40 of provincial rules under
国家突发公共事件总体应急预案 (2006), 3.2, which itself allows 4 hours up to the province. III and IV: half an hour by
phone, and the 2 hours a level of decree 493 (2007), article 11. Ordinary requests: the usual terms of 12345
hotlines, which 国办发〔2020〕53号 leaves to the places: accepted in 2 hours, first answer in 24, result in 7 days,
closed in 15.
"""


def run(matter: Matter, moment: Moment, township: Township) -> Matter:
    """The matter with its deadlines, counted from the record time of the post in hand.

    They are set when a live post founds the incident, raises its grade, or is the first live one of an open
    incident that owes nothing yet. What is not live (a backfill, a post too old to alert) sets none: nobody can
    have missed what nobody could know. Where a deadline of that name stands already, the earlier one holds.
    """
    if not moment.live or not _is_news(matter):
        return matter
    terms = township.terms or TERMS
    due = {term.name: _deadline(term, moment.recorded) for term in _owed(terms, matter.now.grade)}
    deadlines = tuple(_earlier(standing, due.pop(standing.name, None)) for standing in matter.now.deadlines)
    return Matter(matter.before, replace(matter.now, deadlines=(*deadlines, *due.values())))


def _is_news(matter: Matter) -> bool:
    before, now = matter.before, matter.now
    return before is None or _rank(now) > _rank(before) or (now.status == "open" and not now.deadlines)


def _rank(incident: Incident) -> int:
    return GRADES.index(incident.grade)


def _owed(terms: Iterable[Term], grade: Grade) -> list[Term]:
    return [term for term in terms if grade in term.grades]


def _deadline(term: Term, start: datetime) -> Deadline:
    return Deadline(name=term.name, due=start + timedelta(minutes=term.minutes), met_by=term.met_by)


def _earlier(standing: Deadline, new: Deadline | None) -> Deadline:
    return new if new and new.due < standing.due else standing
