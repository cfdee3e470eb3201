"""How far a partition has been read, given and acknowledged."""

from datetime import UTC, datetime, timedelta

import pytest

from streams.errors import Busy
from streams.worker.progress import Look, Progress, from_milliseconds

POSTS, ACTIONS = ("t.posts", 0), ("t.actions", 0)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def progress() -> Progress:
    """Three posts fetched of five, no action."""
    made = Progress()
    made.reset({POSTS: 0, ACTIONS: 0})
    made.fetched({POSTS: {0: 10, 1: 10, 2: 10}}, {POSTS: Look(0, 3, 5, NOON), ACTIONS: Look(0, 0, 0, NOON)})
    return made


def test_nothing_is_known_before_the_first_look() -> None:
    """A partition that the broker was not asked about is neither behind nor done, and has passed no time."""
    made = Progress()
    made.reset({POSTS: 0})
    assert made.behind(POSTS) is None
    assert made.unseen(POSTS) is None
    assert made.passed([POSTS]) is None


def test_a_commit_never_passes_the_lowest_that_is_open() -> None:
    """Acknowledged out of order, the lowest open record holds all behind it."""
    made = progress()
    made.acknowledged(POSTS, 1)
    assert made.lowest(POSTS) == 0
    made.acknowledged(POSTS, 0)
    assert made.lowest(POSTS) == 2
    made.acknowledged(POSTS, 2)
    assert made.lowest(POSTS) is None


def test_behind_counts_what_is_not_acknowledged_here_and_there() -> None:
    """Two wait in the broker, three here."""
    made = progress()
    assert made.behind(POSTS) == 5
    made.acknowledged(POSTS, 0)
    assert made.behind(POSTS) == 4


def test_a_record_that_waits_is_behind_but_not_unseen() -> None:
    """What the processor was given is seen, whether it acknowledged it or not: timers and backfill go on."""
    made = progress()
    made.given(POSTS, 2, NOON)
    made.acknowledged(POSTS, 0)
    assert made.unseen(POSTS) == 2
    assert made.behind(POSTS) == 4


def test_time_passes_with_the_slower_of_the_two() -> None:
    """While posts are open, time has passed up to just before the next one could stand; without them, to the look."""
    made = progress()
    assert made.passed([ACTIONS]) == NOON
    assert made.passed([POSTS, ACTIONS]) is None
    made.given(POSTS, 1, NOON - SECOND)
    assert made.passed([POSTS, ACTIONS]) == NOON - SECOND - timedelta(milliseconds=1)
    made.fetched({POSTS: {3: 10, 4: 10}}, {POSTS: Look(3, 5, 5, NOON + SECOND)})
    made.given(POSTS, 4, NOON)
    assert made.passed([POSTS, ACTIONS]) == NOON
    made.fetched({}, {ACTIONS: Look(0, 0, 0, NOON + SECOND)})
    assert made.passed([POSTS, ACTIONS]) == NOON + SECOND


def test_a_rebalance_begins_anew() -> None:
    """After a reset nothing of before is open, and what belongs to lost partitions is not counted."""
    made = progress()
    made.reset({ACTIONS: 0})
    made.fetched({POSTS: {7: 10}}, {POSTS: Look(7, 8, 8, NOON)})
    made.given(POSTS, 7, NOON)
    made.acknowledged(POSTS, 7)
    assert made.lowest(POSTS) is None
    assert list(made.places) == [ACTIONS]


def test_a_reading_that_does_not_follow_the_last_one_is_named() -> None:
    """What was taken out by nobody can't be noticed later: no commit knows of it. So the worker begins again."""
    made = progress()
    with pytest.raises(Busy, match=r"t.posts, partition 0: read up to offset 3, then from 4"):
        made.fetched({POSTS: {4: 10}}, {POSTS: Look(4, 5, 5, NOON)})
    assert made.behind(POSTS) == 5


def test_the_first_reading_begins_at_the_start() -> None:
    """A fetch that took out the first records during a rebalance leaves a gap like any other."""
    made = Progress()
    made.reset({POSTS: 0})
    with pytest.raises(Busy, match="read up to offset 0, then from 29"):
        made.fetched({POSTS: {29: 10}}, {POSTS: Look(29, 30, 30, NOON)})


def test_a_log_that_was_cut_off_is_read_from_its_beginning() -> None:
    """Nothing is passed over by going back; the caller learns which partition it was."""
    made = progress()
    assert made.fetched({POSTS: {0: 10}}, {POSTS: Look(0, 1, 1, NOON)}) == [POSTS]
    assert made.fetched({POSTS: {1: 10}}, {POSTS: Look(1, 2, 2, NOON)}) == []


def test_a_record_fetched_twice_is_open_once() -> None:
    """After a seek back the same offsets come again."""
    made = progress()
    made.fetched({POSTS: {0: 10, 1: 10, 2: 10}}, {})
    assert made.behind(POSTS) == 5
    assert (made.queued, made.queued_bytes) == (3, 30)


def test_a_time_that_no_calendar_has_is_1970() -> None:
    """Producers may send any number; none of them stops a worker."""
    assert from_milliseconds(1767268800000) == NOON
    for odd in (None, -1, 0, 2**62):
        assert from_milliseconds(odd) == datetime(1970, 1, 1, tzinfo=UTC)
