"""Severity comes from harm: nothing that is said about officials, in whatever tone, changes a grade or a colour."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from agents import facts, severity
from models.harm import HarmLexicon
from models.rulepack import RulePack
from streams.records import Severity, Text

LEXICON, RULES = HarmLexicon.load(), RulePack.load()

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
    return severity.run(facts.run(Text(title, text), LEXICON), RULES)


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


@given(reports, st.integers(1, 40))
def test_exclamation_marks_change_nothing(report: str, many: int) -> None:
    """Shouting is no evidence."""
    assert verdict(report + "！" * many) == verdict(report)


def test_the_order_of_sentences_changes_no_number() -> None:
    """A toll is the same whichever sentence comes first."""
    sentences = ("昨夜车祸三死五伤", "另有2人失踪", "听说死了二十个人", "直接损失300万元", "书记不作为")
    tolls = {facts.run(Text("", "。".join(order)), LEXICON).toll for order in permutations(sentences)}
    assert len(tolls) == 1
    assert tolls.pop().deaths == 3


@given(st.permutations(REPORTS))
def test_the_order_of_reports_changes_no_verdict(order: list[str]) -> None:
    """Many reports in one text are judged alike in any order."""
    assert verdict("。".join(order)) == verdict("。".join(REPORTS))


def test_the_steps_take_nothing_but_words_and_rules() -> None:
    """Mood, reach and author are no parameters, so they cannot matter."""
    assert set(facts.run.__annotations__) == {"text", "lexicon", "return"}
    assert set(severity.run.__annotations__) == {"facts", "rules", "return"}
