"""People who are named without a number."""

import pytest

from models.persons import joined, named


@pytest.mark.parametrize(
    ("before", "number"),
    [
        ("司机", 1),
        ("塔吊司机和焊工", 2),
        ("奶奶、儿媳和孙女", 3),
        ("父子俩当场", 2),
        ("爷仨", 3),
        ("前妻及其父母", 3),
        ("司机说：路上很滑，", 0),
        ("广场上", 0),
    ],
)
def test_the_last_people_named_are_counted(before: str, number: int) -> None:
    """A list adds up, pairs are two, and who only tells it is no victim."""
    assert named(before) == number


def test_who_stands_before_and_is_counted_with_the_number_behind() -> None:
    """司机和3名乘客 are four: the driver comes on top of the number."""
    assert joined("司机和") == 1
    assert joined("上午和") == 0
