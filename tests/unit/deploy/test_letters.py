"""Letters are opened one by one: a forged one is named and holds up no other."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec import json

from deploy import keys, letters
from deploy.settings.deployment import Settings
from streams.batch.letters import Letters, Original
from streams.batch.register import Dealing, Filed, Standing
from streams.errors import Unreadable
from streams.kafka import reading
from streams.privacy.seal import Seal
from streams.protocols import Record
from streams.records import Letter, Position

SEAL = Seal(b"a key for tests only, 32 bytes..")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def letter(offset: int) -> bytes:
    record = Record(role="posts", position=Position("d.posts", 0, offset), key=None, value=b"{", time=NOW)
    return Letters(SEAL.seal).of(record, step="read", reason="unreadable", error="x").value


async def test_a_forged_letter_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may write to `.dead` could otherwise keep every letter from being sent again."""
    sound, other = letter(1), letter(4)
    changed = json.encode({**json.decode(letter(2)), "sealed": "AAAA"})
    unsealed = json.encode({name: said for name, said in json.decode(letter(3)).items() if name != "sealed"})
    values = [sound, changed, unsealed, other]

    async def single(_servers: object, _name: str, places: Any) -> AsyncIterator[Any]:
        for partition, offset in places:
            yield SimpleNamespace(partition=partition, offset=offset, value=values[offset])

    monkeypatch.setattr(reading, "single", single)
    monkeypatch.setattr(keys, "seal", lambda _: SEAL)
    settings = cast("Settings", SimpleNamespace(name="d", kafka_access=lambda: ""))
    filed = [Standing(Filed(json.decode(value, type=Letter), (0, place)), "open") for place, value in enumerate(values)]
    found = [opened async for _, opened in letters.originals(settings, filed)]
    assert [type(each) for each in found] == [Original, Unreadable, Unreadable, Original]


def forged(value: bytes, **said: object) -> bytes:
    """The same with other fields."""
    return json.encode({**json.decode(value), **said})


NO_TIMES = ["2026-03-01T12:00:00", "9999-12-31T23:59:59Z"]
DEEP = b'{"deep":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


async def test_no_record_of_another_program_keeps_letters_from_being_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A time without a zone, or beyond the calendar, or JSON without end is a foreign record, and counted."""
    told = json.encode(
        Dealing(
            event="letter_dropped", letter="d.posts-0-1", recorded=NOW, township=None, source=None, by="duty",
            reason="spam", time=NOW,
        )
    )  # fmt: skip
    written = {
        "d.dead": [letter(1), DEEP, *(forged(letter(2), time=said) for said in NO_TIMES)],
        "d.operations": [told, DEEP.replace(b"deep", b"letter_"), *(forged(told, time=said) for said in NO_TIMES)],
    }

    async def whole(_servers: object, name: str, _partitions: int) -> AsyncIterator[Any]:
        for offset, value in enumerate(written[name]):
            yield SimpleNamespace(partition=0, offset=offset, value=value)

    async def present(*_: object, **__: object) -> None: ...

    monkeypatch.setattr(reading, "whole", whole)
    monkeypatch.setattr(letters, "check_topics", present)
    found = await letters.cabinet(cast("Settings", SimpleNamespace(name="d", kafka_access=lambda: "", partitions=1)))
    assert ([each.letter.offset for each in found.letters], found.foreign) == ([1], 3)
    assert [each.state for each in found.letters] == ["dropped"]


def test_a_letter_is_found_with_or_without_the_deployments_name() -> None:
    """The table leaves it out."""
    standing = Standing(Filed(json.decode(letter(7), type=Letter), (0, 0)), "open")
    known = letters.by_id([standing])
    assert letters.found(known, "posts-0-7", "d") is standing
    assert letters.found(known, "d.posts-0-7", "d") is standing
    assert letters.found(known, "posts-0-8", "d") is None
