"""Once a day each, spread over the day, nobody left out."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from streams.crawl.daily import DAY, whose_turn

START = datetime(2026, 1, 1, tzinfo=UTC)
MANY = [f"https://bbs.example.cn/t-{number}" for number in range(500)]


def looked(hours: range, most: int = 20, each: timedelta = timedelta(minutes=30)) -> Counter[str]:
    """How often each had its turn in passes through these hours."""
    counts, since = Counter[str](), START
    for half in range(hours.start * 2, hours.stop * 2):
        turns, since = whose_turn(MANY, since, START + half * each, most)
        assert len(turns) <= most
        counts.update(turns)
    return counts


def test_everybody_has_one_turn_a_day() -> None:
    """In each day the same, whenever passes begin and however long they are apart."""
    counts = looked(range(1, 1 + 24 * 3))
    assert set(counts) == set(MANY)
    assert set(counts.values()) <= {3, 4}


def test_who_waited_longest_comes_first() -> None:
    """With room for a few only, the next pass goes on where this one ended."""
    first, since = whose_turn(MANY, START, START + timedelta(hours=12), 20)
    second, later = whose_turn(MANY, since, START + timedelta(hours=12), 20)
    assert len({*first, *second}) == 40
    assert START < since < later < START + timedelta(hours=12)


def test_what_is_long_ago_is_not_made_up_for() -> None:
    """After a week without a crawler everybody has one turn, and a new source none before its time."""
    assert sorted(whose_turn(MANY, START - 7 * DAY, START, 1_000)[0]) == sorted(MANY)
    assert whose_turn(MANY, None, START, 1_000) == ([], START)
    assert whose_turn([], START - DAY, START, 20) == ([], START)
