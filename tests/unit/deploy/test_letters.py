"""Letters are opened one by one: a forged one is named and holds up no other."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec import json

from deploy import letters, wiring
from deploy.settings.deployment import Settings
from streams.batch.letters import Letters, Original
from streams.batch.register import Filed, Standing
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
    monkeypatch.setattr(wiring, "seal", lambda _: SEAL)
    settings = cast("Settings", SimpleNamespace(name="d", kafka_access=lambda: ""))
    filed = [Standing(Filed(json.decode(value, type=Letter), (0, place)), "open") for place, value in enumerate(values)]
    found = [opened async for _, opened in letters.originals(settings, filed)]
    assert [type(each) for each in found] == [Original, Unreadable, Unreadable, Original]


def test_a_letter_is_found_with_or_without_the_deployments_name() -> None:
    """The table leaves it out."""
    standing = Standing(Filed(json.decode(letter(7), type=Letter), (0, 0)), "open")
    known = letters.by_id([standing])
    assert letters.found(known, "posts-0-7", "d") is standing
    assert letters.found(known, "d.posts-0-7", "d") is standing
    assert letters.found(known, "posts-0-8", "d") is None
