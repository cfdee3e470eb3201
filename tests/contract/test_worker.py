"""The worker on a broker: nothing lost, nothing held up, nothing open."""

import asyncio
import signal
import time

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from streams.kafka.admin import create_topics
from tests.contract.bench import Bench
from tests.embedded.raw_producer import produce
from tests.servers import ONLY_EMBEDDED, ONLY_REAL, silenced
from tests.unit.streams.kafka import handmade

QUICK = {"session": 1.6, "rebalance": 3.0, "request": 5.0, "commit": 0.2, "tick": 0.2, "stop": 2.0, "linger": 0.05}
"""Short enough for tests; the embedded broker waits for a group's members for half a session."""

KEYS = ["330206104000", "330206105000", "330206106000", "330206107000"]
"""Townships in both partitions."""


async def test_each_record_arrives_with_all_that_it_carries(bench: Bench) -> None:
    """Key, value, headers, place and incarnation reach the processor; bytes that are no record stop nothing."""
    await bench.publish("posts", ["a", ""])
    await bench.publish("actions", ["b"])
    worker = bench.work(settings=QUICK)
    bench.wait(lambda: len(bench.values()) == 3)
    first = next(note for note in bench.notes() if note.get("value") == "a")
    assert first["key"] == "330206104000"
    assert first["role"] == "posts"
    assert first["offset"] == 0
    assert len(str(first["incarnation"])) == 36
    assert listening(worker.pid) == []
    assert [path.name for path in bench.notebook.parent.iterdir()] == [bench.notebook.name]
    started = time.monotonic()
    worker.signal(signal.SIGTERM)
    assert worker.ends(5) == 0
    assert time.monotonic() - started < 1.5
    bench.work(settings=QUICK)
    bench.wait(lambda: len(loads(bench)) == 2)
    await bench.publish("posts", ["c"])
    bench.wait(lambda: "c" in bench.values())
    assert sorted(bench.values()) == ["", "a", "b", "c"], "an orderly end acknowledges what was processed"


def listening(pid: int) -> list[str]:
    """Where a process and its children listen."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return [str(at.laddr) for each in family for at in each.net_connections() if at.status == psutil.CONN_LISTEN]


def loads(bench: Bench) -> list[list[int]]:
    """The partitions of each completed load."""
    return [note["loaded"] for note in bench.notes() if "loaded" in note]


async def test_kill_loses_nothing(bench: Bench) -> None:
    """After kill -9 in the middle of batches of one and of many, again and again, every record is processed."""
    sent = [str(number) for number in range(3000)]
    await bench.publish("posts", sent, KEYS)
    for batch in (1, 500, 1):
        worker = bench.work(settings={**QUICK, "batch": batch}, delay=0.05)
        bench.wait_for_more(3)
        worker.kill()
    bench.work(settings=QUICK)
    bench.wait(lambda: set(bench.values()) == set(sent))


async def test_a_failed_batch_is_never_acknowledged(bench: Bench) -> None:
    """A batch of one that fails, the first ever or a later one, is not committed over: it comes again."""
    await bench.publish("posts", ["a", "b", "c", "d"])
    failing = {**QUICK, "batch": 1, "crash": 1.0}
    assert bench.work(settings=failing, fail_at="a").ends(20) == 70
    assert bench.values() == []
    assert bench.work(settings=failing, fail_at="c").ends(20) == 70
    assert bench.values() == ["a", "b"]
    bench.work(settings=QUICK)
    bench.wait(lambda: set(bench.values()) == {"a", "b", "c", "d"})
    assert bench.values().count("c") == 1


async def test_large_records_are_processed_a_few_at_a_time(bench: Bench) -> None:
    """A batch of megabytes is cut into portions, between which a rebalance may come: nobody waits for all of it."""
    sent = [str(number) * 900_000 for number in range(5)]
    await bench.publish("posts", sent)
    bench.work(settings={**QUICK, "linger": 3.0}, note_begin=True)
    bench.wait(lambda: len(bench.values()) == len(sent))
    assert bench.values() == sent
    assert [note for note in bench.notes() if "begun" in note] == [{"begun": True}] * 3


async def test_records_that_are_judged_alone_are_given_a_few_at_a_time(bench: Bench) -> None:
    """After a death five hundred may take a minute: a rebalance that waited for all would end worker after worker."""
    await bench.publish("posts", [str(number) for number in range(25)])
    bench.work(settings={**QUICK, "linger": 3.0}, note_begin=True, careful=True)
    bench.wait(lambda: len(bench.values()) == 25)
    assert [note for note in bench.notes() if "begun" in note] == [{"begun": True}] * 3


async def test_a_failed_load_delivers_nothing(bench: Bench) -> None:
    """No record reaches a processor whose state could not be loaded; the process ends."""
    await bench.publish("posts", ["a"])
    worker = bench.work(settings={**QUICK, "crash": 1.0}, fail_load=True, load_delay=0.5)
    assert worker.ends(20) == 70
    assert bench.values() == []


async def test_state_is_loaded_before_anything_is_delivered(bench: Bench) -> None:
    """However long the load takes, the first record comes after it."""
    await bench.publish("posts", ["a"])
    bench.work(settings=QUICK, load_delay=1.0)
    bench.wait(bench.values)
    assert [next(iter(note)) for note in bench.notes()] == ["opened", "load", "loaded", "value"]


async def test_sigterm_ends_a_stuck_worker_within_its_deadline(bench: Bench) -> None:
    """A batch that never ends does not keep the process: the deadline ends it, and the record comes again."""
    await bench.publish("posts", ["a", "b"])
    worker = bench.work(settings=QUICK, stop_at="b")
    bench.wait(lambda: any("stuck" in note for note in bench.notes()))
    started = time.monotonic()
    worker.signal(signal.SIGTERM)
    assert worker.ends(10) == 70
    assert time.monotonic() - started < 3.5
    bench.work(settings=QUICK)
    bench.wait(lambda: {"a", "b"} <= set(bench.values()))


async def test_a_record_that_stops_the_loop_ends_the_worker(bench: Bench) -> None:
    """A step that never comes to an end is a death like any other: whoever comes next sets the record aside."""
    await bench.publish("posts", ["a", "b"])
    worker = bench.work(settings={**QUICK, "stall": 2.5}, block_at="b")
    assert worker.ends(15) == 75
    bench.work(settings={**QUICK, "stall": 5.0}, load_delay=6)  # To wait is not to compute.
    bench.wait(lambda: {"a", "b"} <= set(bench.values()))


async def test_workers_that_come_and_go_under_load_lose_nothing(bench: Bench) -> None:
    """A second worker joins and leaves while records flow: all arrive, and at most a batch in hand comes again."""
    sent = [str(number) for number in range(250)]
    bench.work(settings={**QUICK, "batch": 5}, delay=0.05)
    bench.wait(lambda: loads(bench))
    for role in ("posts", "actions"):
        await bench.publish(role, [f"{role} {each}" for each in sent], KEYS)
    second = bench.work(settings={**QUICK, "batch": 5, "stop": 15.0}, delay=0.05)
    bench.wait(lambda: [0] in loads(bench) and [1] in loads(bench))
    bench.wait_for_more(51)
    second.signal(signal.SIGTERM)
    assert second.ends(20) == 0
    bench.wait(lambda: len(set(bench.values())) == 2 * len(sent))
    # At least once: a batch that was processed while the group settled may not have been acknowledged in time.
    handovers, workers, batch = 2, 2, 5
    assert len(bench.values()) - 2 * len(sent) <= handovers * workers * batch, "no more than what was in hand"


async def test_what_arrives_first_while_a_rebalance_is_on_is_read(bench: Bench) -> None:
    """Records of a partition that has no commit yet, sent while the group settles, are read, by whoever gets it.

    aiokafka's `seek_to_committed` leaves such a partition where it is, and a fetch that Faust began before the
    rebalance has then taken out what came meanwhile.
    """
    sent = [str(number) for number in range(40)]
    bench.work(settings=QUICK, load_delay=0.8)
    bench.wait(lambda: loads(bench))
    bench.work(settings=QUICK, load_delay=0.8)
    bench.wait(lambda: sum("load" in note for note in bench.notes()) > 1)
    await bench.publish("posts", sent, KEYS)
    bench.wait(lambda: set(sent) <= set(bench.values()), 15)


@ONLY_REAL
async def test_a_log_that_was_cut_off_is_read_again(bench: Bench) -> None:
    """A broker that lost its disk gives out low offsets again: they are read, though the group stands behind them.

    The embedded broker answers a fetch behind its end with nothing, and never says that it is out of range.
    """
    await bench.publish("posts", ["a", "b", "c"], KEYS[:1])
    place = TopicPartition(f"{bench.deployment}.posts", bench.log.partition(KEYS[0].encode()))
    async with AIOKafkaConsumer(bootstrap_servers=bench.servers, group_id=f"{bench.deployment}-worker") as consumer:
        consumer.assign([place])
        await consumer.commit({place: OffsetAndMetadata(50, "")})
    worker = bench.work(settings=QUICK)
    bench.wait(lambda: bench.values() == ["a", "b", "c"])
    worker.signal(signal.SIGTERM)
    assert worker.ends(5) == 0
    await bench.publish("posts", ["d"], KEYS[:1])
    bench.work(settings=QUICK)
    bench.wait(lambda: "d" in bench.values())
    assert sorted(bench.values()) == ["a", "b", "c", "d"], "what is read again is committed again"


async def test_the_backfill_waits_for_what_is_live(bench: Bench) -> None:
    """A backfill record is read only while posts and actions are not behind, also after a rebalance."""
    await bench.publish("backfill", [f"backfill {number}" for number in range(300)], KEYS)
    await bench.publish("posts", [f"post {number}" for number in range(100)], KEYS)
    bench.work(settings={**QUICK, "batch": 20}, delay=0.1)
    bench.wait(lambda: any(value.startswith("backfill") for value in bench.values()))
    assert all(value.startswith("post") for value in bench.values()[:100])
    await bench.publish("actions", [f"action {number}" for number in range(100)], KEYS)
    before = len(bench.values())
    bench.wait(lambda: len(set(bench.values())) == 500)
    live = [number for number, value in enumerate(bench.values()) if value.startswith("action")]
    assert live[-1] - before <= 100 + 4 * 20, "two batches are buffered, one is in hand, one is being fetched"


async def test_a_record_that_waits_is_not_committed_over(bench: Bench) -> None:
    """An action that waits stays unacknowledged while those behind it are processed; after a kill it comes again."""
    await bench.publish("actions", ["first", "waits", "behind"])
    worker = bench.work(settings={**QUICK, "batch": 1}, wait_at="waits", wait_for_ever=True)
    bench.wait(lambda: "behind" in bench.values())
    await asyncio.sleep(0.5)
    worker.kill()
    bench.work(settings=QUICK)
    bench.wait(lambda: bench.values().count("waits") == 2)
    assert bench.values().count("first") == 1, "what is before it was committed"


async def test_a_record_that_waits_holds_up_no_end(bench: Bench) -> None:
    """SIGTERM ends a worker in good order though a record still waits; it comes again."""
    await bench.publish("actions", ["waits"])
    worker = bench.work(settings=QUICK, wait_at="waits", wait_for_ever=True)
    bench.wait(bench.values)
    worker.signal(signal.SIGTERM)
    assert worker.ends(5) == 0
    assert "dropped" in bench.notes()[-1]


async def test_time_passes_only_when_posts_and_actions_have(bench: Bench) -> None:
    """Timers learn the time of the record that was processed last, and the present only when nothing is left."""
    await bench.publish("posts", [str(number) for number in range(60)])
    bench.work(settings={**QUICK, "batch": 5}, delay=0.1, note_ticks=True)
    bench.wait(lambda: len(bench.values()) == 60)
    bench.wait(lambda: "passed" in bench.notes()[-1])
    number = bench.log.partition(KEYS[0].encode())
    done, ticks = 0, list[bool]()
    records = [str(note["time"]) for note in bench.notes() if "time" in note]
    for note in bench.notes():
        done += "value" in note
        passed = note.get("passed", {}).get(str(number))
        if passed and done < 60:
            ticks.append(passed < records[done])
    assert ticks, "no timer ran while there was something to read"
    assert all(ticks), "a timer would have overtaken a record"


DAMAGED = [
    handmade.batch(
        [handmade.record(0, b"b"), handmade.record(1, b"", headers=[(b"\xff", b"1")]), handmade.record(2, b"c")]
    ),
    handmade.batch(
        [
            handmade.record(0, b"d"),
            handmade.nullable(b"?"),
            handmade.record(2, b"e"),
            handmade.record(1_000_000, b""),
        ]
    ),
    handmade.batch([b"?"], attributes=4, last_delta=1, records=2),
    handmade.batch([handmade.record(0, b"f")])[:-1] + b"!",
]
"""A header whose name is not UTF-8; a record that is none and a lying offset; an unknown packing; a wrong checksum."""


@ONLY_EMBEDDED
async def test_bytes_that_no_client_can_parse_stop_nothing(bench: Bench) -> None:
    """Damaged records and batches come in their place, with a reason, between the good ones; none comes again.

    Apache Kafka looks into what it is sent; other brokers of its protocol take it as it is, and so does a disk.
    """
    place = f"{bench.deployment}.posts", bench.log.partition(KEYS[0].encode())
    await bench.publish("posts", ["a"])
    worker = bench.work(settings=QUICK)
    assert await produce(bench.servers, *place, DAMAGED) == [0, 0, 0, 0]
    await bench.publish("posts", ["g"])
    bench.wait(lambda: "g" in bench.values())
    notes = [note for note in bench.notes() if "value" in note]
    assert [note["value"] for note in notes if not note["damage"]] == list("abcdeg")
    assert [note["offset"] for note in notes] == [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11]
    assert [note["offset"] for note in notes if note["damage"]] == [2, 5, 7, 9, 10]
    assert notes[2]["headers"] == {"\\xff": "1"}
    assert "records 8 to 9" in str(notes[8]["damage"])
    worker.signal(signal.SIGTERM)
    assert worker.ends(5) == 0
    bench.work(settings=QUICK)
    await bench.publish("posts", ["h"])
    bench.wait(lambda: "h" in bench.values())
    assert len(bench.values()) == 12, "what could not be read is acknowledged, too"


@ONLY_REAL
async def test_apache_kafka_lets_one_damage_in(bench: Bench) -> None:
    """It refuses what it cannot read; a header whose name is not UTF-8 it can, and that comes in its place."""
    place = f"{bench.deployment}.posts", bench.log.partition(KEYS[0].encode())
    await bench.publish("posts", ["a"])
    bench.work(settings=QUICK)
    invalid_record, unknown, corrupt = 87, -1, 2
    assert await produce(bench.servers, *place, DAMAGED) == [0, invalid_record, unknown, corrupt]
    await bench.publish("posts", ["d"])
    bench.wait(lambda: "d" in bench.values())
    notes = [note for note in bench.notes() if "value" in note]
    assert [note["value"] for note in notes if not note["damage"]] == list("abcd")
    assert [note["offset"] for note in notes if note["damage"]] == [2]


async def test_a_held_batch_gives_way_to_a_rebalance(bench: Bench) -> None:
    """A batch that waits for the store when another worker joins: the process ends in a third of the timeout."""
    await bench.publish("posts", ["a"])
    held = bench.work(settings=QUICK, stop_at="a")
    bench.wait(lambda: any("stuck" in note for note in bench.notes()))
    bench.work(settings=QUICK)
    assert held.ends(10) == 75
    bench.wait(bench.values)


async def test_a_worker_that_slept_writes_nothing(bench: Bench) -> None:
    """A process that was stopped while another took its partitions finds itself fenced before it writes."""
    await bench.publish("posts", ["a"])
    slept = bench.work(settings=QUICK, delay=1.0, note_begin=True)
    bench.wait(lambda: [note for note in bench.notes() if "begun" in note])
    slept.signal(signal.SIGSTOP)
    bench.work(settings=QUICK)
    bench.wait(lambda: bench.values() == ["a"], seconds=40)
    slept.signal(signal.SIGCONT)
    assert slept.ends(20) == 75
    assert bench.values() == ["a"]


async def test_a_worker_that_waits_for_its_store_can_be_ended(bench: Bench) -> None:
    """Before it joins the group a worker may wait for hours; asked to end, it ends at once."""
    worker = bench.work(settings=QUICK, open_delay=3600)
    bench.wait(bench.notes)
    worker.signal(signal.SIGTERM)
    assert worker.ends(2) == 0


@pytest.mark.parametrize("in_hand", [False, True])
async def test_who_is_asked_to_end_while_the_broker_is_away_ends_well(bench: Bench, in_hand: bool) -> None:  # noqa: FBT001
    """Nobody would hear what it finishes: 0 and at once, as it was asked to, and what was in hand comes again."""
    worker = bench.work(settings={**QUICK, "stop": 20.0}, stop_at="b")
    await bench.publish("posts", ["a", "b"] if in_hand else ["a"])
    bench.wait(lambda: bench.notes()[-1:] == [{"stuck": True}] if in_hand else bench.values())
    with silenced(bench.servers):
        await asyncio.sleep(2 * QUICK["session"])
        worker.signal(signal.SIGTERM)
        assert worker.ends(5) == 0
    bench.work(settings=QUICK)
    await bench.publish("posts", ["c"])
    bench.wait(lambda: {"a", "c"} | ({"b"} if in_hand else set()) <= set(bench.values()))


async def test_who_is_asked_to_end_while_its_store_is_away_ends_well(bench: Bench) -> None:
    """It waits for most of its time, then goes with 0: what is in hand is not acknowledged, and comes again."""
    await bench.publish("posts", ["a", "b"])
    worker = bench.work(settings=QUICK, away_at="b")
    bench.wait(lambda: loads(bench))
    await asyncio.sleep(0.5)
    worker.signal(signal.SIGTERM)
    assert worker.ends(5) == 0
    bench.work(settings=QUICK)
    bench.wait(lambda: {"a", "b"} <= set(bench.values()))


async def test_a_worker_without_its_broker_or_topics_says_so(bench: Bench) -> None:
    """A broker that is away asks for another start; topics that are missing, or others, for a person."""
    assert bench.work(settings=QUICK, servers="127.0.0.1:1").ends(10) == 75
    assert bench.work(settings=QUICK, deployment="nobody").ends(10) == 78
    assert bench.work(settings=QUICK, partitions=3).ends(10) == 78
    await create_topics(bench.servers, "nobody", partitions=bench.partitions)
