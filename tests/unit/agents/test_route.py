"""A matter goes to the office in charge, and never to the one that it accuses."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from agents import route
from models.gazetteer import Mention, Places
from streams.matter import Facts, Matter
from streams.records import Incident, Office, Text, Topic
from streams.township import Route, Township

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
TOWN = Township(
    code="990101101000",
    name="柳汀镇",
    offices=(
        Office(id="emergency", name="柳汀镇应急管理办公室"),
        Office(id="construction", name="柳汀镇村镇建设办公室"),
        Office(id="city", name="柳汀镇综合行政执法队"),
        Office(id="market", name="柳汀镇市场监管所"),
        Office(id="water", name="柳汀镇水利站"),
        Office(id="education", name="柳汀镇教育办公室"),
        Office(id="clinic", name="柳汀镇卫生院"),
        Office(id="environment", name="柳汀镇生态环境办公室"),
        Office(id="traffic", name="柳汀镇交通管理站"),
        Office(id="society", name="柳汀镇社会事务办公室"),
        Office(id="service", name="柳汀镇便民服务中心"),
        Office(id="supervision", name="柳汀镇纪检监察办公室"),
    ),
    supervision="supervision",
    duty="柳汀镇值班室",
    routes=(
        Route(office="emergency", kinds=("火灾", "生产安全事故")),
        Route(office="city", words=("占道", "摊")),
        Route(office="water", topics=("城乡建设",), places=("大塘水库",)),
        Route(office="construction", topics=("城乡建设",)),
        Route(office="market", topics=("商贸旅游",)),
        Route(office="service"),
    ),
)
EMPTY = Incident(
    id="i",
    township=TOWN.code,
    title="",
    kind="none",
    topic="",
    grade="none",
    warning="none",
    status="open",
    first_seen=NOON,
    last_seen=NOON,
    founded=NOON,
    last_record=NOON,
)


def routed(
    text: str,
    topic: str = "城乡建设",
    *,
    kind: str = "none",
    place: str = "",
    before: Incident | None = None,
    town: Township = TOWN,
) -> Incident:
    """The incident after one more post."""
    places = Places((Mention((place,), "other", 0, 1),)) if place else Places()
    matter = Matter(before, before or EMPTY)
    return route.run(matter, Topic(topic, 1.0, uncertain=False), Text("", text), places, Facts(kind=kind), town).now


def offices(incident: Incident) -> list[str]:
    return [office.id for office in incident.offices]


@pytest.mark.parametrize(
    ("text", "topic", "kind", "place", "office"),
    [
        ("房子着火了", "城乡建设", "火灾", "", "emergency"),
        ("小贩占道经营", "城乡建设", "none", "", "city"),
        ("路灯坏了", "城乡建设", "none", "", "construction"),
        ("护栏坏了", "城乡建设", "none", "大塘水库", "water"),
        ("护栏坏了", "卫生计生", "none", "大塘水库", "service"),
        ("买到过期牛奶", "商贸旅游", "none", "", "market"),
        ("随便说说", "卫生计生", "none", "", "service"),
    ],
)
def test_the_first_route_whose_conditions_all_hold(text: str, topic: str, kind: str, place: str, office: str) -> None:
    """Topics, kinds, words and places: each that a route states must hold."""
    assert offices(routed(text, topic, kind=kind, place=place)) == [office]


def test_several_offices_handle_a_matter_jointly() -> None:
    """A later post may bring in another office; those that have it keep it."""
    first = routed("围墙裂了")
    assert offices(routed("围墙倒了", kind="生产安全事故", before=first)) == ["construction", "emergency"]


def test_the_catch_all_serves_only_what_nobody_has() -> None:
    """An update that fits no route does not spread the matter."""
    first = routed("路灯坏了")
    assert offices(routed("还是没修", "卫生计生", before=first)) == ["construction"]


@pytest.mark.parametrize(
    "office", [office for office in TOWN.offices if office.id != "supervision"], ids=lambda o: o.id
)
@pytest.mark.parametrize(
    "charge", ["{}打人", "{}的工作人员收了红包", "举报{}", "{}不作为", "{}与老板勾结", "{}态度恶劣，推诿", "投诉{}！"]
)
def test_no_office_gets_what_accuses_it(office: Office, charge: str) -> None:
    """Whatever the routes say: each of them leads to the accused here."""
    town = replace(TOWN, routes=(Route(office=office.id),))
    for name in (office.name, office.name.removeprefix("柳汀镇")):
        incident = routed(charge.format(name), town=town)
        assert offices(incident) == ["supervision"]
        assert office.id in incident.accused


@given(
    office=st.sampled_from([office for office in TOWN.offices if office.id != "supervision"]),
    before=st.text("路灯坏了，。！请处理", max_size=20),
    act=st.sampled_from(["打人", "收黑钱", "贪污", "索要好处费", "不作为", "包庇违建", "弄虚作假", "暴力执法"]),
    after=st.text("路灯坏了，。！请处理", max_size=20),
    topic=st.sampled_from(["城乡建设", "商贸旅游", "卫生计生"]),
    kind=st.sampled_from(["none", "火灾"]),
)
def test_an_accusation_anywhere_keeps_the_accused_out(
    office: Office, before: str, act: str, after: str, topic: str, kind: str
) -> None:
    """Whatever stands around it, whatever the topic and whatever happened."""
    incident = routed(f"{before}{office.name}{act}{after}", topic, kind=kind)
    assert office.id not in offices(incident)
    assert "supervision" in offices(incident)


def test_the_accused_loses_the_matter_for_good() -> None:
    """It had the matter, is accused, and does not get it back by a harmless post."""
    first = routed("路灯坏了")
    accused = routed("建设办收了钱不修路灯", before=first)
    later = routed("路灯还是不亮", before=accused)
    assert offices(accused) == offices(later) == ["supervision"]
    assert later.accused == ("construction",)


def test_help_comes_whoever_is_to_blame() -> None:
    """An accident with an accusation in it goes to the office for accidents, and to supervision."""
    incident = routed("围墙倒了砸死人，领导收了钱才让这种墙过关", kind="生产安全事故")
    assert offices(incident) == ["emergency", "supervision"]
    assert offices(routed("围墙倒了，建设办收了钱", kind="生产安全事故")) == ["emergency", "supervision"]


def test_an_accusation_of_nobody_named_goes_to_supervision_alone() -> None:
    """Any office that the topic leads to may be the accused."""
    assert offices(routed("办证的工作人员索要红包")) == ["supervision"]


def test_an_accused_supervision_office_hands_over_to_the_county() -> None:
    """Nobody supervises himself."""
    incident = routed("镇纪委包庇村主任")
    assert "supervision" not in offices(incident)
    assert "county" in offices(incident)


@pytest.mark.parametrize(
    "outburst", ["镇长太差劲了！", "领导都不作为！！！", "无能", "#还我公道#", "我要上访", "谢谢王书记", "气死人了"]
)
def test_criticism_changes_no_route(outburst: str) -> None:
    """Anger, praise, petitions and names of officials leave the matter where it was."""
    assert routed("路灯坏了。" + outburst) == routed("路灯坏了。")


def test_a_replayed_post_changes_nothing() -> None:
    """The same post twice leaves the same offices."""
    once = routed("建设办收了钱")
    assert routed("建设办收了钱", before=once) == once


def test_a_route_to_nowhere_names_its_remedy() -> None:
    """A township's file that names an office it does not have says so."""
    with pytest.raises(ValueError, match="no office 'nobody'"):
        routed("路灯坏了", town=replace(TOWN, routes=(Route(office="nobody"),)))
