"""The embedded servers, for what concerns them alone and for whole commands."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy import owners
from deploy.embedded import EmbeddedServers
from deploy.settings.deployment import CONFIG
from tests.embedded.county import County


@pytest.fixture(scope="session")
def servers(embedded_servers: EmbeddedServers) -> EmbeddedServers:
    """The embedded broker and search server."""
    return embedded_servers


@pytest.fixture
async def county(
    servers: EmbeddedServers, tmp_path: Path, deployment: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[County]:
    """A deployment with a worker, for commands that run in this process."""
    made = County(servers, deployment, tmp_path)
    monkeypatch.setenv(CONFIG, made.environment[CONFIG])
    monkeypatch.setattr(owners, "PAUSE", 0.05)
    made.set_up()
    made.work()
    yield made
    made.end()
