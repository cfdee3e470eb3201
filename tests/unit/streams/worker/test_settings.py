"""The times of a worker."""

from streams.batch.patience import PAUSES
from streams.kafka.ownership import Ownership
from streams.worker.settings import WorkerSettings


def test_the_other_times_follow_from_the_session() -> None:
    """The usual session gives the usual times; a third of it, a third of those that must lie above it."""
    usual = WorkerSettings(servers="127.0.0.1:1", deployment="demo")
    assert WorkerSettings.of_session(usual.session, "127.0.0.1:1", "demo") == usual
    short = WorkerSettings.of_session(10, "127.0.0.1:1", "demo")
    assert (short.session, short.rebalance, short.request, short.stall) == (10, 20, 30, 40)


def test_a_store_that_is_back_is_asked_before_a_rebalance_takes_the_batch() -> None:
    """Even with the shortest session that a deployment may have no pause outlasts the patience with a held batch."""
    shortest = WorkerSettings.of_session(6, "127.0.0.1:1", "demo")
    assert max(PAUSES) < Ownership(session=shortest.session, rebalance=shortest.rebalance).patience
