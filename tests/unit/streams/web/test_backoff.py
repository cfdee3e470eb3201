"""Waiting after failures."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.web.backoff import Backoff, retry_after

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@settings(deadline=None)
@given(st.integers(1, 10_000), st.floats(0, 1), st.one_of(st.none(), st.floats(0, 1e9)))
def test_a_wait_has_its_bounds(failures: int, random: float, asked: float | None) -> None:
    """Never shorter than half the first step or than the site asks, never longer than the longest or a day."""
    delay = Backoff(base=10, longest=3600).delay(failures, lambda: random, asked)
    assert max(5, min(asked or 0, 86_400)) <= delay <= max(3600, min(asked or 0, 86_400))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("Thu, 01 Jan 2026 00:02:00 GMT", 120),
        ("Wed, 01 Jan 2025 00:00:00 GMT", 0),
        ("999999999", 86_400),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 86_400),
        ("soon", None),
        ("-1", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_a_number_or_a_date(value: str | None, seconds: float | None) -> None:
    """What is neither is not asked for; nobody makes us wait for more than a day."""
    assert retry_after(value, NOW) == seconds
