"""Why the agent neither returns nor raises after a failure (decision 0002)."""

import json
import subprocess
import sys
import time
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.contract.bench import Bench


async def test_an_exception_let_out_loses_a_failed_batch_of_one(bench: Bench) -> None:
    """Faust restarts the raising agent and commits over a gap of exactly one: the failed record is never read again.

    When this test fails, Faust has mended it, and rule 2 of the protocol may be looked at again.
    """
    await bench.publish("posts", ["a", "b", "c", "d", "e"])
    group = f"{bench.deployment}-naive"
    options = {
        "servers": bench.servers,
        "topic": f"{bench.deployment}.posts",
        "group": group,
        "fail_at": "b",
        "datadir": str(bench.notebook.parent / "naive"),
    }
    command = [sys.executable, str(Path(__file__).parent / "naive_worker.py"), json.dumps(options)]
    worker = subprocess.Popen(  # noqa: ASYNC220, S603 - our own; nothing else runs in this loop
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        assert await committed(bench, group) > 2, "the failed record has offset 1"
    finally:
        worker.kill()
        worker.wait()


async def committed(bench: Bench, group: str) -> int:
    """The group's highest committed offset, once it is beyond the failed record or half a minute has passed."""
    places = [TopicPartition(f"{bench.deployment}.posts", number) for number in range(bench.partitions)]
    consumer = AIOKafkaConsumer(bootstrap_servers=bench.servers, group_id=group, enable_auto_commit=False)
    await consumer.start()
    until = time.monotonic() + 30
    offset = 0
    while offset <= 2 and time.monotonic() < until:
        consumer.assign(places)  # Anew, because a consumer remembers what it was told.
        offset = max([await consumer.committed(place) or 0 for place in places])
    await consumer.stop()
    return offset
