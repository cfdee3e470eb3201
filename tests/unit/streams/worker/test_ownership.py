"""Whether a worker may write: heard within a session, and no rebalance that has waited too long."""

import pytest

from streams.errors import Fenced
from streams.kafka.ownership import Ownership


class Watch:
    """A clock that a test turns."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    """At second 100."""
    return Watch()


@pytest.fixture
def ownership(watch: Watch) -> Ownership:
    """Of a worker that is no member yet."""
    return Ownership(session=6, rebalance=9, clock=watch)


def test_who_never_joined_owns_nothing(ownership: Ownership) -> None:
    """Before the first assignment every write is fenced, also when heartbeats were never lost."""
    with pytest.raises(Fenced, match="no member"):
        ownership.check()


def test_a_member_that_is_heard_may_write(ownership: Ownership, watch: Watch) -> None:
    """Each answered heartbeat begins a session, from when it left."""
    ownership.end_rebalance()
    watch.now += 5
    ownership.heard(watch.now - 1)
    watch.now += 4
    ownership.check()


def test_a_member_that_was_not_heard_for_a_session_is_fenced(ownership: Ownership, watch: Watch) -> None:
    """A process that slept finds out before it writes."""
    ownership.end_rebalance()
    watch.now += 6.1
    with pytest.raises(Fenced, match="session"):
        ownership.check()


def test_a_batch_in_hand_has_a_third_of_the_rebalance(ownership: Ownership, watch: Watch) -> None:
    """When a rebalance begins, what was begun may be finished, but not for long; a second one does not add time."""
    ownership.end_rebalance()
    ownership.begin_rebalance()
    watch.now += 2.9
    ownership.begin_rebalance()
    ownership.check()
    watch.now += 0.2
    with pytest.raises(Fenced, match="rebalance"):
        ownership.check()
    ownership.end_rebalance()
    ownership.check()
