"""Which named dangers the passage around them takes back."""

import pytest

from agents import doubt
from models.danger import DangerModel
from models.segment import Segmenter
from streams.matter import Facts
from streams.records import Evidence

MODEL, SEGMENTER = DangerModel.load(), Segmenter()

MENDED = ("燃气公司今天上门安检，软管有点老化，当场就给换了，一分钱没收，谢谢", "软管有点老化")
ASKED = ("关于某小区高空抛物砸坏车辆一事，我已报警立案，三个月没有结果，请问进展如何？", "高空抛物")
STANDING = ("小区外墙瓷砖脱落，一块块砸在单元门口，孩子天天从下面走，没人来修", "外墙瓷砖脱落")
FILMED = ("昨晚电视里放的那个老片子，小孩困在井里，最后一家团圆，看得我奶奶直抹眼泪，演员演得真好", "小孩困在井里")
SINKING = ("船板进水了，三个人抱着桶漂在河中间，喊救命，越漂越远，岸上的够不着", "三个人抱着桶漂在河中间")
OFFICIAL = ("我小区消防通道长期被堵塞，消防栓没有水，存在重大消防安全隐患，恳请有关部门督促整改", "消防通道")


def left(text: str, danger: str, *signals: str, kind: str = "隐患", deaths: int = 0) -> Facts:
    return doubt.run(SEGMENTER.tokens("", text), named(text, danger, *signals, kind=kind, deaths=deaths), MODEL)


def named(text: str, danger: str, *signals: str, kind: str = "隐患", deaths: int = 0) -> Facts:
    start = text.index(danger)
    evidence = Evidence(danger, start, start + len(danger))
    quotes: dict[str, tuple[Evidence, ...]] = dict.fromkeys(signals or ("hazard",), (evidence,))
    return Facts(kind=kind, quotes=quotes, least={"deaths": deaths} if deaths else {})


@pytest.mark.parametrize(("text", "hazard"), [MENDED, ASKED])
def test_a_hazard_that_is_mended_or_asked_about_is_none(text: str, hazard: str) -> None:
    """A word of danger in a passage that tells of none is taken back, and the kind with it."""
    assert left(text, hazard).quotes == {}
    assert left(text, hazard).kind == "none"
    assert left(text, hazard, kind="火灾").kind == "火灾"


@pytest.mark.parametrize(("text", "hazard"), [STANDING, OFFICIAL])
def test_a_hazard_that_is_told_stays(text: str, hazard: str) -> None:
    """Told plainly or in a letter's set phrases, a danger is not doubted."""
    assert left(text, hazard).quotes.keys() == {"hazard"}
    assert left(text, hazard).kind == "隐患"


def test_danger_now_that_is_only_filmed_is_none() -> None:
    """Words of danger to people in a passage that tells of none are taken back; where it tells of it they stand."""
    assert left(*FILMED, "immediate", "peril").quotes.keys() == {"peril"}
    assert left(*SINKING, "immediate", "peril").quotes.keys() == {"immediate", "peril"}


def test_a_hazard_beside_danger_now_and_counted_harm_are_not_doubted() -> None:
    """Where people are in danger or harm is counted, the words stand; so does danger now where an accident is told."""
    assert left(*SINKING, "hazard", "immediate").quotes.keys() == {"hazard", "immediate"}
    assert left(*MENDED, kind="火灾", deaths=2).quotes.keys() == {"hazard"}
    assert left(*FILMED, "immediate", "event", kind="溺水").quotes.keys() == {"immediate", "event"}


def test_what_is_named_twice_is_not_doubted() -> None:
    """Letters name their danger more than once; who only mentions one does not."""
    text, hazard = MENDED
    twice = (Evidence(hazard, text.index(hazard), text.index(hazard) + len(hazard)), Evidence("换", 21, 22))
    facts = Facts(kind="隐患", quotes={"hazard": twice})
    assert doubt.run(SEGMENTER.tokens("", text), facts, MODEL) is facts


def test_facts_are_doubted_together_as_if_alone() -> None:
    """Each post's facts are weighed by its own words, also beside posts that are not doubted."""
    texts = [MENDED, STANDING, ("你好", ""), ASKED, OFFICIAL]
    posts = [SEGMENTER.tokens("", text) for text, _ in texts]
    facts = [named(*each) if each[1] else Facts() for each in texts]
    alone = [doubt.run(post, stated, MODEL) for post, stated in zip(posts, facts, strict=True)]
    assert doubt.run_all(posts, facts, [MODEL] * len(posts)) == alone
    assert [bool(stated.quotes) for stated in alone] == [False, True, False, False, True]


@pytest.mark.parametrize("angry", ["领导到底管不管", "太不像话了", "物业吃干饭的", "真让人寒心", "给社区点赞"])
def test_anger_and_praise_around_it_change_nothing(angry: str) -> None:
    """However often somebody is scolded or thanked beside it, a danger is one, and a mended one is none."""
    for (text, hazard), stays in ((STANDING, {"hazard"}), (OFFICIAL, {"hazard"}), (MENDED, set()), (ASKED, set())):
        assert left(f"{angry}，{text}。{angry}。{angry}！", hazard).quotes.keys() == stays
