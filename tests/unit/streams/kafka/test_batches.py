"""Whatever stands in the log, aiokafka's fetcher goes on, and every offset is accounted for."""

import gzip
from random import Random
from typing import Any

import cramjam
import pytest
from aiokafka.consumer import fetcher
from aiokafka.record import default_records, legacy_records
from aiokafka.structs import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from streams.kafka.batches import Batches, _Records, install
from streams.kafka.codecs import MOST
from streams.kafka.salvage import LAYOUT, Damaged, salvage
from tests.unit.streams.kafka.handmade import NOON, batch, body, moved, nullable, record, signed

PLACE = TopicPartition("county.posts", 3)


def fetched(data: bytes, wanted: int = 0, isolation: int = 0, aborted: Any = None) -> tuple[list[Any], int]:
    """What aiokafka's fetcher makes of these bytes, and the offset that it asks for next."""
    records = _Records(PLACE, Batches(data), aborted, wanted, None, None, True, isolation)  # noqa: FBT003
    return list(records), records.next_fetch_offset


def values(data: bytes, wanted: int = 0) -> list[object]:
    """The values of the records, None for null; of damaged ones the offset."""
    return [each.offset if isinstance(each.value, Damaged) else each.value for each in fetched(data, wanted)[0]]


ABC = [record(delta, value, key=b"k", headers=[(b"schema", b"1")]) for delta, value in enumerate((b"a", b"b", b"c"))]


def test_what_is_sound_is_read_as_aiokafka_reads_it() -> None:
    """Key, value, headers, null and empty ones, times and types: the same records as without us."""
    sent = [
        record(0, None, key=None),
        record(1, b"", key=b""),
        record(2, b"v", key=b"k", headers=[("名".encode(), None), (b"", b"")]),
    ]
    for made in (batch(sent, base=9), batch(sent, first_timestamp=-1, max_timestamp=-1), batch(sent, attributes=8)):
        theirs = list(default_records.DefaultRecordBatch(made))
        ours, following = fetched(made)
        named = ("offset", "timestamp", "timestamp_type", "key", "value")
        assert [[getattr(each, name) for name in named] for each in ours] == [
            [getattr(each, name) for name in named] for each in theirs
        ]
        assert [each.headers for each in ours] == [tuple(each.headers) for each in theirs]
        assert following == theirs[-1].offset + 1


def test_our_parser_agrees_with_aiokafka_s() -> None:
    """Of a sound batch both make the same, so that what falls back loses nothing by it."""
    builder = default_records.DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 20)
    random = Random(7)
    for delta in range(300):
        headers = [(f"h{n}", random.choice((None, b"", b"x" * 200))) for n in range(random.randrange(3))]
        key, value = random.choice((None, b"", b"key")), random.choice((None, b"", random.randbytes(300)))
        builder.append(delta, NOON + random.randrange(-(10**6), 10**6), key, value, headers)
    made = bytes(builder.build())
    named = ("offset", "timestamp", "timestamp_type", "key", "value")
    theirs = [([getattr(r, n) for n in named], list(r.headers)) for r in default_records.DefaultRecordBatch(made)]
    assert [([getattr(r, n) for n in named], list(r.headers)) for r in salvage(made)] == theirs


def test_a_name_that_is_not_utf8_stops_nothing() -> None:
    """The records before and behind it come as they are, in the same batch and in the next."""
    bad = batch([record(0, b"a"), record(1, b"b", headers=[(b"\xff\xfe", b"1")]), record(2, b"c")])
    assert values(bad + batch(ABC, base=3)) == [b"a", 1, b"c", b"a", b"b", b"c"]
    assert fetched(bad + batch(ABC, base=3))[1] == 6


def test_a_wrong_checksum_costs_one_batch() -> None:
    """The whole batch is one damaged record with its bytes, and reading goes on behind it."""
    bad = bytearray(batch(ABC, base=3))
    bad[-1] ^= 1
    records, following = fetched(batch(ABC) + bytes(bad) + batch(ABC, base=6))
    assert [each.offset for each in records] == [0, 1, 2, 5, 6, 7, 8]
    assert records[3].value == bytes(bad)
    assert "records 3 to 5" in records[3].value.why
    assert following == 9


@pytest.mark.parametrize(("field", "at"), [("last offset", 23), ("count of records", 57)])
def test_a_damaged_number_cannot_carry_the_group_away(field: str, at: int) -> None:
    """The offsets of a batch with a wrong checksum end where the next begins, or where both its numbers say."""
    bad = bytearray(batch(ABC))
    bad[at] ^= 0x40
    assert values(bytes(bad) + batch(ABC, base=3)) == [2, b"a", b"b", b"c"]
    assert fetched(bytes(bad))[1] == 3, f"the {field} lies, the other one does not"
    assert fetched(bytes(bad), wanted=2)[1] == 3


def test_a_batch_of_which_nothing_is_sure_ends_offset_by_offset() -> None:
    """Both numbers say too little: each fetch begins one further, until the broker gives the next batch."""
    bad = bytearray(batch(ABC, last_delta=-4, records=0))
    bad[-1] ^= 1
    wanted = 0
    for _ in ABC:
        (lost,), following = fetched(bytes(bad), wanted)
        assert (lost.offset, following) == (wanted, wanted + 1)
        wanted = following


@pytest.mark.parametrize("delta", [-1, 1_000_000])
def test_a_lying_offset_cannot_carry_the_group_away(delta: int) -> None:
    """A producer writes the offsets within its batch: one outside it is damage, and no other record is passed over."""
    made = batch([record(0, b"a"), record(delta, b"b"), record(2, b"c")])
    assert values(made + batch(ABC, base=3)) == [b"a", 1, b"c", b"a", b"b", b"c"]


@pytest.mark.parametrize("codec", [2, 3, 4, 6])
def test_what_is_packed_in_a_way_that_is_not_understood_costs_one_batch(codec: int) -> None:
    """An unknown codec, or bytes that are not what the codec makes."""
    assert values(batch(ABC, attributes=codec) + batch(ABC, base=3)) == [2, b"a", b"b", b"c"]


@pytest.mark.parametrize("codec", [0, 1, 2, 3, 4])
def test_every_codec_of_kafka_is_read(codec: int) -> None:
    """A producer may pack as it likes: gzip, Snappy, LZ4, Zstandard."""
    builder = default_records.DefaultRecordBatchBuilder(2, codec, 0, -1, -1, -1, 1 << 20)
    for delta in range(50):
        builder.append(delta, NOON, b"key", b"many times the same", [])
    made = bytes(builder.build())
    assert made[22] & 7 == codec
    assert values(made) == [b"many times the same"] * 50


def test_a_bomb_costs_one_batch() -> None:
    """A megabyte that unpacks to gigabytes would end the worker, and again at each start: it stays packed."""
    bomb = batch([bytes(cramjam.zstd.compress(bytes(MOST + 1)))], attributes=4, last_delta=0, records=1)
    assert len(bomb) < 10_000
    records, _ = fetched(bomb + batch(ABC, base=1))
    assert "zstd does not unpack" in records[0].value.why
    assert [each.value for each in records[1:]] == [b"a", b"b", b"c"]


@pytest.mark.parametrize("large", ["value", "key", "header"])
def test_a_kilobyte_that_unpacks_to_a_large_record_is_held_in_part(large: str) -> None:
    """Eighty of these in a fetch of 87 KB would be 2.5 GB of records that wait to be read, and refused as too large."""
    zeros = bytes(20 * 1024 * 1024)
    put = {"value": (zeros, b"k", b""), "key": (b"v", zeros, b""), "header": (b"v", b"k", zeros)}[large]
    value, key, content = put
    bomb = record(0, value, key=key, headers=[(b"name", content)])
    packed = bytes(cramjam.zstd.compress(bomb + record(1, b"b", key=b"k")))
    first, second = fetched(batch([packed], attributes=4, last_delta=1, records=2))[0]
    assert first.offset == 0
    assert "20,971,5" in first.value.why
    assert sum(len(each) for each in (first.key, first.value)) < 200_000
    assert not first.headers
    assert (second.offset, second.value) == (1, b"b")


def test_a_batch_cut_off_waits_for_the_next_fetch() -> None:
    """A broker fills an answer up to its size, in the middle of a batch: that is no damage."""
    whole, half = batch(ABC), batch(ABC, base=3)[:-5]
    assert values(whole + half) == [b"a", b"b", b"c"]
    assert fetched(whole + half)[1] == 3


def test_a_fetch_within_a_batch_begins_there() -> None:
    """The broker answers with whole batches: what is before the offset that was asked for was read already."""
    assert values(batch(ABC), wanted=2) == [b"c"]
    bad = batch([record(0, b"a"), nullable(b"?"), record(2, b"c")])
    assert values(bad, wanted=2) == [b"c"]


def test_control_batches_are_passed_over() -> None:
    """The marker at the end of a transaction is no record; its offset is passed."""
    marker = batch([record(0, b"\0\0\0\0\0\0", key=b"\0\0\0\1")], base=3, attributes=0x30, producer_id=7)
    assert values(batch(ABC) + marker) == [b"a", b"b", b"c"]
    assert fetched(batch(ABC) + marker)[1] == 4


def test_an_aborted_transaction_is_left_out_where_that_is_asked_for() -> None:
    """With read_committed what was aborted is passed over; the worker reads uncommitted (decision 0008)."""
    sent = batch(ABC, attributes=0x10, producer_id=7)
    abort = batch([record(0, b"\0\0\0\0\0\0", key=b"\0\0\0\0")], base=3, attributes=0x30, producer_id=7)
    after = batch(ABC, base=4, attributes=0x10, producer_id=7)
    records, following = fetched(sent + abort + after, isolation=1, aborted=[(7, 0)])
    assert [each.offset for each in records] == [4, 5, 6]
    assert following == 7
    assert len(fetched(sent + abort + after)[0]) == 6


def test_old_formats_are_read_and_their_damage_is_too() -> None:
    """Messages of v0 and v1 stand in old logs."""
    builder = legacy_records.LegacyRecordBatchBuilder(1, 0, 1 << 20)
    builder.append(0, NOON, b"k", b"old")
    old = bytes(builder.build())
    bad = bytearray(old)
    bad[-1] ^= 1
    assert values(old + moved(bytes(bad), 1) + moved(old, 2)) == [b"old", 1, b"old"]


@pytest.mark.parametrize("magic", [3, 100, -1])
def test_a_format_of_the_future_costs_one_batch(magic: int) -> None:
    """Nobody knows yet what its records look like."""
    assert values(batch(ABC, magic=magic) + batch(ABC, base=3)) == [2, b"a", b"b", b"c"]


@given(st.integers(0, 2**32), st.booleans())
def test_damage_never_stops_the_reading(seed: int, packed: bool) -> None:  # noqa: FBT001
    """A batch with some bytes changed, between sound ones, its checksum right or wrong.

    Nothing raises; the records before and behind it are as they were sent; no offset comes twice or falls; and those
    of the batch itself before the first change are as they were sent when the checksum holds.
    """
    random = Random(seed)
    sent = [bytes([65 + delta]) * 8 for delta in range(6)]
    plain = [record(delta, value, headers=[(b"name", b"x")]) for delta, value in enumerate(sent)]
    packed_records = [gzip.compress(b"".join(plain))]
    made = batch(packed_records, 3, attributes=1, last_delta=5, records=6) if packed else batch(plain, 3)
    bad = bytearray(made)
    changed = sorted(random.randrange(LAYOUT.size, len(bad)) for _ in range(random.randint(1, 4)))
    for place in changed:
        bad[place] = random.randrange(256)
    sound = random.random() < 0.8
    middle = signed(bytes(bad)) if sound else bytes(bad)
    records, following = fetched(batch(ABC) + middle + batch(ABC, base=9))
    offsets = [each.offset for each in records]
    assert offsets == sorted(set(offsets))
    assert [each.value for each in records[:3]] == [each.value for each in records[-3:]] == [b"a", b"b", b"c"]
    assert following == 12
    assert {0, 1, 2, 8, 9, 10, 11} <= set(offsets), "the last offset of the batch accounts for it"
    if sound and not packed:
        before = (changed[0] - LAYOUT.size) // len(plain[0])
        assert [each.value for each in records[3 : 3 + before]] == sent[:before]


@given(st.integers(0, 2**32))
def test_no_bytes_make_it_raise(seed: int) -> None:
    """Also the header may be anything: what the broker wrote is trusted for the way, and for nothing else."""
    random = Random(seed)
    bad = bytearray(batch(ABC))
    for _ in range(random.randint(1, 12)):
        bad[random.randrange(len(bad))] = random.randrange(256)
    fetched(bytes(bad) + batch(ABC, base=3), wanted=random.randrange(4))
    fetched(random.randbytes(random.randrange(200)))


def test_aiokafka_looks_where_we_put_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two names that are replaced are those that its fetcher uses; another version may have others."""
    monkeypatch.setattr(fetcher, "MemoryRecords", fetcher.MemoryRecords)
    monkeypatch.setattr(fetcher, "PartitionRecords", fetcher.PartitionRecords)
    install()
    used = fetcher.Fetcher._proc_fetch_request.__code__.co_names
    assert {"MemoryRecords", "PartitionRecords"} <= set(used)
    assert fetcher.MemoryRecords is Batches
    assert issubclass(fetcher.PartitionRecords, _Records)
    assert body(0, b"") in batch([record(0, b"")])
