"""What says beside a danger that it is none."""

import pytest

from models.harmless import harmless, supposed


def is_harmless(text: str, danger: str) -> bool:
    start = text.index(danger)
    ceiling = (text + "，").index("，", start)
    floor = text.rfind("，", 0, start) + 1
    return harmless(text, (start, start + len(danger)), (floor, ceiling), (0, len(text)))


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("已消除护栏松动", "护栏松动"),
        ("护栏松动已修复", "护栏松动"),
        ("墙歪了我都会修", "墙歪"),
        ("换作我，墙歪了早修了", "墙歪"),
        ("螺丝松了会响，打电话报修试试", "螺丝松"),
        ("上周踩到没盖好的井盖，人没事", "没盖好的井盖"),
    ],
)
def test_what_is_mended_imagined_advised_or_past_is_harmless(text: str, danger: str) -> None:
    """What is mended, imagined, advice to others or a past mishap without harm threatens nobody."""
    assert is_harmless(text, danger)


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("墙歪了我们都怕", "墙歪"),
        ("螺丝松了，打电话没人来", "螺丝松"),
        ("上周踩到没盖好的井盖，人没事，现在还没修", "没盖好的井盖"),
    ],
)
def test_what_lasts_is_not_harmless(text: str, danger: str) -> None:
    """Fear, an answer that does not come and a danger that is still there leave it a danger."""
    assert not is_harmless(text, danger)


def test_what_follows_if_is_supposed() -> None:
    """What stands behind an if in its clause is only imagined; what stands before it is not."""
    text = "就算墙歪了"
    assert supposed(text, text.index("墙"), 0)
    assert not supposed("墙歪了就算了", 0, 0)
