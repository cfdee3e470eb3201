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


def test_the_same_texts_give_the_same_weights() -> None:
    """Training again changes nothing, in whatever order the words come."""
    texts = [["停水", "投诉"]] * 20, [["晚安", "停水"]] * 20
    assert fitted(*texts).stored() == fitted(*[[list(reversed(text)) for text in kind] for kind in texts]).stored()


def test_a_broken_file_is_named_with_its_remedy(tmp_path: Path) -> None:
    """A damaged file stops the start and says what to do."""
    (tmp_path / "requests.json").write_bytes(b"[]")
    with pytest.raises(ValueError, match=r"requests\.json.*xiangyin train"):
        request.load(tmp_path / "requests.json")
