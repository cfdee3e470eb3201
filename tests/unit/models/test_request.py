"""Requests are told from thanks and chatter."""

from pathlib import Path

import pytest

from models import request
from models.request import fitted
from models.segment import Segmenter

MODEL, SEGMENTER = request.load(), Segmenter()


def is_request(title: str, body: str) -> bool:
    return MODEL.is_request(title, f"{title}\n{body}" if title else body, SEGMENTER.tokens(title, body).words)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("柳河路路灯坏了一个月", "晚上骑车看不见路，请尽快来修。"),
        ("", "请问社保卡在哪里补办？"),
        ("半夜施工太吵", "三点还在打桩，整栋楼都醒着。"),
        ("汀兰苑电梯停了", "物业贴了张纸就不管了，老人下不来楼。谢谢领导！"),
        ("感谢领导关注，但垃圾还是没人清", "上周回复说马上处理，至今没有解决。"),
        ("工钱拖了三个月", "包工头电话不接，十几个人等着过年。"),
    ],
)
def test_a_report_or_a_demand_is_a_request(title: str, body: str) -> None:
    """What asks for something gets an incident, also when it ends politely."""
    assert is_request(title, body)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("谢谢窗口的小姑娘", "帮我把材料都复印好了，态度特别好。"),
        ("感谢连夜抢修的师傅", "来水了，给你们点赞！"),
        ("今天的晚霞真美", "站在桥上看了半个小时，拍了好多照片。"),
        ("", "哈哈哈哈笑死我了，晚安"),
        ("", "早上好，大家周末愉快"),
    ],
)
def test_thanks_and_chatter_are_none(title: str, body: str) -> None:
    """Praise, greetings and talk belong to no incident."""
    assert not is_request(title, body)


@pytest.mark.parametrize("praise", ["感谢李镇长", "为政府点赞", "致敬", "王主任辛苦了"])
@pytest.mark.parametrize("asks", ["路灯坏了，请维修", "咨询一下，新生入学要带什么材料"])
def test_praise_beside_a_demand_does_not_silence_it(praise: str, asks: str) -> None:
    """Who thanks and asks asks: politeness costs nobody an answer."""
    assert is_request("", f"{asks}。{praise}！")
    assert is_request("", f"{praise}，{asks}")
    assert is_request(praise, asks)


@pytest.mark.parametrize(
    "body",
    [
        "超市卖的牛奶过期了，老板不肯退钱，发票也不给开",
        "卫生院的医保卡刷不了，住院押金也不退，报销比例比去年低",
        "包工头拖欠工资三个月，没有签劳动合同也没有交社保",
    ],
)
def test_thanks_in_front_do_not_hide_a_complaint(body: str) -> None:
    """What mostly complaints say is a complaint, also where nothing is asked for in so many words."""
    assert is_request("感谢李科长", body)
    assert is_request("", f"谢谢政府，{body}")


@pytest.mark.parametrize(
    "body",
    [
        "为政府点赞！村里的路修好了，路灯也亮了，出门方便多了",
        "表扬市场监管所，超市卖的牛奶过期了，第二天就来查，钱也退了，点赞！",
        "谢谢派出所，丢了三天的电动车找到了",
    ],
)
def test_thanks_for_what_is_settled_ask_for_nothing(body: str) -> None:
    """They tell of the same things as complaints do, and that these are over."""
    assert not is_request("", body)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("路灯坏了。谢谢！", "路灯坏了。"),
        ("路灯坏了，请尽快修。谢谢！", "路灯坏了，请尽快修。"),
        ("请问在哪里补办？万分感谢。", "请问在哪里补办？"),
        ("垃圾没人清。希望领导重视，谢谢领导。祝您身体健康，工作顺利！此致 敬礼", "垃圾没人清。"),
        ("物业不管，\n在此先谢谢了~ ", "物业不管，\n"),
        ("希望相关部门管一管乱停车，还大家一个良好的环境！", ""),
    ],
)
def test_the_polite_end_of_a_request_is_manners(text: str, rest: str) -> None:
    """What is hoped for from an office, thanks, good wishes and a salute say nothing of a mood."""
    assert request.without_manners(text) == rest


@pytest.mark.parametrize(
    "text",
    [
        "",
        "谢谢",
        "谢谢镇里修好了路",
        "路修好了，谢谢镇里",
        "路灯一直没人修，谢谢镇里修好了",
        "谢谢你们的热情服务，打了八个电话没人接",
        "今天好开心，谢谢大家",
        "希望明天是个好天气",
    ],
)
def test_thanks_for_something_are_more_than_manners(text: str) -> None:
    """So are those that nothing was asked before, and those that open a text."""
    assert request.without_manners(text) == text


def test_the_same_texts_give_the_same_weights() -> None:
    """Training again changes nothing, in whatever order the words come."""
    texts = [["停水", "投诉"]] * 20, [["晚安", "停水"]] * 20
    assert fitted(*texts).stored() == fitted(*[[list(reversed(text)) for text in kind] for kind in texts]).stored()


def test_a_broken_file_is_named_with_its_remedy(tmp_path: Path) -> None:
    """A damaged file stops the start and says what to do."""
    (tmp_path / "requests.json").write_bytes(b"[]")
    with pytest.raises(ValueError, match=r"requests\.json.*xiangyin train"):
        request.load(tmp_path / "requests.json")
