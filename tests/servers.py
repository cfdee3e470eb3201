"""What a test knows of its broker and its search server, embedded or real."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

import psutil
import pytest

REAL: Final = pytest.param("real", marks=pytest.mark.real)
ONLY_REAL: Final = pytest.mark.parametrize("servers", [REAL], indirect=True, scope="session")
"""Of a promise that the embedded servers cannot break; the test says why."""

ONLY_EMBEDDED: Final = pytest.mark.parametrize("servers", ["embedded"], indirect=True, scope="session")
"""Of what Apache Kafka and Elasticsearch do not let happen; the test says why."""


class Servers(Protocol):
    """Where they are: `host:port` of the broker, URL of the search server."""

    kafka: str
    elasticsearch: str


def listening(process: psutil.Process) -> set[int]:
    """The ports on which a process listens."""
    return {at.laddr.port for at in process.net_connections() if at.status == psutil.CONN_LISTEN}


def suspend(process: psutil.Process) -> None:
    """Stop a process, and return when it stands: a busy machine lets it go on for a while after the signal."""
    process.suspend()
    while process.status() not in {psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE}:
        time.sleep(0.001)


@contextmanager
def silenced(address: str) -> Iterator[None]:
    """The server of ours at `host:port` answers nobody, with its connections open, for as long as the context lasts."""
    port = int(address.rpartition(":")[2])
    ours = psutil.Process().children(recursive=True)
    server = next(each for each in ours if port in listening(each))
    suspend(server)
    try:
        yield
    finally:
        server.resume()
