"""Whom does a text accuse?"""

from time import process_time

import pytest

from models.accusation import Accusation, accusation, names

TOWN = "柳汀镇"
OFFICES = {
    "construction": names("柳汀镇村镇建设办公室", TOWN),
    "city": names("柳汀镇综合行政执法队", TOWN),
    "market": names("柳汀镇市场监管所", TOWN),
    "water": names("柳汀镇水利站", TOWN),
    "clinic": names("柳汀镇卫生院", TOWN),
    "party": names("柳汀镇党政办公室", TOWN),
}


@pytest.mark.parametrize(
    ("text", "offices"),
    [
        ("城管打人了，把卖菜的老人推倒在地", {"city"}),
        ("柳汀镇综合行政执法队暴力执法", {"city"}),
        ("执法队的人没收了我的三轮车还威胁我", {"city"}),
        ("城建办的人收了开发商的钱，违建没人拆", {"construction"}),
        ("村镇建设办公室违规审批，在水源地盖房", {"construction"}),
        ("建设办不作为，报了三次危房都没人来", {"construction"}),
        ("市监所工作人员索要红包才给办证", {"market"}),
        ("我要举报市场监管所", {"market"}),
        ("投诉柳汀镇水利站！", {"water"}),
        ("水管站推诿扯皮，一会说找村里一会说找镇里", {"water"}),
        ("卫生院医生收红包，不给钱不手术", {"clinic"}),
        ("去卫生院看病。他们态度恶劣，还骂人", {"clinic"}),
        ("城管和市监所串通一气，勾结商贩", {"city", "market"}),
        ("镇长收了老板的钱", {"party"}),
    ],
)
def test_an_office_that_is_named_is_accused(text: str, offices: set[str]) -> None:
    """By its own name or what residents call it, with a wrong, a breach of duty, or a report against it."""
    assert accusation(text, OFFICES) == Accusation(frozenset(offices))


@pytest.mark.parametrize(
    "text", ["领导收了红包才签字", "办证大厅那个工作人员吃拿卡要", "村干部贪污低保款", "执法人员打人"]
)
def test_somebody_unnamed_may_be_accused(text: str) -> None:
    """Nobody knows which office it is: then none is safe."""
    assert accusation(text, OFFICES) == Accusation(unnamed=True)


@pytest.mark.parametrize(
    "text",
    [
        "领导都不作为，太让人失望了！",
        "太差劲了，没人管老百姓死活",
        "柳汀的干部无能",
        "王书记你看看吧！！！",
        "我要上访，信息要公开",
        "请城管来管一管占道经营",
        "希望建设办尽快修路",
        "已经向市监所投诉过两次，商家还在卖过期牛奶",
        "感谢水利站的师傅连夜抢修",
        "老板打人，还拖欠工钱",
        "邻居威胁我",
    ],
)
def test_criticism_and_requests_accuse_nobody(text: str) -> None:
    """An opinion about nobody in particular, a request, or a wrong of somebody else changes no route."""
    assert not accusation(text, OFFICES)


def test_an_office_has_the_names_that_residents_use() -> None:
    """Nobody writes the full name."""
    assert {"柳汀镇村镇建设办公室", "村镇建设办公室", "村镇建设办", "建设办", "城建办"} <= set(OFFICES["construction"])


@pytest.mark.parametrize("unit", ["城管打人", "城管", "举报，城管", "举报。", "城管。", "城管打人。", "不作为"])
def test_a_long_text_is_read_in_linear_time(unit: str) -> None:
    """A post as long as a post may be is read in well under a second."""
    start = process_time()
    accusation(unit * (200_000 // len(unit)), OFFICES)
    assert process_time() - start < 2


def test_many_offices_do_not_slow_every_sentence() -> None:
    """A township of sixty offices reads a text full of breaches nearly as fast as one of three."""
    many = {str(at): tuple(f"{name}{at}" for name in OFFICES["construction"]) for at in range(60)}

    def cost(offices: dict[str, tuple[str, ...]]) -> float:
        times = []
        for _ in range(3):
            start = process_time()
            accusation("违法。" * 10_000, offices)
            times.append(process_time() - start)
        return min(times)

    assert cost(many) < 4 * cost(dict(list(many.items())[:3]))
