"""Severity comes from harm: nothing that is said about officials, in whatever tone, changes a grade or a colour."""

from itertools import permutations, product
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import json
from msgspec.structs import asdict, replace

from agents import danger, facts, severity
from deploy.grading import Grader
from streams.records import Severity, Text, Toll
from streams.stage import Values
from streams.township import Route
from tests.unit.agents import speech
from tests.unit.town import Town, incident, judged

GRADE = Grader()

REPORTS = [
    "今晨市场起火，无人员伤亡",
    "围墙倒了，砸伤两个学生",
    "昨夜车祸三死五伤",
    "高速发生相撞，十二人遇难",
    "矿井瓦斯爆炸，已造成31人死亡",
    "食堂饭后百余名学生呕吐，疑似食物中毒",
    "小学围墙裂缝很大，随时可能倒塌",
    "三楼着火了，还有人被困，快来救人",
    "听说死了二十个人",
    "路灯坏了，请维修",
    "村口电线裸露，下雨就漏电",
    "山火仍在燃烧，正向村庄蔓延",
]
OUTBURSTS = [
    "书记不作为",
    "镇长贪污腐败，请省里严查",
    "张建国书记亲自批示",
    "我们要上访",
    "已向12345投诉并举报",
    "联名信访要求公开信息",
    "气死我了",
    "笑死人了",
    "该死的官僚",
    "垃圾政府",
    "骗子",
    "天理难容",
    "感谢李镇长",
    "为政府点赞",
    "干得漂亮",
    "强烈要求罢免村主任",
    "强烈谴责",
    "曝光他们",
    "转发扩散给记者",
    "还我公道",
    "没人管",
    "谁来负责",
    "老百姓的命不是命",
    "无法无天",
    "官官相护",
    "请领导重视",
    "王县长去哪了",
    "#还我公道#",
    "#问责#",
    "太让人寒心了",
    "不顾老百姓死活",
    "草菅人命",
    "见死不救",
    "官逼民反",
    "去死吧",
    "伤透了心",
    "一手遮天",
    "害群之马",
    "吃人血馒头",
    "打死我也不信你们",
    "火大",
    "良心被狗吃了",
    "死不认账",
    "欺上瞒下",
    "爆炸性丑闻",
    "难道没人管吗",
    "这些年没人管",
    "人命关天",
    "家破人亡都是你们害的",
    "百姓水深火热",
    "抢劫一样的收费",
    "杀人犯都比你们强",
    "消防员冒死救人好样的",
    "鞠躬尽瘁死而后已",
    "狗官",
    "拉横幅去省里",
    "跪求领导",
    "要求赔偿",
]
TAILS = st.sampled_from(["！", "！！！", "。", "!!!", "～", "😡😡", "", "？"])
reports = st.sampled_from(REPORTS)
outbursts = st.lists(st.tuples(st.sampled_from(OUTBURSTS), TAILS).map("".join), min_size=1, max_size=4).map("".join)


def graded(text: str, title: str = "") -> Severity:
    return GRADE(Text(title, text))[1]


def verdict(text: str, title: str = "") -> tuple[str, str, bool, bool, tuple[str, ...]]:
    found = graded(text, title)
    return found.grade, found.warning, found.hazard, found.immediate, found.rules


@given(reports, outbursts)
def test_an_outburst_after_a_report_changes_nothing(report: str, outburst: str) -> None:
    """Criticism, anger, praise, names, petition words and hashtags behind a report leave its verdict alone."""
    assert verdict(f"{report}。{outburst}") == verdict(report)
    assert verdict(f"{report}！{outburst}") == verdict(report)


@given(reports, outbursts)
def test_an_outburst_before_a_report_changes_nothing(report: str, outburst: str) -> None:
    """Nor does it in front of it, or as a title."""
    assert verdict(f"{outburst}。{report}") == verdict(report)
    assert verdict(f"{outburst}，{report}") == verdict(report)
    assert verdict(report, title=outburst) == verdict(report)


@given(reports, st.sampled_from(OUTBURSTS), TAILS)
def test_an_outburst_without_a_full_stop_changes_nothing(report: str, outburst: str, tail: str) -> None:
    """People write without stops: an outburst behind a comma, a blank or nothing at all is still only an outburst."""
    for joint in ("，", " ", ""):
        assert verdict(report + joint + outburst + tail) == verdict(report)


@given(outbursts)
def test_an_outburst_alone_is_no_harm(outburst: str) -> None:
    """However many and however angry: no grade, no colour, no rule."""
    assert graded(outburst) == Severity()
    assert graded(outburst * 80) == Severity()


def test_no_two_outbursts_together_are_harm() -> None:
    """Every pair, because what is learnt may hear in two of them what it hears in none."""
    pairs = (f"{one}{two}" for one, two in product(OUTBURSTS, repeat=2))
    assert [pair for pair in pairs if graded(pair) != Severity()] == []


@given(reports, st.integers(1, 40))
def test_exclamation_marks_change_nothing(report: str, many: int) -> None:
    """Shouting is no evidence."""
    assert verdict(report + "！" * many) == verdict(report)


def test_the_order_of_sentences_changes_no_number() -> None:
    """A toll is the same whichever sentence comes first."""
    sentences = ("昨夜车祸三死五伤", "另有2人失踪", "听说死了二十个人", "直接损失300万元", "书记不作为")
    tolls = {GRADE(Text("", "。".join(order)))[0].toll for order in permutations(sentences)}
    assert len(tolls) == 1
    assert tolls.pop().deaths == 3


@given(st.permutations(REPORTS))
def test_the_order_of_reports_changes_no_verdict(order: list[str]) -> None:
    """Many reports in one text are judged alike in any order."""
    assert verdict("。".join(order)) == verdict("。".join(REPORTS))


def test_the_steps_take_nothing_but_words_and_rules() -> None:
    """Mood, reach and author are no parameters, so they cannot matter."""
    assert set(facts.run.__annotations__) == {"text", "dangerous", "lexicon", "return"}
    assert set(danger.run.__annotations__) == {"tokens", "sums", "model", "return"}
    assert set(severity.run.__annotations__) == {"facts", "rules", "return"}


# Through the whole stage, from the door to the alert

ROUTES = (
    Route(office="emergency", kinds=("生产安全事故", "火灾", "道路交通事故", "自然灾害", "食品安全事故")),
    Route(office="education", words=("小学", "学校")),
    Route(office="water", words=("停水", "水库")),
    Route(office="traffic", places=("柳河路", "老街")),
    Route(office="service"),
)
"""By what happened, by words and by place; by topic: see below."""


def decided(values: Values) -> dict[str, Any]:
    """All that must stay: verdict and quotations, toll, the alert's priority, who must answer, and by when."""
    stored, matter = judged(values), incident(values)
    assert matter is not None
    return {
        "severity": replace(stored.severity, evidence=()),
        "evidence": [quote.text for quote in stored.severity.evidence],
        "toll": stored.facts,
        "alerts": [(alert.headers["ce_severitynumber"], cap(alert.value)) for alert in matter.pending_alerts],
        "offices": [office.id for office in matter.offices],
        "deadlines": [(deadline.name, deadline.due) for deadline in matter.deadlines],
    }


def cap(alert: str) -> Any:
    return json.decode(alert)["cap"]


@settings(deadline=None, max_examples=200)
@given(speech.interrupted())
@example(("今晨东埠小学围墙倒了，已疏散1人", "今晨东埠小学围墙倒了，已疏散1人，张建国书记不作为", ""))
def test_whoever_is_blamed_or_praised_wherever_the_decision_stays(texts: tuple[str, str, str]) -> None:
    """Before, between and behind the clauses and in the title: verdict, alert, priority, office and deadline stay."""
    plain, interrupted, title = texts
    calm = decided(Town(ROUTES).hears(plain))
    assert decided(Town(ROUTES).hears(interrupted, title)) == calm


@settings(deadline=None)
@given(speech.interrupted(speech.LETTERS))
def test_a_plain_letter_keeps_its_topic_and_its_office(texts: tuple[str, str, str]) -> None:
    """Routed by topic, too, anger and thanks lead nowhere else; only an accused office loses what it had."""
    plain, interrupted, title = texts
    calm, angry = Town().hears(plain), Town().hears(interrupted, title)
    assert judged(angry).topic.label == judged(calm).topic.label
    before, after = incident(calm), incident(angry)
    assert before is not None
    assert after is not None
    assert after.offices == before.offices or after.accused
    assert not {office.id for office in after.offices} & set(after.accused)


@settings(deadline=None)
@given(
    st.lists(speech.outbursts, min_size=1, max_size=6),
    st.sampled_from(["，", "。", "！", "\n", ""]),
    st.integers(0, 60),
)
def test_outbursts_alone_alert_nobody(said: list[str], joint: str, title: int) -> None:
    """Whatever is said about officials, and wherever, is no harm, wakes nobody and owes no urgent report."""
    text = joint.join(said)
    values = Town().hears(text, text[:title])
    matter = incident(values)
    assert judged(values).severity == Severity()
    assert matter is None or (matter.pending_alerts, matter.alerted) == ((), 0)


@settings(deadline=None)
@given(speech.interrupted())
def test_a_matter_told_again_in_anger_is_the_same_matter(texts: tuple[str, str, str]) -> None:
    """The second post, full of reproach, joins the first one's incident and does not alert again."""
    plain, interrupted, title = texts
    town = Town(ROUTES)
    first, again = incident(town.hears(plain)), incident(town.hears(interrupted, title))
    assert first is not None
    assert again is not None
    assert (again.id, again.alerted, again.revision) == (first.id, first.alerted, first.revision)
    assert again.pending_alerts == first.pending_alerts


authors = st.one_of(st.none(), st.text("abcdefghijklmnopqrstuvwxyz0123456789_", min_size=2), st.just("p1-" + "0" * 32))


@settings(deadline=None)
@given(speech.reports, authors, authors)
def test_replacing_the_author_changes_nothing(text: str, one: str | None, other: str | None) -> None:
    """The same words by anybody, or by nobody, are judged, grouped, routed and alerted alike."""
    ours, theirs = Town().hears(text, author=one), Town().hears(text, author=other)
    assert anonymous(ours) == anonymous(theirs)


def anonymous(values: Values) -> tuple[object, object]:
    """What is stored, without the pseudonym and the count of voices, which anonymous posts do not raise."""
    stored, matter = judged(values), incident(values)
    assert matter is not None
    alerts = [{**json.decode(alert.value), "voices": 0} for alert in matter.pending_alerts]
    plain = {**asdict(matter), "voices": 0, "voice_marks": (), "pending_alerts": alerts}
    return replace(stored, post=replace(stored.post, author=None)), plain


@settings(deadline=None)
@given(st.lists(st.one_of(speech.reports, speech.outbursts), min_size=2, max_size=6, unique=True), st.randoms())
@example(["昨夜车祸三死五伤", "另有2人失踪", "直接损失300万元"], None)
def test_sentences_in_any_order_give_the_same_numbers(sentences: list[str], random: Any) -> None:
    """Reports and outbursts shuffled: the same toll, grade, colour and rules."""
    shuffled = sorted(sentences) if random is None else random.sample(sentences, len(sentences))
    assert toll_and_verdict(shuffled) == toll_and_verdict(sentences)


def toll_and_verdict(sentences: list[str]) -> tuple[Toll, object]:
    text = "。".join(sentences)
    return GRADE(Text("", text))[0].toll, verdict(text)


@pytest.mark.parametrize(
    ("report", "interrupted"),
    [
        ("桥面开裂，护栏断了，大车一过就晃", "桥面开裂，护栏断了，大车一过就晃，没人管"),
        ("刚才东埠小学大桥垮塌，造成1人死亡", "刚才东埠小学大桥垮塌，造成1人死亡，只会开会"),
        ("东埠小学塔吊倒塌，已疏散2人", "东埠小学塔吊倒塌，火烧眉毛了还在睡觉，已疏散2人"),
    ],
)
def test_an_outburst_in_the_same_sentence_gives_no_word_another_meaning(report: str, interrupted: str) -> None:
    """A report means what it means, whatever else its sentence says of officials."""
    assert verdict(interrupted) == verdict(report)


@pytest.mark.parametrize("question", ["难道没人管吗", "这些年没人管", "你们良心不会痛吗"])
def test_a_question_and_a_blank_before_a_report_change_nothing(question: str) -> None:
    """People write without marks: a reproach in front of a report does not silence it."""
    assert verdict(f"{question} 昨夜车祸三死五伤") == verdict("昨夜车祸三死五伤")
