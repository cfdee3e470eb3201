"""Which worker is ended to be started again, and which is left to wait."""

import pytest

from streams.kafka.ownership import Ownership
from streams.worker.settings import WorkerSettings
from streams.worker.status import Status
from streams.worker.watch import stuck

SETTINGS = WorkerSettings(servers="127.0.0.1:1", deployment="d")
HOUR = 3600.0


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Watched:
    """A worker of which all is well at 1000, and what is seen of it later."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.ownership = Ownership(session=SETTINGS.session, rebalance=SETTINGS.rebalance, clock=self.clock)
        self.ownership.end_rebalance()
        self.status = Status(alive=self.clock(), turned=self.clock(), told=self.clock(), ready=True)

    def take(self) -> None:
        self.status.in_hand = self.clock()

    def wait(self, seconds: float, *, heard: bool = True, alive: bool = False, tried: bool = False) -> str | None:
        """The loop turns; the coordinator is heard, all is well, or a server that is away was tried, where so said."""
        self.clock.now += seconds
        now = self.status.turned = self.clock()
        if heard:
            self.ownership.heard(now)
        if alive:
            self.status.alive = now
        if tried:
            self.status.told = now
        return stuck(SETTINGS, self.ownership, self.status, now)


@pytest.fixture
def worker() -> Watched:
    return Watched()


def test_a_worker_that_gets_on_is_left_alone(worker: Watched) -> None:
    """Also one that has nothing to do for hours."""
    assert worker.wait(HOUR, alive=True) is None
    assert worker.wait(SETTINGS.stall, alive=False) is None
    assert "no progress" in str(worker.wait(1, alive=False))


def test_a_store_that_is_away_is_waited_for(worker: Watched) -> None:
    """For hours, while the group hears from us; and what comes after the wait counts from its end."""
    worker.take()
    for _ in range(1000):
        assert worker.wait(30, tried=True) is None
    assert worker.wait(SETTINGS.longest) is None
    assert worker.wait(1) is not None


def test_a_batch_of_a_silent_coordinator_is_not_held(worker: Watched) -> None:
    """Others may have its partitions: with a batch or a load in hand the worker ends as it does with none."""
    worker.take()
    assert worker.wait(SETTINGS.stall, heard=False, tried=True) is None
    assert "coordinator" in str(worker.wait(1, heard=False, tried=True))


def test_a_hand_that_hangs_is_seen(worker: Watched) -> None:
    """A load or a batch that waits for nothing that is away, and does not end."""
    worker.take()
    assert worker.wait(SETTINGS.longest) is None
    assert "does not end" in str(worker.wait(1))


def test_a_rebalance_waits_for_a_third_of_its_time(worker: Watched) -> None:
    """A batch in hand is written by then, or the worker ends."""
    worker.take()
    worker.ownership.begin_rebalance()
    assert worker.wait(SETTINGS.rebalance / 3) is None
    assert "rebalance" in str(worker.wait(1, tried=True))


def test_a_blocked_event_loop_is_seen(worker: Watched) -> None:
    """Whatever is in hand, and however well the group hears from us."""
    worker.take()
    worker.clock.now += SETTINGS.stall + 1
    worker.ownership.heard(worker.clock())
    assert "computed" in str(stuck(SETTINGS, worker.ownership, worker.status, worker.clock()))


def test_the_last_sign_of_life_never_lies_ahead(worker: Watched) -> None:
    """A tick held for an hour, beside which all was seen to be well: a stall after it is seen as soon as any other."""
    worker.take()
    began = worker.clock()
    worker.wait(HOUR, alive=True, tried=True)
    worker.status.emptied(began, worker.clock())
    assert worker.status.alive == worker.clock()
    assert worker.status.in_hand is None
    assert worker.wait(SETTINGS.stall + 1) is not None


def test_what_was_held_for_a_server_is_no_stall(worker: Watched) -> None:
    """After an hour in which nothing could be read the worker has all its time again to get on."""
    worker.take()
    began = worker.clock()
    worker.wait(HOUR, tried=True)
    worker.status.emptied(began, worker.clock())
    assert worker.wait(SETTINGS.stall) is None
