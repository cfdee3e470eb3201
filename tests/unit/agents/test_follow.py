"""A post is folded into its incident: counted once, graded by the gravest, voices without names."""

from datetime import timedelta
from itertools import permutations

from msgspec.structs import replace

from agents import follow
from streams.matter import Grouping, Known, Matter
from streams.protocols import Earlier, Incidents
from streams.records import Colour, Evidence, Grade, Incident, JudgedPost, Position, Toll
from tests.unit.agents.matters import DOOR, NOW, WALL, incident, judged, moment

KNOWN = Known("d1", 1000, 0, None)


class Memory(dict[str, Incident]):
    """A township's incidents."""

    def put(self, incident: Incident) -> None:
        self[incident.id] = incident

    def remove(self, incident: str) -> None:
        del self[incident]


def fold(post: JudgedPost, before: Incident | None = None, offset: int = 0, places: tuple[str, ...] = ()) -> Matter:
    known: Incidents = Memory({before.id: before} if before else {})  # type: ignore[assignment]
    matter = follow.run(post, Grouping("i1", places=places), known, DOOR, KNOWN, moment(offset))
    assert matter is not None
    return matter


def test_a_post_without_a_matter_ends_here() -> None:
    """Praise and chatter get no incident."""
    assert follow.run(judged(), Grouping(None), Memory(), DOOR, KNOWN, moment()) is None  # type: ignore[arg-type]


def test_an_answer_feeds_nothing() -> None:
    """A counted post that its producer now calls an office's answer leaves its incident as it is."""
    answer = replace(judged(grade="I"), post=replace(judged().post, kind="answer"))
    assert follow.run(answer, Grouping("i1"), Memory({"i1": incident()}), DOOR, KNOWN, moment()) is None  # type: ignore[arg-type]


def test_the_founding_post_is_the_first_that_counts() -> None:
    """An incident begins with one post, its title and its places."""
    matter = fold(judged(), places=("东埠小学",))
    assert matter.before is None
    assert (matter.now.posts, matter.now.samples, matter.now.places) == (1, ("p1",), ("东埠小学",))


def test_an_edit_or_a_second_delivery_counts_nothing() -> None:
    """A post counts where it was first seen; read again at another place it may only raise the grade."""
    before = incident()
    again = fold(judged(first=0, grade="IV", kind="火灾", evidence=(WALL,)), before, offset=7).now
    assert (again.posts, again.grade) == (before.posts, "IV")


def test_the_gravest_word_stands() -> None:
    """A grade only rises here; rules and quotes are those of the gravest post, the toll the higher number."""
    first = fold(judged(grade="III", kind="火灾", rules=("fire.III",), evidence=(WALL,), facts=Toll(deaths=3))).now
    later = fold(judged("p2", grade="IV", rules=("fire.IV",), facts=Toll(deaths=1, injured=9)), first).now
    assert (later.grade, later.rules, later.toll) == ("III", ("fire.III",), Toll(deaths=3, injured=9))


def test_a_warning_that_comes_later_leaves_the_grade_its_words() -> None:
    """Grade and colour each keep rules and quotations; the grade's come first."""
    crack = Evidence("墙裂了", 0, 3)
    graded = fold(judged(grade="III", kind="生产安全事故", rules=("accident.III",), evidence=(WALL,))).now
    both = fold(judged("p2", warning="yellow", kind="隐患", rules=("danger.yellow",), evidence=(crack,)), graded).now
    assert (both.grade, both.warning, both.kind) == ("III", "yellow", "生产安全事故")
    assert (both.rules, both.evidence) == (("accident.III", "danger.yellow"), (WALL, crack))
    raised = fold(
        judged("p3", grade="III", kind="生产安全事故", evidence=(WALL,)),
        fold(judged("p4", warning="yellow", kind="隐患", evidence=(crack,))).now,
    ).now
    assert raised.evidence == (WALL, crack)


def called(*posts: JudgedPost, before: Incident | None = None) -> str:
    """The summary of the incident after these posts."""
    now = before
    for post in posts:
        now = fold(post, now).now
    assert now is not None
    return now.summary


def said(words: str, grade: Grade = "none", warning: Colour = "none") -> JudgedPost:
    post = judged(words, grade=grade, warning=warning, kind="x", evidence=(WALL,))
    return replace(post, post=replace(post.post, title="", body=words))


COVER, GAS = said("井盖没了", warning="yellow"), said("煤气泄漏，快来救人", warning="orange")
BUS, DEAD = said("校车侧翻，三人受伤", "IV"), said("已有三人死亡", "III", "red")
HEARD = said("听说死了二十个", "unknown")


def test_the_summary_is_in_the_words_that_raised_it() -> None:
    """Who reads of the deaths does not send somebody for the missing cover that founded the incident."""
    assert called(COVER) == "井盖没了"
    assert called(COVER, BUS) == called(COVER, BUS, said("又一人受伤", "IV")) == "校车侧翻，三人受伤"
    assert called(COVER, BUS, DEAD, BUS) == "已有三人死亡"
    assert called(said("路灯坏了"), COVER) == "井盖没了"
    assert called(said("路灯坏了"), HEARD) == "听说死了二十个"
    assert called(BUS, GAS) == "煤气泄漏，快来救人"


def test_what_may_hurt_somebody_does_not_hide_what_has() -> None:
    """A danger leaves the summary to harm, and a claim that nobody can use to both; in any order it is the same."""
    orders = permutations((COVER, BUS, HEARD, said("路灯坏了")))
    assert {called(*order) for order in orders} == {"校车侧翻，三人受伤"}
    assert {called(*order) for order in permutations((COVER, HEARD))} == {"井盖没了"}
    assert called(said("已有三人死亡", "III"), said("一人受伤，很危险", "IV", "yellow")) == "已有三人死亡"


def test_an_incident_of_before_has_its_title_until_it_rises() -> None:
    """A document that an older program wrote has no summary."""
    old = incident(title="围墙", grade="IV", warning="yellow")
    assert called(BUS, COVER, before=old) == ""
    assert called(DEAD, before=old) == "已有三人死亡"


def test_nobody_hurt_is_said_and_not_forgotten() -> None:
    """A stated nought is more than nothing said, and less than any number."""
    assert fold(judged(facts=Toll(deaths=0))).now.toll.deaths == 0
    assert fold(judged(facts=Toll()), incident(toll=Toll(deaths=0))).now.toll.deaths == 0


def test_a_claim_that_cannot_be_used_is_kept_for_a_person() -> None:
    """A rumour changes no grade; its words wait to be verified."""
    after = fold(judged("p2", grade="unknown", evidence=(WALL,)), incident(grade="III", kind="火灾")).now
    assert (after.grade, after.unverified) == ("III", (WALL,))


def test_voices_are_counted_and_cannot_be_followed() -> None:
    """Two posts of one author are one voice; the mark of a voice is another one in every incident."""
    author = "p1-" + "a" * 32
    one = fold(judged(author=author)).now
    two = fold(judged("p2", first=1, author=author), one, offset=1).now
    three = fold(judged("p3", first=2, author="p1-" + "b" * 32), two, offset=2).now
    assert [each.voices for each in (one, two, three)] == [1, 1, 2]
    assert one.voice_marks != (DOOR.voice(author, "another"),)


def test_a_post_later_than_the_close_opens_the_matter_again() -> None:
    """Closed at ten, said again at eleven: open. Said at nine, read at eleven: still closed."""
    late = incident(status="closed", closed=NOW - timedelta(minutes=1))
    assert fold(judged("p2"), late).now.status == "open"
    early = incident(status="closed", closed=NOW + timedelta(minutes=1))
    assert fold(judged("p2"), early).now.status == "closed"


def test_an_old_post_or_a_backfill_reopens_nothing() -> None:
    """What alerts nobody may not silently undo a close, or the next live report would be told to nobody."""
    closed = incident(status="closed", closed=NOW - timedelta(minutes=1))
    known = Memory({closed.id: closed})
    matter = follow.run(judged("p2"), Grouping("i1"), known, DOOR, KNOWN, moment(live=False))  # type: ignore[arg-type]
    assert matter is not None
    assert matter.now.status == "closed"


def noticed(before: Incident, *, gone: bool, version: int = 3000, stored: int = 2000) -> Incident:
    """The incident after its stored post d1 was found to be gone, or there."""
    known = Known("d1", version, 0, Earlier(stored, "i1", Position("county.posts", 0, 0), ""))
    post = replace(judged().post, gone=NOW if gone else None)
    memory: Incidents = Memory({"i1": before})  # type: ignore[assignment]
    matter = follow.run(replace(judged(), post=post), Grouping("i1"), memory, DOOR, known, moment(7))
    assert matter is not None
    return matter.now


def test_posts_that_their_sources_hold_no_more_are_counted_once() -> None:
    """Said twice, or by a record that comes again, it is one; one that is back counts no more."""
    once = noticed(incident(), gone=True)
    assert (once.gone, once.gone_marks, once.posts) == (1, ("d1",), incident().posts)
    assert noticed(once, gone=True) == once
    assert noticed(once, gone=False) == incident()


def test_an_older_version_says_nothing_about_what_is_gone() -> None:
    """A record from before, read late, brings nothing back."""
    gone = noticed(incident(), gone=True)
    assert noticed(gone, gone=False, version=1000) == gone
