"""Rows are found for many numbers at once."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.finding import UNKNOWN, Rows

NUMBERS = st.integers(0, 2**48)


@given(st.lists(NUMBERS, unique=True), st.lists(NUMBERS))
def test_each_number_has_the_row_at_which_it_was_given(numbers: list[int], strangers: list[int]) -> None:
    """Every number is found, in whatever order they are asked for; no other one is."""
    rows = {number: row for row, number in enumerate(numbers)}
    asked = [*reversed(numbers), *strangers, *numbers]
    found = Rows(np.array(numbers, dtype=np.int64)).of(np.array(asked, dtype=np.int64))
    assert found.tolist() == [rows.get(number, UNKNOWN) for number in asked]


def test_numbers_that_lie_close_together_are_found() -> None:
    """A thousand in a row, and those around them that have no rows, also where many want the same place."""
    rows = Rows(np.arange(1000, 2000))
    assert rows.of(np.arange(990, 2010)).tolist() == [UNKNOWN] * 10 + [*range(1000)] + [UNKNOWN] * 10
