"""The embedded servers, for what concerns them alone and for whole commands."""

import pytest

from deploy.embedded import EmbeddedServers


@pytest.fixture(scope="session")
def servers(embedded_servers: EmbeddedServers) -> EmbeddedServers:
    """The embedded broker and search server."""
    return embedded_servers
