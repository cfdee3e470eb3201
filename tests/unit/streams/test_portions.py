"""Portions keep the order, lose nothing, and are not too large."""

from hypothesis import given
from hypothesis import strategies as some

from streams.portions import portions


@given(some.lists(some.integers(0, 30)), some.integers(1, 40))
def test_all_items_come_in_order_and_no_portion_of_several_is_too_large(sizes: list[int], most: int) -> None:
    """Joined, the portions are the items; one that is too large goes alone; none is empty."""
    cut = list(portions(sizes, lambda size: size, most))
    assert [size for portion in cut for size in portion] == sizes
    assert all(portion and (len(portion) == 1 or sum(portion) <= most) for portion in cut)


def test_neighbours_that_fit_go_together() -> None:
    """As few portions as the order allows."""
    assert list(portions([2, 2, 2, 5, 1], lambda size: size, 4)) == [[2, 2], [2], [5], [1]]
