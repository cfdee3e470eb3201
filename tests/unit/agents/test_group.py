"""The same place and the same problem in one township are one incident."""

import random
import tracemalloc
from datetime import UTC, datetime, timedelta
from itertools import count, permutations
from pathlib import Path

import pytest
from msgspec import json
from msgspec.structs import replace

from agents import group
from agents.group import Matters
from models import request, similarity
from models.gazetteer import Gazetteer, GazetteerEntry
from models.segment import Segmenter
from streams.identity import incident_id
from streams.matter import Grouping, Known, Moment
from streams.protocols import Earlier
from streams.records import Incident, Office, Position, Post, PostKind, Severity, Text
from streams.township import Township
from tests.unit.town import Town as County

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
RARITY, REQUESTS, SEGMENTER = similarity.load(), request.load(), Segmenter()
PLACES = (
    GazetteerEntry("柳汀镇", "other", ("柳汀",)),
    GazetteerEntry("东埠小学", "school"),
    GazetteerEntry("塘坞小学", "school"),
    GazetteerEntry("上柳村", "village"),
    GazetteerEntry("下柳村", "village"),
    GazetteerEntry("翠湖小区", "estate"),
    GazetteerEntry("城东实验小学", "school", ("实验小学",)),
    GazetteerEntry("城西实验小学", "school", ("实验小学",)),
)
HAZARD = Severity(kind="隐患", hazard=True, warning="yellow")
HURT = Severity("IV", "生产安全事故", warning="orange")
DEAD = Severity("III", "生产安全事故", immediate=True, warning="red")
CRASH = Severity("IV", "道路交通事故")
RUMOUR = Severity("unknown", "none")
CALM = Severity()


class Town:
    """A township that hears posts, one after the other, as a worker does."""

    def __init__(self, code: str = "990101101000") -> None:
        self.township = Township(
            code=code, name="柳汀镇", offices=(Office(id="a", name="办公室"),), supervision="a", duty="值班", routes=()
        )
        self.matters = Matters(RARITY)
        self._numbers = count()

    def decides(
        self,
        title: str,
        body: str = "",
        severity: Severity = CALM,
        *,
        day: float = 0,
        id: str = "",  # noqa: A002
        earlier: Earlier | None = None,
        kind: PostKind = "message",
    ) -> Grouping:
        number = next(self._numbers)
        moment = Moment(Position("posts", 0, number), NOON, NOON + timedelta(days=day), live=True, traceparent="")
        text = Text(title, body)
        return group.run(
            Post(id=id or f"p{number}", township=self.township.code, source="forum", fetched=NOON, kind=kind),
            text,
            SEGMENTER.tokens(title, body),
            Gazetteer(PLACES).find(text.whole),
            severity,
            REQUESTS,
            self.matters,
            Known("d", 1, 1, earlier),
            self.township,
            moment,
        )

    def hears(self, title: str, body: str = "", severity: Severity = CALM, *, day: float = 0) -> str | None:
        """The incident of the post, once it is followed."""
        grouping = self.decides(title, body, severity, day=day)
        if grouping.incident:
            self.matters.put(self._followed(grouping, title or body, severity, NOON + timedelta(days=day)))
        return grouping.incident

    def _followed(self, grouping: Grouping, title: str, severity: Severity, time: datetime) -> Incident:
        known = self.matters.get(str(grouping.incident))
        if known:
            return replace(known, last_seen=max(known.last_seen, time), first_seen=min(known.first_seen, time))
        return incident(str(grouping.incident), title, grouping.places, grouping.words, severity, time)


def incident(
    id: str,  # noqa: A002
    title: str,
    places: tuple[str, ...] = (),
    words: tuple[str, ...] = (),
    severity: Severity = CALM,
    time: datetime = NOON,
) -> Incident:
    return Incident(
        id=id,
        township="990101101000",
        title=title,
        kind=severity.kind,
        topic="",
        grade=severity.grade,
        warning=severity.warning,
        status="open",
        first_seen=time,
        last_seen=time,
        founded=time,
        last_record=time,
        places=places,
        words=words,
    )


CRACK = ("东埠小学的围墙裂了", "操场东边的围墙裂了一条大缝，往外斜，孩子天天从下面走。")


def test_a_wall_that_cracks_falls_and_kills_is_one_incident() -> None:
    """Hazard, accident, deaths and rumour about one school's wall: one alert, then updates."""
    town = Town()
    story = [
        town.hears(*CRACK, HAZARD),
        town.hears("墙倒了！", "东埠小学围墙刚才倒了，砸伤两个学生，送卫生院了。", HURT),
        town.hears("东埠小学出大事", "围墙倒塌已致3人死亡，救护车堵在路口。", DEAD, day=0.1),
        town.hears("", "听说东埠小学围墙那里死了二十个，是真的吗？", RUMOUR, day=0.2),
    ]
    assert story == [story[0]] * 4
    assert story[0]


def test_another_school_is_another_incident() -> None:
    """The same thing elsewhere is not the same matter."""
    town = Town()
    first = town.hears(*CRACK, HAZARD)
    other = town.hears("塘坞小学的围墙裂了", "塘坞小学操场东边的围墙裂了一条缝，往外斜。", HAZARD)
    assert other not in {first, None}


def test_villages_that_sound_alike_are_apart() -> None:
    """Listed names that differ by one character are two places."""
    town = Town()
    upper = town.hears("上柳村停水三天了", "上柳村自来水停了三天，请尽快抢修。")
    assert town.hears("下柳村停水三天了", "下柳村自来水停了三天，请尽快抢修。") not in {upper, None}


def test_another_township_is_another_incident() -> None:
    """Ids and memories of townships are apart, even for a post of the same id."""
    one, other = Town(), Town("990101102000")
    assert one.hears(*CRACK, HAZARD) != other.hears(*CRACK, HAZARD)


def test_another_problem_at_the_same_place_is_another_incident() -> None:
    """The wall and the lunch of one school go to different offices."""
    town = Town()
    assert town.hears(*CRACK, HAZARD) != town.hears("东埠小学午饭涨价", "从九块涨到十二块，请问有没有批文？")


def test_two_disasters_of_different_kinds_are_two_incidents() -> None:
    """A fire and a food poisoning in one school in one week are not one matter."""
    town = Town()
    fire = town.hears("东埠小学食堂着火", "东埠小学食堂厨房起火，两人烧伤。", Severity("IV", "火灾"))
    food = town.hears("东埠小学学生腹痛", "东埠小学三十名学生午饭后呕吐。", Severity("IV", "食品安全事故"))
    assert fire != food


@pytest.mark.parametrize("where", ["东埠小学门口", "东埠小学旁边", "翠湖小区3栋楼下"])
def test_two_dangers_at_one_gate_are_two_incidents(where: str) -> None:
    """Whoever is sent for a missing cover must not find an overturned bus; nor one danger hide another."""
    cover, bus = (f"{where}下水道井盖没了", HAZARD), (f"{where}有辆校车侧翻，三个学生受伤。", CRASH)
    wires = (f"{where}电线裸露，很危险，存在安全隐患", HAZARD)
    for (one, first), (other, second) in permutations((cover, bus, wires), 2):
        town = Town()
        assert town.hears("", one, first) != town.hears("", other, second), (one, other)


def test_a_danger_that_comes_true_at_one_gate_is_one_incident() -> None:
    """What both name is the same thing, whatever kind of event it became."""
    town = Town()
    cover = town.hears("", "东埠小学门口下水道井盖没了，很危险", HAZARD)
    assert town.hears("", "东埠小学门口有辆电动车陷进没井盖的下水道，翻了，两个孩子受伤", CRASH) == cover


def test_two_reports_of_one_kind_need_the_place_alone() -> None:
    """The second who tells of a crash at the gate may share no other word with the first, nor may a rumour."""
    town = Town()
    crash = town.hears("", "东埠小学门口两车相撞，三人受伤", CRASH)
    assert town.hears("", "东埠小学门口那起车祸，已经死了一个人", CRASH) == crash
    assert town.hears("", "听说东埠小学门口死了两个，真的吗", RUMOUR) == crash


def test_the_name_of_the_town_joins_nothing() -> None:
    """Everybody names the town: two dangers in it are two matters."""
    town = Town()
    assert town.hears("柳汀镇老桥要塌了", "桥面裂缝能伸进手。", HAZARD) != town.hears(
        "柳汀镇燃气管漏气", "巷子口一股煤气味，泄漏两天了。", HAZARD
    )


def test_angry_posts_about_the_mayor_do_not_join_the_matter() -> None:
    """Criticism shares neither place nor problem with it."""
    town = Town()
    wall = town.hears(*CRACK, HAZARD)
    outbursts = ["镇长下台！", "镇长天天开会，开出什么来了", "我要求镇长公开道歉", "官僚主义害人", "把镇长信箱拆了吧"]
    assert wall not in {town.hears("", outburst) for outburst in outbursts}


@pytest.mark.parametrize("text", ["感谢东埠小学门口帮忙的街坊", "谢谢消防员，辛苦了", "早上好，祝大家周末愉快"])
def test_thanks_and_greetings_belong_to_no_incident(text: str) -> None:
    """Praise is kept and searchable, but nobody has to answer it; not even at the place of a matter."""
    town = Town()
    town.hears(*CRACK, HAZARD)
    assert town.hears(text, "谢谢大家！") is None


def test_danger_always_founds_an_incident() -> None:
    """Whoever reports danger need not ask for anything."""
    assert Town().hears("", "晚安", HAZARD)


def test_what_was_decided_stands() -> None:
    """A stored post keeps its incident, or none, whatever the township knows by now."""
    town = Town()
    town.hears(*CRACK, HAZARD)
    for decided in ("i1", None):
        earlier = Earlier(1, decided, Position("posts", 0, 0), "")
        assert town.decides(*CRACK, HAZARD, earlier=earlier).incident == decided


def test_an_office_s_answer_founds_and_joins_nothing() -> None:
    """What an office says of a danger is no report of it."""
    town = Town()
    town.hears(*CRACK, HAZARD)
    assert town.decides(*CRACK, HAZARD, kind="answer").incident is None


def test_a_counted_post_that_becomes_an_answer_keeps_its_incident() -> None:
    """Else it would be counted once more when it becomes a message again."""
    earlier = Earlier(1, "i1", Position("posts", 0, 0), "")
    assert Town().decides(*CRACK, HAZARD, earlier=earlier, kind="answer").incident == "i1"


def test_a_lost_incident_can_be_written_again() -> None:
    """A crash between the post's write and the incident's leaves the post: its features come back with it."""
    town = Town()
    founded = town.decides(*CRACK, HAZARD, id="p")
    earlier = Earlier(1, founded.incident, Position("posts", 0, 0), "")
    again = town.decides(*CRACK, HAZARD, id="p", earlier=earlier)
    assert (again.incident, again.places, again.words) == (founded.incident, founded.places, founded.words)


def test_a_founding_post_gives_its_incident_its_id() -> None:
    """Township, source and post id make the incident's id, on any worker."""
    town = Town()
    assert town.decides(*CRACK, id="p9").incident == incident_id("990101101000", "forum", "p9")


def test_what_an_incident_remembers_is_bounded() -> None:
    """A long post founds a small incident, the most specific place first."""
    estates = "，".join(f"{first}{second}小区" for first in "梅兰竹菊松柏" for second in "园苑庭轩")
    words = "我们每天上班下班都要爬楼梯，物业公司收了电梯维修基金却不肯公开账目，请有关部门调查处理"
    features = Town().decides("电梯坏了没人修", f"柳汀镇中山路翠湖小区的电梯坏了，{words}，{estates}")
    assert (len(features.words), len(features.places)) == (group.WORDS, group.PLACES)
    assert features.places[0] == "翠湖小区"


def test_an_incident_quiet_for_a_year_is_over() -> None:
    """A complaint comes back after months and joins; after the township's window it founds anew."""
    town = Town()
    first = town.hears(*CRACK)
    assert town.decides(*CRACK, day=300).incident == first
    assert town.decides(*CRACK, day=366).incident != first


def test_an_older_post_joins_too() -> None:
    """A backfill brings the past; the matter is the same."""
    town = Town()
    assert town.hears(*CRACK) == town.hears(*CRACK, day=-30)


def test_an_ambiguous_place_may_mean_either() -> None:
    """A post about `实验小学` joins the one whose problem it names."""
    town = Town()
    east = town.hears("城东实验小学操场积水", "城东实验小学操场一下雨就积水，孩子踩着水上体育课，请处理。")
    assert town.hears("实验小学操场又积水了", "实验小学操场一下雨就积水，请处理。") == east


def test_the_order_in_which_incidents_are_loaded_changes_nothing() -> None:
    """A restart loads incidents in any order, and decides as before."""
    known = [
        incident(f"i{number}", f"东埠小学围墙裂了{number % 3}", ("东埠小学",), ("围墙", "裂缝")) for number in range(40)
    ]
    decisions = set()
    for seed in range(5):
        town = Town()
        for each in random.Random(seed).sample(known, len(known)):
            town.matters.put(each)
        decisions.add(town.decides(*CRACK, id="p"))
    assert len(decisions) == 1


def test_a_replaced_or_removed_incident_leaves_nothing_behind() -> None:
    """The cache finds an incident by what its document says now."""
    matters = Matters(RARITY)
    matters.put(incident("i", "围墙裂了", ("东埠小学",)))
    matters.put(incident("i", "路灯坏了", ("翠湖小区",)))
    assert [each.title for each in matters] == ["路灯坏了"]
    assert matters.get("i")
    assert len(matters) == 1
    matters.remove("i")
    matters.remove("never there")
    assert not list(matters)
    assert not matters._by_key


def test_a_remembered_matter_is_small() -> None:
    """By what it is found and compared takes less than 18 KiB, though no two matters share a word.

    A worker remembers every matter of a year: docs/operating.md says what that takes.
    """
    words = random.Random(1)
    made = [
        incident(str(number), sentence(words, 30), (sentence(words, 4), sentence(words, 3)), tuple(
            sentence(words, 2) for _ in range(group.WORDS)
        ))
        for number in range(1_000)
    ]  # fmt: skip
    matters = Matters(RARITY)
    tracemalloc.start()
    try:
        for each in made:
            matters.put(each)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held / len(made) < 18 * 1024


def sentence(words: random.Random, length: int) -> str:
    """So many Chinese characters, each one of the first thousand of Unicode."""
    return "".join(chr(0x4E00 + words.randrange(1_000)) for _ in range(length))


STREAM = Path(__file__).parents[4] / "shared/data/messages_stream.jsonl"

PAIRS = Path(__file__).parents[2] / "data/stream_pairs.jsonl"


@pytest.mark.skipif(not STREAM.exists(), reason=f"needs {STREAM}, which is not in the repository")
def test_read_pairs_are_mostly_decided_as_a_reader_did() -> None:
    """Of two messages that a person took for one matter most share an incident, of others few (docs/incidents.md)."""
    pairs = [json.decode(line) for line in PAIRS.read_bytes().splitlines()]
    rows = {row["id"]: row for row in map(json.decode, STREAM.read_bytes().splitlines())}
    right = 0
    for pair in (pair for pair in pairs if pair["part"] == "test"):
        town = Town()
        first, second = (town.hears(rows[pair[end]]["title"], rows[pair[end]]["body"]) for end in ("first", "second"))
        right += (first == second) == pair["same"]
    assert right >= 0.8 * sum(pair["part"] == "test" for pair in pairs)


DANGERS = Path(__file__).parents[2] / "data/danger_pairs.jsonl"


def test_dangers_at_one_place_are_told_apart_by_what_they_are() -> None:
    """Of invented pairs at one school, estate or works two dangers stay two, and one that came true stays one."""
    joined = {True: 0, False: 0}
    for pair in map(json.decode, DANGERS.read_bytes().splitlines()):
        county = County()
        first, second = (county.hears(pair[end])[Grouping].incident for end in ("first", "second"))
        joined[pair["same"]] += first == second
    assert joined[True] >= 40  # Of 44, and of 44 (docs/incidents.md).
    assert joined[False] <= 1
