"""What is remembered of a source, and which crawler it belongs to."""

from datetime import UTC, datetime, timedelta

import pytest

from streams.crawl.memory import Head, Here, Memory
from tests.unit.streams.crawl.contract import MemoryContract

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


class TestHere(MemoryContract):
    """The memory in this process keeps the contract."""

    @pytest.fixture
    def memory(self) -> Memory:
        return Here()


def test_the_crawler_started_last_has_the_source() -> None:
    """A restart goes on at once; what the last one left running stands back, until the other has been silent."""
    head = Head(source="a", crawler="2", visited=NOW)
    assert not head.is_taken("3", NOW, schedule=600)
    assert not head.is_taken("2", NOW, schedule=600)
    assert head.is_taken("1", NOW + timedelta(hours=2), schedule=600)
    assert not head.is_taken("1", NOW + timedelta(hours=3), schedule=600)
    assert not Head(source="a").is_taken("1", NOW, schedule=600)
