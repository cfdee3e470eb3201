"""The embedded servers, for what concerns them alone and for whole commands."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.embedded import EmbeddedServers
from tests.embedded.county import County


@pytest.fixture(scope="session")
def servers(embedded_servers: EmbeddedServers) -> EmbeddedServers:
    """The embedded broker and search server."""
    return embedded_servers


@pytest.fixture
async def county(servers: EmbeddedServers, deployment: str, tmp_path: Path) -> AsyncIterator[County]:
    """A deployment with its topics and indices; its workers end with the test."""
    county = County(servers, deployment, tmp_path)
    county.set_up()
    yield county
    county.end()
