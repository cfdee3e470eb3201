"""What the producer is given."""

import random
from collections import Counter
from datetime import UTC, datetime

from streams.topics import MEBIBYTE
from tests.real.chaos.content import Content
from tests.real.chaos.faults import ALL, drawn

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_same_seed_makes_the_same_records() -> None:
    """A run that failed can be had again."""
    assert list(Content(random.Random(3), START).records(500)) == list(Content(random.Random(3), START).records(500))


def test_one_in_a_hundred_is_rubbish_and_some_come_again_or_are_edited() -> None:
    """Names are known: new posts each have their own, repeats and edits the one of before."""
    made = list(Content(random.Random(3), START).records(5_000))
    times = Counter(each.name for each in made)
    poison = {name for name in times if name.startswith("poison-")}
    assert len(times) == 5_000
    assert 30 < len(poison) < 70
    assert len(made) - 5_000 > 100, "repeats and edits"
    assert len({each.value for each in made if each.name not in poison}) > len(times) - len(poison), "edits differ"
    assert all(len(each.value or b"") < MEBIBYTE for each in made)


def test_each_kind_of_fault_is_drawn_before_any_comes_twice() -> None:
    """Twenty faults leave none out, and the seed decides on their order."""
    names = [name for name, _ in drawn(random.Random(1), 20)]
    assert set(names) == set(ALL)
    assert names[: len(ALL)] != sorted(ALL)
    assert len(names) == 20
