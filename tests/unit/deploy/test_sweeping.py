"""From when on a post's time is over."""

from datetime import UTC, datetime

import pytest

from deploy.sweeping import months_before

CASES = {
    ("2026-11-23", 24): "2024-11-23",
    ("2026-01-31", 11): "2025-02-28",
    ("2024-02-29", 12): "2023-02-28",
    ("2026-12-31", 12): "2025-12-31",
    ("2026-01-01", 1): "2025-12-01",
}


@pytest.mark.parametrize(("asked", "answer"), CASES.items())
def test_months_are_those_of_the_calendar(asked: tuple[str, int], answer: str) -> None:
    """The same day of the month, or the last one of a shorter month."""
    day, months = asked
    now = datetime.fromisoformat(day).replace(hour=5, tzinfo=UTC)
    assert months_before(now, months) == datetime.fromisoformat(answer).replace(hour=5, tzinfo=UTC)
