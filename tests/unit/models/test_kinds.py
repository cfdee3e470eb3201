"""The kind of an accident, by the things in its story."""

import pytest

from models.kinds import UNNAMED, guess


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("大货闯红灯把电动车卷进去了，两死三伤", "道路交通事故"),
        ("电梯从十一楼蹾底，一死一重伤", "设施故障"),
        ("阵风刮倒工棚，雷雨里压死一人", "自然灾害"),
        ("两家为地界纠纷，拿锄头打死一人", "社会安全事件"),
        ("工地上脚手架倒了，压住三个工人", UNNAMED),
        ("不知道怎么回事，人就没了", UNNAMED),
    ],
)
def test_an_accident_is_of_the_kind_of_which_its_things_are(text: str, kind: str) -> None:
    """Lorries and lights are traffic's, lifts a facility's; where nothing tells, it is an accident."""
    assert guess(text) == kind


def test_a_thing_counts_once() -> None:
    """Who repeats one word does not outvote who names two things."""
    assert guess("刀刀刀刀刀，电梯、栏杆") == "设施故障"
