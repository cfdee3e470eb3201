"""Servers for tests: the embedded ones, and the real ones where this machine has Java and Maven."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.embedded import EmbeddedServers
from tests.embedded.county import County
from tests.real.artefacts import Unavailable, elasticsearch, kafka, missing
from tests.real.servers import RealServers, scratch
from tests.servers import Servers

REQUIRED = "CI" in os.environ or "XIANGYIN_REAL" in os.environ
"""Whether it is a failure that the real servers cannot be had; else their tests are left out, with the reason."""


def pytest_configure(config: pytest.Config) -> None:
    """Name our mark."""
    config.addinivalue_line("markers", "real: needs Apache Kafka and Elasticsearch, and so Java and Maven")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what cannot run here: a line for each file says how many tests, and why."""
    real = [item for item in items if item.get_closest_marker("real")]
    if real and not REQUIRED and (lacking := missing()):
        for item in real:
            item.add_marker(pytest.mark.skip(reason=f"left out, for want of the real servers: {lacking}"))


@pytest.fixture(scope="session")
def embedded_servers() -> Iterator[EmbeddedServers]:
    """The embedded broker and search server, for all tests of the session."""
    with EmbeddedServers() as running:
        yield running


@pytest.fixture(scope="session")
def real_artefacts() -> None:
    """Apache Kafka and Elasticsearch on the disk; tests that need them are left out where they cannot be fetched."""
    try:
        kafka()
        elasticsearch()
    except Unavailable as why:
        (pytest.fail if REQUIRED else pytest.skip)(f"left out, for want of the real servers: {why}")


@pytest.fixture(scope="session")
def real_servers(real_artefacts: None) -> Iterator[RealServers]:
    """Apache Kafka and Elasticsearch, for all tests of the session."""
    with scratch() as folder, RealServers(folder) as running:
        yield running


@pytest.fixture
def deployment() -> str:
    """A name that no other test uses."""
    return f"t{uuid4().hex[:12]}"


@pytest.fixture
async def county(servers: Servers, deployment: str, tmp_path: Path) -> AsyncIterator[County]:
    """A deployment with its topics and indices; its workers end with the test."""
    county = County(servers, deployment, tmp_path)
    county.set_up()
    yield county
    county.end()
