"""Apache Kafka as a child process: one node, broker and controller at once (KRaft)."""

import asyncio
import base64
import subprocess
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from deploy.embedded import cluster_id, listens
from streams.kafka.access import Servers
from tests.real import artefacts
from tests.real.java import SMALL, JavaServer, free_port


class Kafka(JavaServer):
    """A broker in `folder`, on the same port at every start.

    Args:
        folder: see `JavaServer`; made anew, it becomes another cluster with other topics.
        settings: lines of server.properties besides ours, or in place of them.
        patience: see `JavaServer`.

    Attributes:
        address: `host:port` for clients.
    """

    def __init__(self, folder: Path, *, settings: Mapping[str, str] | None = None, patience: float = 120.0) -> None:
        super().__init__(folder, patience=patience)
        self.port, self._controller = free_port(), free_port()
        self.address, self._settings = f"127.0.0.1:{self.port}", settings or {}
        self._cluster = _new_cluster_id()

    def prepare(self) -> None:
        """Write server.properties; format the storage the first time."""
        configuration = self.folder / "server.properties"
        lines = {**self._defaults(), **self._settings}
        configuration.write_text("".join(f"{name}={value}\n" for name, value in lines.items()), "utf-8")
        if not (self.folder / "data" / "meta.properties").exists():
            self.run("kafka.tools.StorageTool", "format", "-t", self._cluster, "-c", str(configuration), *self._scram())

    def command(self) -> list[str]:
        """The JVM itself, without Kafka's shell scripts."""
        return [*java(), "kafka.Kafka", "server.properties"]

    def run(self, *program: str) -> None:
        """Run another program of Kafka's, or one that uses its classes, to its end."""
        with self.log.open("ab") as log:
            subprocess.run([*java(), *program], check=True, stdout=log, stderr=log)  # noqa: S603 - our own

    def environment(self) -> Mapping[str, str]:
        """None."""
        return {}

    def answers(self) -> bool:
        """Whether our own cluster answers to a client; needs a thread without an event loop."""
        return listens(self.address) and asyncio.run(cluster_id(self.servers)) == self._cluster

    @property
    def servers(self) -> Servers:
        """How a client is let in."""
        return self.address

    def _scram(self) -> list[str]:
        """Users, as the formatting of the storage takes them."""
        return []

    def _defaults(self) -> dict[str, str]:
        return {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@127.0.0.1:{self._controller}",
            "listeners": f"PLAINTEXT://{self.address},CONTROLLER://127.0.0.1:{self._controller}",
            "advertised.listeners": f"PLAINTEXT://{self.address}",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": str(self.folder / "data"),
            "auto.create.topics.enable": "false",
            # One node has no other to copy to.
            "offsets.topic.replication.factor": "1",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            # Small, for a few topics; and quick, for tests that wait for a group to settle.
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.num.partitions": "4",
            "log.cleaner.dedupe.buffer.size": "16777216",
            "group.initial.rebalance.delay.ms": "0",
            "group.min.session.timeout.ms": "1000",
        }


def java() -> list[str]:
    """A small JVM with Kafka's classes."""
    options = ("-Xms64m", "-Xmx320m", *SMALL, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
    return ["java", *options, "-cp", f"{artefacts.kafka()}/*"]


def _new_cluster_id() -> str:
    # Kafka takes 16 bytes in base64, not beginning with what looks like an option.
    return "x" + base64.urlsafe_b64encode(uuid4().bytes).decode()[1:22]
