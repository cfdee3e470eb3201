"""A dead letter fits into its topic, whatever it holds."""

import base64
from datetime import UTC, datetime

import pytest
from msgspec import json

from streams.batch.letters import Letters
from streams.batch.reading import LARGEST
from streams.kafka.salvage import Damaged
from streams.protocols import Record
from streams.records import DeadLetter, Position
from streams.topics import DEAD, PLANS

ROOM = next(plan.max_bytes for plan in PLANS if plan.role == DEAD)
LETTERS = Letters(lambda raw: base64.b64encode(raw).decode())


def letter(headers: dict[str, bytes], value: bytes = b"{", key: bytes = b"k") -> tuple[int, dict[str, object]]:
    """The bytes of the letter of such a record, and what it holds."""
    record = Record(
        role="posts",
        position=Position("d.posts", 0, 1),
        key=key,
        value=value,
        headers=headers,
        time=datetime(2026, 3, 1, tzinfo=UTC),
    )
    sent = LETTERS.of(record, step="read", reason="unreadable", error="字" * 2_000)
    return len(sent.value), json.decode(base64.b64decode(json.decode(sent.value, type=DeadLetter).sealed))


LARGE: dict[str, tuple[dict[str, bytes], bytes]] = {
    "a name of control characters, six bytes each in JSON": ({"\x01" * 400_000: b""}, b"{"),
    "a name of three bytes a character": ({"名" * 340_000: b""}, b"x" * 700_000),
    "a hundred thousand headers": ({f"{number:x}": b"" for number in range(150_000)}, b"{"),
    "a value beyond what is read": ({}, b"x" * 5 * LARGEST),
}


@pytest.mark.parametrize("kind", LARGE)
def test_a_record_too_large_for_a_letter_is_cut(kind: str) -> None:
    """A letter that its topic refuses would end the worker, and again whoever comes next: nothing passes it."""
    size, held = letter(*LARGE[kind])
    assert size < ROOM
    assert held["whole"] is False


def test_the_largest_record_is_kept_whole() -> None:
    """What Kafka takes under its own limit can be sent again as it was."""
    size, held = letter({"traceparent": b"x" * 55}, b"x" * (LARGEST - 200))
    assert size < ROOM
    assert held["whole"] is True


def test_what_no_client_could_parse_has_a_letter() -> None:
    """Damaged bytes are kept as they stand in the log, whatever kind of bytes the reader made of them."""
    assert letter({}, Damaged(b"\xff\x00", "a length is negative"))[1]["value"] == "/wA="
