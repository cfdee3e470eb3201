"""Why the worker is written as it is: what Faust does to the obvious way, beside ours on the same records.

The rules are those of docs/protocol.md. A test that fails at the naive worker says that Faust has mended something:
the rule may be looked at again.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.structs import OffsetAndMetadata

from streams.kafka.admin import create_topics
from streams.topics import topic
from tests.contract.bench import Bench
from tests.contract.test_worker import KEYS, QUICK, listening
from tests.real.java import free_port
from tests.servers import ONLY_EMBEDDED, ONLY_REAL

ALONE = {**QUICK, "batch": 1, "crash": 1.0}
"""Batches of one."""


@pytest.fixture
async def naive(bench: Bench, tmp_path: Path) -> AsyncIterator[Bench]:
    """Room for naive workers on the same topics, with a notebook of their own."""
    naive = Bench(bench.servers, bench.deployment, bench.log, tmp_path / "naive.jsonl", program="naive_worker")
    yield naive
    naive.end()


def noted(naive: Bench, what: str, way: str) -> list[object]:
    """What the naive workers of one way have noted under a name."""
    return [note[what] for note in naive.notes() if what in note and note["way"] == way]


def place(bench: Bench) -> TopicPartition:
    """Where the records of the first township are."""
    return TopicPartition(topic(bench.deployment, "posts"), bench.log.partition(KEYS[0].encode()))


async def commit(bench: Bench, group: str, offset: int) -> None:
    """Have a group stand at an offset, as one that was there before."""
    async with AIOKafkaConsumer(bootstrap_servers=bench.servers, group_id=group, enable_auto_commit=False) as consumer:
        consumer.assign([place(bench)])
        await consumer.commit({place(bench): OffsetAndMetadata(offset, "")})


async def committed(naive: Bench, way: str, beyond: int) -> int:
    """The committed offset of a naive group, once it is beyond that or the time is up."""
    group, until, offset = f"{naive.deployment}-{way}", time.monotonic() + 20, 0
    async with AIOKafkaConsumer(bootstrap_servers=naive.servers, group_id=group, enable_auto_commit=False) as consumer:
        while offset <= beyond and time.monotonic() < until:
            consumer.assign([place(naive)])  # Anew, because a consumer remembers what it was told.
            offset = await consumer.committed(place(naive)) or 0
            await asyncio.sleep(0.1)
    return offset


@pytest.mark.parametrize(
    "ways",
    [
        pytest.param(["each", "take"], id="acknowledged-by-faust"),
        pytest.param(["let_out", "go_on"], id="acknowledged-by-hand"),
    ],
)
async def test_a_failed_record_is_committed_over(bench: Bench, naive: Bench, ways: list[str]) -> None:
    """Rules 1 and 2: whichever way a naive agent reads, the group passes the record that failed; ours comes back to it.

    `async for` and `take` acknowledge what an exception leaves; acknowledged by hand, a gap of exactly one is no gap
    to Faust, whether the exception was let out or caught.
    """
    await bench.publish("posts", list("abcde"))
    for way in ways:
        naive.work(way=way, fail_at="b")
    assert bench.work(settings=ALONE, fail_at="b").ends(20) == 70
    assert "b" not in bench.values()
    for way in ways:
        assert await committed(naive, way, beyond=2) > 2, "the failed record has offset 1"
        assert noted(naive, "failed", way) == ["b"], "it was tried once"
        assert "b" not in noted(naive, "value", way)
    bench.work(settings=QUICK)
    bench.wait(lambda: set(bench.values()) == set("abcde"))


async def test_records_come_before_the_state_is_loaded(bench: Bench, naive: Bench) -> None:
    """Rule 3: Faust delivers while a handler of on_partitions_assigned still loads; ours has loaded by then."""
    await bench.publish("posts", ["a"])
    naive.work(way="load_when_assigned")
    bench.work(settings=QUICK, load_delay=1.0)
    naive.wait(lambda: noted(naive, "loaded", "load_when_assigned"))
    assert [next(name for name in note if name != "way") for note in naive.notes()] == ["load", "value", "loaded"]
    bench.wait(bench.values)
    assert [next(iter(note)) for note in bench.notes()] == ["opened", "load", "loaded", "value"]


async def test_two_actors_change_the_order(bench: Bench, naive: Bench) -> None:
    """Rule 4: with concurrency=2 a later record of the same partition is done first; ours keeps the order."""
    sent = list("1234")
    await bench.publish("posts", sent)
    naive.work(way="two_at_once")
    bench.work(settings=ALONE, delay=0.1)
    naive.wait(lambda: len(naive.values()) == len(sent))
    assert naive.values() != sent
    bench.wait(lambda: bench.values() == sent)


async def test_a_batch_that_is_tried_again_keeps_the_process(bench: Bench, naive: Bench) -> None:
    """Rule 5: Faust waits for a batch in hand without an end, here for three times as long as ours takes to end."""
    await bench.publish("posts", ["a"])
    stuck = naive.work(way="insist", fail_at="a")
    ours = bench.work(settings=QUICK, stop_at="a")
    naive.wait(lambda: noted(naive, "failed", "insist"))
    bench.wait(lambda: any("stuck" in note for note in bench.notes()))
    stuck.signal(signal.SIGTERM)
    ours.signal(signal.SIGTERM)
    assert ours.ends(2 * QUICK["stop"]) == 70
    await asyncio.sleep(2 * QUICK["stop"])
    assert stuck.runs


@ONLY_REAL
async def test_exactly_once_is_not_for_stores(bench: Bench, naive: Bench) -> None:
    """Rule 6: what a worker wrote to a store before it died is written again; so ids must say that it is the same."""
    await bench.publish("posts", ["a"])
    once = {"way": "store_and_wait", "settings": {"processing_guarantee": "exactly_once"}}
    first = naive.work(**once)
    naive.wait(naive.values)
    first.kill()
    naive.work(**once)
    naive.wait(lambda: naive.values() == ["a", "a"])


@ONLY_EMBEDDED
async def test_exactly_once_reads_nothing_without_transactions(bench: Bench, naive: Bench) -> None:
    """Rule 6: on a broker that has no transactions a worker with exactly_once ends before it reads; ours needs none."""
    await bench.publish("posts", ["a"])
    once = naive.work(way="store_and_wait", settings={"processing_guarantee": "exactly_once"})
    bench.work(settings=QUICK)
    bench.wait(bench.values)
    assert once.ends(20) == 1
    assert naive.values() == []


async def test_a_record_that_fails_stops_everything_behind_it(bench: Bench, naive: Bench) -> None:
    """Rule 9: ended and started again, a naive worker comes to the same record, for ever.

    Ours sets it aside: a step's exception at once, a death after the second (test_care.py, test_processor.py).
    """
    await bench.publish("posts", list("abc"))
    for _ in range(3):
        assert naive.work(way="end", fail_at="b").ends(20) == 70
    assert noted(naive, "failed", "end") == ["b"] * 3
    assert "c" not in naive.values()


@ONLY_REAL
async def test_what_retention_deleted_is_passed_over_in_silence(bench: Bench, naive: Bench) -> None:
    """Rule 10: a naive worker goes on behind the gap and nobody hears of it; ours counts the loss, by its size.

    The embedded broker deletes no records.
    """
    await bench.publish("posts", list("abcde"))
    for group in (f"{bench.deployment}-let_out", f"{bench.deployment}-worker"):
        await commit(bench, group, 1)
    admin = AIOKafkaAdminClient(bootstrap_servers=bench.servers)
    await admin.start()
    await admin.delete_records({place(bench): RecordsToDelete(before_offset=4)})
    await admin.close()
    naive.work(way="let_out")
    bench.work(settings=QUICK)
    naive.wait(naive.values)
    assert [note for note in naive.notes() if "value" not in note] == []
    bench.wait(lambda: bench.values() == ["e"])
    assert [note["lost"] for note in bench.notes() if "lost" in note] == [3]


@ONLY_REAL
async def test_a_topic_created_again_is_read_from_the_middle(bench: Bench, naive: Bench) -> None:
    """Rule 10: an offset of the topic that stood there before says nothing; a naive worker believes it, ours does not.

    The embedded broker forgets a group's offsets with the topic.
    """
    await bench.publish("posts", list("ab"))
    workers = [naive.work(way="let_out"), bench.work(settings=QUICK)]
    assert await committed(naive, "let_out", beyond=1) == 2
    bench.wait(lambda: len(bench.values()) == 2)
    for worker in workers:
        worker.signal(signal.SIGTERM)
        worker.ends(10)
    admin = AIOKafkaAdminClient(bootstrap_servers=bench.servers)
    await admin.start()
    await admin.delete_topics([topic(bench.deployment, "posts")])
    while topic(bench.deployment, "posts") in await admin.list_topics():  # noqa: ASYNC110 - the broker tells nobody
        await asyncio.sleep(0.05)
    await admin.close()
    await create_topics(bench.servers, bench.deployment, partitions=bench.partitions)
    # A group that nobody is in loses its offsets with the topic: it is put back as a broker that was away keeps it.
    await commit(bench, f"{bench.deployment}-let_out", 2)
    await bench.publish("posts", list("cdef"))
    naive.work(way="let_out")
    bench.work(settings=QUICK)
    naive.wait(lambda: "f" in naive.values())
    assert naive.values() == list("abef")
    bench.wait(lambda: bench.values() == list("abcdef"))


async def test_faust_listens_to_everybody(bench: Bench, naive: Bench) -> None:
    """Rule 11: started with Faust's command, web_enabled=False or not, it listens on every address; ours on none."""
    await bench.publish("posts", ["a"])
    port = free_port()
    open_to_all = naive.work(way="serve", port=port)
    ours = bench.work(settings=QUICK)
    naive.wait(lambda: listening(open_to_all.pid))
    assert [at for at in listening(open_to_all.pid) if "0.0.0.0" in at and str(port) in at]  # noqa: S104
    bench.wait(bench.values)
    assert listening(ours.pid) == []


@ONLY_REAL
async def test_what_arrives_first_during_a_rebalance_is_lost(bench: Bench, naive: Bench) -> None:
    """Decision 0013: a fetch takes records out while the group settles, and the seek after it finds no commit.

    Ours reads them all: test_worker.py, test_what_arrives_first_while_a_rebalance_is_on_is_read. The embedded broker
    lets a group wait until that fetch has given up.
    """
    sent = [str(number) for number in range(40)]
    naive.work(way="load_when_complete")
    naive.wait(lambda: noted(naive, "loaded", "load_when_complete"))
    naive.work(way="load_when_complete")
    naive.wait(lambda: len(noted(naive, "load", "load_when_complete")) > 1)
    await bench.publish("posts", sent, KEYS)
    naive.wait(lambda: len(noted(naive, "loaded", "load_when_complete")) > 2)
    await bench.publish("posts", ["last"], KEYS[:1])
    naive.wait(lambda: "last" in naive.values())
    await asyncio.sleep(0.5)
    assert set(sent) - set(naive.values())
