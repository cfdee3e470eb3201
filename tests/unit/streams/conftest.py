"""A site for the tests that fetch."""

from collections.abc import AsyncIterator

import pytest

from tests.unit.streams.web.site import Site, standing


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with standing() as site:
        yield site
