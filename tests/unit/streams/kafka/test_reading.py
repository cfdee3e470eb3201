"""A record that a broker is silent about is not one that is gone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import TopicPartition

from streams.errors import Busy
from streams.kafka import reading


class Silent:
    """A consumer to which the broker sends nothing; what it still keeps begins at `first`."""

    def __init__(self, first: int) -> None:
        self._first = first

    def seek(self, place: TopicPartition, offset: int) -> None: ...

    async def getmany(self, *_: TopicPartition, **__: int) -> dict[TopicPartition, list[Any]]:
        return {}

    async def beginning_offsets(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, self._first)


async def asked(monkeypatch: pytest.MonkeyPatch, first: int) -> list[Any]:
    """What comes of offset 7."""

    @asynccontextmanager
    async def consumer(*_: object) -> AsyncIterator[Silent]:
        yield Silent(first)

    monkeypatch.setattr(reading, "_consumer", consumer)
    return [record async for record in reading.single("broker", "d.dead", [(0, 7)])]


async def test_a_broker_that_stops_answering_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise letters that nobody sent again would be passed over without a word."""
    with pytest.raises(Busy, match="offset 7"):
        await asked(monkeypatch, first=0)


async def test_a_record_that_retention_took_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its partition may be empty by then."""
    assert await asked(monkeypatch, first=8) == []
