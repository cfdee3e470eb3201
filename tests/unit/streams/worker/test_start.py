"""Where a partition is read from after a rebalance, and what is lost before that (rule 10)."""

from aiokafka.structs import OffsetAndMetadata
from faust.types import TP

from streams.worker.consumer import Start

PLACE = TP("t.posts", 0)


def start(earliest: int, committed: int | None, incarnation: str = "now") -> Start:
    """The start of a partition in the incarnation `now`."""
    known = None if committed is None else OffsetAndMetadata(committed, incarnation)
    return Start.of(PLACE, earliest, known, "now")


def test_reading_goes_on_where_it_was_committed() -> None:
    """The usual case loses nothing."""
    assert start(0, 10) == Start(PLACE, 10)


def test_a_group_without_commits_reads_from_the_beginning() -> None:
    """A new deployment has lost nothing, wherever its log begins."""
    assert start(5, None) == Start(PLACE, 5)
    assert start(5, -1) == Start(PLACE, 5)


def test_what_retention_deleted_unread_is_counted() -> None:
    """A committed offset below the earliest is a loss, and its size is known."""
    assert start(15, 10) == Start(PLACE, 15, lost=5)


def test_an_offset_of_another_incarnation_says_nothing() -> None:
    """A topic created again is read from its beginning, and nothing counts as lost."""
    assert start(0, 10, "before") == Start(PLACE, 0, recreated=True)


def test_an_offset_without_incarnation_is_believed() -> None:
    """A commit that another tool made by hand stands."""
    assert start(0, 10, "") == Start(PLACE, 10)
