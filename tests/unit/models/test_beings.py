"""Who is no victim: animals, plants, and things that die in jokes."""

import pytest

from models.beings import beings, figures


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ("塘里的鱼全部", True),
        ("农户的鸡和鸭都", True),
        ("喂鱼的老人", False),
        ("老人和狗都被", False),
        ("昨夜车祸", False),
    ],
)
def test_an_animal_dies_where_nobody_is_named(before: str, found: bool) -> None:  # noqa: FBT001
    """The fish before 死亡 died; the old man who fed them is a person."""
    assert beings("死亡", before) is found


def test_a_thing_dies_in_a_joke_and_silences_no_number() -> None:
    """理智当场死亡 is a joke; a person or a number beside the word is not."""
    assert figures("死亡", "理智当场", already=False)
    assert figures("抢救无效", "经", already=True)
    assert figures("去世", "奶茶当场", already=False)
    assert not figures("去世", "奶奶当场", already=False)
    assert not figures("死亡", "快递小哥当场", already=False)
    assert not figures("死", "良心何在三", already=True)
