"""A worker that gets on no more ends to be started again, whatever its client believes; one that is well stays."""

import asyncio
import signal
import time

from tests.contract.bench import Bench
from tests.contract.test_worker import KEYS, QUICK, loads
from tests.real.servers import RealServers
from tests.servers import ONLY_REAL, silenced

STALL = 3.0
HASTY, PATIENT = {**QUICK, "stall": STALL}, {**QUICK, "stall": 60.0}
LATE = QUICK["session"] + 3.0
"""Seconds after the stall within which a worker has ended: what it last saw counts for a session."""


async def test_a_fetcher_that_stands_still_is_noticed(bench: Bench) -> None:
    """All was read, then nothing is fetched any more and no error comes: the lag that nobody sees ends the worker."""
    await bench.publish("posts", ["a"])
    worker = bench.work(settings=HASTY, pause_at="a")
    bench.wait(bench.values)
    await asyncio.sleep(0.5)  # The fetch that is under way comes back.
    await bench.publish("posts", ["b"])
    assert worker.ends(STALL + LATE) == 75
    assert bench.values() == ["a"]
    bench.work(settings=QUICK)
    bench.wait(lambda: "b" in bench.values())


async def test_a_worker_without_work_is_left_alone(bench: Bench) -> None:
    """For longer than the stall there is nothing to read: the same worker reads what comes then."""
    worker = bench.work(settings=HASTY)
    bench.wait(lambda: loads(bench))
    await asyncio.sleep(2 * STALL)
    await bench.publish("posts", ["a"])
    bench.wait(bench.values)
    worker.signal(signal.SIGTERM)
    assert worker.ends(5) == 0


async def test_a_coordinator_that_is_found_again_costs_nothing(bench: Bench) -> None:
    """It moves, and is found within a session: the same worker goes on."""
    await bench.publish("posts", ["a"])
    bench.work(settings=PATIENT, lose_at="a", lost_for=1.0)
    bench.wait(bench.values)
    await asyncio.sleep(1.0)
    await bench.publish("posts", ["b"])
    bench.wait(lambda: "b" in bench.values())
    assert [note for note in bench.notes() if "opened" in note] == [{"opened": True}]


async def test_a_coordinator_that_is_not_found_is_noticed(bench: Bench) -> None:
    """Records could still be fetched, but nobody would hear what is acknowledged: the worker ends."""
    await bench.publish("posts", ["a"])
    worker = bench.work(settings=HASTY, lose_at="a", lost_for=600)
    assert worker.ends(15 + STALL + LATE) == 75
    await bench.publish("posts", ["b"])
    bench.work(settings=QUICK)
    bench.wait(lambda: "b" in bench.values())


async def test_a_coordinator_that_is_not_found_is_noticed_over_a_batch(bench: Bench) -> None:
    """A batch is in hand and does not end: nobody would take it any more, and the worker ends all the same."""
    await bench.publish("posts", ["a"])
    worker = bench.work(settings=HASTY, lose_at="a", lost_for=600, stop_at="b")
    bench.wait(bench.values)
    await bench.publish("posts", ["b"])
    bench.wait(lambda: any("stuck" in note for note in bench.notes()))
    assert worker.ends(15 + STALL + LATE) == 75


async def test_a_load_that_no_coordinator_answers_is_noticed(bench: Bench) -> None:
    """The group has settled, and the coordinator cannot say where to read: aiokafka asks for ever, the worker not."""
    worker = bench.work(settings=HASTY, lose_offsets=True)
    assert worker.ends(15 + STALL + LATE) == 75
    assert loads(bench) == []


async def test_a_broker_that_answers_nobody_is_waited_for(bench: Bench) -> None:
    """For longer than the stall: the same worker goes on, or is started again where its group gave it up meanwhile."""
    await bench.publish("posts", ["a"])
    worker = bench.work(settings=HASTY)
    bench.wait(bench.values)
    with silenced(bench.servers):
        await asyncio.sleep(STALL + LATE)
        assert worker.runs
    await bench.publish("posts", ["b"])
    bench.wait(lambda: "b" in bench.values() or not worker.runs)
    if not worker.runs:
        assert worker.ends(0) == 75
        bench.work(settings=QUICK)
    bench.wait(lambda: "b" in bench.values())


@ONLY_REAL
async def test_a_broker_that_is_away_for_long_loses_nothing(servers: RealServers, bench: Bench) -> None:
    """Away for eight sessions: the workers wait, though they may stall for less; who begins meanwhile cannot.

    When the broker is back each goes on, or finds that it was given up meanwhile and is started again.
    The embedded broker forgets all when it ends; above it answers nobody.
    """
    sent = [str(number) for number in range(8)]
    await bench.publish("posts", sent, KEYS)
    first = bench.work(settings=HASTY)
    second = bench.work(settings=HASTY)
    bench.wait(lambda: [0] in loads(bench) and [1] in loads(bench) and set(bench.values()) == set(sent))
    back = time.monotonic() + 8 * QUICK["session"]
    await asyncio.to_thread(servers.broker.kill)
    try:
        assert bench.work(settings=HASTY).ends(15) == 75
        await asyncio.sleep(max(0.0, back - time.monotonic()))
        assert first.runs
        assert second.runs
    finally:
        await asyncio.to_thread(servers.broker.start)
    later = [f"later {number}" for number in range(8)]
    await bench.publish("posts", later, KEYS)
    bench.wait(lambda: set(later) <= set(bench.values()) or not first.runs or not second.runs)
    for worker in (first, second):
        if not worker.runs:
            assert worker.ends(0) == 75
            bench.work(settings=QUICK)
    bench.wait(lambda: set(later) <= set(bench.values()))
