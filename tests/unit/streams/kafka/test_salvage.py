"""A damaged batch gives up its well-formed records, and keeps the others as bytes."""

import gzip
from struct import pack
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.kafka.salvage import LAYOUT, Damaged, Found, salvage
from tests.unit.streams.kafka.handmade import NOON, batch, body, nullable, number, record


def told(found: Found) -> str:
    """The value of a sound record, the reason of a damaged one."""
    return found.value.why if isinstance(found.value, Damaged) else (found.value or b"null").decode()


BROKEN = {
    "a value beyond the end": b"\0" + number(1) + number(1) + number(-1) + number(500) + b"x",
    "a count of headers below zero": b"\0" + number(1) + number(1) + nullable(b"k") + nullable(b"v") + number(-3),
    "a count of headers that lies": b"\0" + number(1) + number(1) + nullable(b"k") + nullable(b"v") + number(1 << 30),
    "the name of a header without end": body(1, b"v", headers=[(b"name", b"x")])[:-3],
    "no name of a header": b"\0" + number(1) + number(1) + nullable(b"k") + nullable(b"v") + number(1) + number(-1),
    "bytes behind the last header": body(1, b"v") + b"more",
    "a number without end": b"\0" + b"\xff" * 12,
    "nothing": b"",
    "an offset of long ago": body(-1, b"v"),
    "an offset far ahead": body(1_000_000, b"v"),
    "the offset of the one before": body(0, b"v"),
    "the offset of the one behind": body(2, b"v"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_damaged_record_costs_no_other_one(kind: str) -> None:
    """It stands in its place with its own bytes and a reason; those before and behind it are as they were sent."""
    first, broken, last = salvage(batch([record(0, b"a"), nullable(BROKEN[kind]), record(2, b"c")], base=40))
    assert (first.value, first.offset, first.timestamp) == (b"a", 40, NOON)
    assert (last.value, last.offset, last.timestamp) == (b"c", 42, NOON + 2)
    assert broken.offset == 41
    assert broken.value == BROKEN[kind]
    assert told(broken).startswith("record 41 of the partition could not be read")


def test_a_name_that_is_not_utf8_is_written_as_its_bytes() -> None:
    """Key, value and headers stay; the name is made readable, and the record is known as damaged."""
    headers: list[tuple[bytes, bytes | None]] = [(b"\xffname", b"1"), ("名".encode(), None)]
    (found,) = salvage(batch([record(0, b"v", key=b"k", headers=headers)]))
    assert (found.key, found.value) == (b"k", b"v")
    assert found.headers == (("\\xffname", b"1"), ("名", None))
    assert told(found) == "the name of a header is not UTF-8"


@pytest.mark.parametrize("length", [number(-5), number(10_000), b"\xff" * 11], ids=["negative", "too long", "endless"])
def test_where_the_next_record_begins_is_not_known_the_rest_is_one(length: bytes) -> None:
    """Records up to the damage are read; all behind it are one, named with its range, at the last offset."""
    rest = length + record(2, b"c") + record(3, b"d")
    first, lost = salvage(batch([record(0, b"a"), rest], base=7, last_delta=3, records=4))
    assert (first.value, first.offset) == (b"a", 7)
    assert (lost.value, lost.offset) == (rest, 10)
    assert told(lost).startswith("records 8 to 10 of the partition")


@pytest.mark.parametrize("attributes", [2, 3, 4, 5, 7])
def test_what_cannot_be_unpacked_is_one_damaged_record(attributes: int) -> None:
    """A codec that is not known, or bytes that it does not unpack: the range is named, and so is the codec."""
    made = batch([record(0, b"a"), record(1, b"b")], base=3, attributes=attributes)
    (lost,) = salvage(made)
    assert (lost.value, lost.offset) == (made, 4)
    assert "records 3 to 4" in told(lost)
    assert "does not unpack" in told(lost)


def test_packed_records_are_saved_too() -> None:
    """A damaged record within a compressed batch costs no other one."""
    plain = [record(0, b"a"), nullable(b"\0rubbish"), record(2, b"c")]
    packed = gzip.compress(b"".join(plain))
    first, broken, last = salvage(batch([packed], attributes=1, last_delta=2, records=3))
    assert (first.value, last.value) == (b"a", b"c")
    assert broken.value == b"\0rubbish"


@pytest.mark.parametrize("count", [-1, 3, 1 << 30])
def test_a_batch_that_counts_more_records_than_offsets_is_lost_whole(count: int) -> None:
    """Each record needs an offset of its own."""
    (lost,) = salvage(batch([record(0, b"a"), record(1, b"b")], records=count))
    assert lost.offset == 1
    assert told(lost).endswith(f"their batch counts {count}")


def test_bytes_behind_the_last_record_take_the_offsets_that_are_left() -> None:
    """A batch that counts too few records hides none."""
    first, lost = salvage(batch([record(0, b"a"), record(1, b"b")], records=1))
    assert first.value == b"a"
    assert (lost.value, lost.offset) == (record(1, b"b"), 1)


def test_the_time_is_the_broker_s_where_it_says_so() -> None:
    """LogAppendTime: what the producer says of time does not count, for damaged records either."""
    made = batch([record(0, b"a"), nullable(b"x")], attributes=8, max_timestamp=NOON + 99)
    assert [(found.timestamp, found.timestamp_type) for found in salvage(made)] == [(NOON + 99, 1)] * 2


def test_a_reason_quotes_nothing() -> None:
    """What a record says is nobody's business but the sealed letter's."""
    secret = b"my number is 13800000000"
    made = batch([nullable(secret), record(1, secret, headers=[(b"\xff" + secret, secret)])])
    assert all("13800000000" not in told(found) for found in salvage(made))


DELTAS = st.integers(0, 4)
CONTENTS = st.none() | st.binary(max_size=20)
RECORDS = st.lists(
    st.tuples(CONTENTS, CONTENTS, st.lists(st.tuples(st.binary(max_size=5), CONTENTS), max_size=2)), max_size=5
)


@given(RECORDS, st.binary(max_size=60), st.data())
def test_whatever_follows_it_a_sound_record_is_read(
    sent: list[tuple[bytes | None, bytes | None, list[tuple[bytes, bytes | None]]]], rubbish: bytes, data: st.DataObject
) -> None:
    """Sound records, then any bytes at all: the sound ones come out as sent, in order, each offset at most once."""
    sound = [record(delta, value, key=key, headers=headers) for delta, (key, value, headers) in enumerate(sent)]
    behind = data.draw(st.integers(1, 3))
    count = len(sound) + behind
    found = list(salvage(batch([*sound, rubbish], base=5, last_delta=count - 1, records=count)))
    for place, (key, value, _) in enumerate(sent):
        assert (found[place].offset, found[place].key) == (5 + place, key)
        assert (found[place].value or b"") == (value or b"")
    offsets = [each.offset for each in found]
    assert offsets == sorted(set(offsets))
    assert offsets[-1] == 4 + count, "nothing is left out: the last offset has been accounted for"


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(content: bytes) -> None:
    """Any bytes at all behind any header."""
    list(salvage(content))
    list(salvage(LAYOUT.pack(0, len(content) + 49, 0, 2, 0, 0, 9, 0, 0, 0, 0, 0, 10) + content))
    list(salvage(pack(">q", 1 << 62) + content))


def test_the_time_that_it_takes_grows_with_the_bytes_only() -> None:
    """A batch full of the smallest records, the largest that a topic takes: a moment, not minutes."""
    count = 60_000
    smallest = [nullable(b"\0\0" + number(delta) + number(-1) + number(-1) + number(0)) for delta in range(count)]
    smallest[-1] = nullable(b"?")
    began = process_time()
    found = list(salvage(batch(smallest)))
    assert (found[-2].offset, found[-1].value) == (count - 2, b"?")
    assert process_time() - began < 5
