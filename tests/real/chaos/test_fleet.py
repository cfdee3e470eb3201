"""What is noted of the workers, and that nobody else is harmed."""

from pathlib import Path

import pytest

from deploy.child import Child
from tests.real.chaos.fleet import Fleet, Nobody
from tests.real.chaos.invariants import Ended


def between_two_lives(*exits: int) -> Child:
    """A worker that has ended so, and is not started again yet."""
    worker = Child("work", environment={})
    worker.exits += exits
    return worker


async def test_a_signal_to_nobody_is_not_sent(tmp_path: Path) -> None:
    """A worker between two lives has no process id: 0 would be our own group, and end the run, make and the shell."""
    fleet, worker = Fleet({}, tmp_path), between_two_lives(75)
    with pytest.raises(Nobody):
        await fleet.terminate(worker)
    assert fleet.kill(worker) == 0
    assert fleet.killed == 0
    assert fleet.asked == []


def test_our_own_kills_are_told_from_others(tmp_path: Path) -> None:
    """Two of three were ours; the third may have been the kernel's, for want of memory."""
    fleet = Fleet({}, tmp_path)
    fleet.workers = [between_two_lives(-9, 75, 0), between_two_lives(-9, -9)]
    fleet.killed, fleet.asked = 2, [Ended(1.0, 0), Ended(40.0, None)]
    assert fleet.exits == [-9, 75]
