"""Real embedded servers, a fresh deployment for each test, and workers as processes of their own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.embedded import EmbeddedServers
from streams.kafka.admin import create_topics
from streams.kafka.producer import KafkaLog, open_producer
from streams.protocols import Message

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def servers() -> Iterator[EmbeddedServers]:
    """The embedded broker and search server, for all tests of the session."""
    with EmbeddedServers() as running:
        yield running


@pytest.fixture
def deployment() -> str:
    """A name that no other test uses."""
    return f"t{uuid4().hex[:12]}"


class Bench:
    """Topics of a deployment, a producer, and workers that note what they process."""

    partitions = 2

    def __init__(self, servers: str, deployment: str, log: KafkaLog, notebook: Path) -> None:
        self.servers, self.deployment, self.log, self.notebook = servers, deployment, log, notebook
        self.workers: list[subprocess.Popen[bytes]] = []

    async def publish(self, role: str, values: Sequence[str], keys: Sequence[str] = ("330206104000",)) -> None:
        """Produce one record for each value, over the keys in turn."""
        await self.log.send(
            [
                Message(role=role, key=keys[number % len(keys)].encode(), value=value.encode())
                for number, value in enumerate(values)
            ]
        )

    def work(self, **options: object) -> "subprocess.Popen[bytes]":
        """Start a worker; see notebook_worker.py for the options."""
        given = {
            "servers": self.servers,
            "deployment": self.deployment,
            "partitions": self.partitions,
            "notebook": str(self.notebook),
            **options,
        }
        worker = subprocess.Popen(  # noqa: S603 - our own
            [sys.executable, str(Path(__file__).parent / "notebook_worker.py"), json.dumps(given)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            cwd=self.notebook.parent,
        )
        self.workers.append(worker)
        return worker

    def notes(self) -> list[dict[str, object]]:
        """All that the workers have noted so far."""
        if not self.notebook.exists():
            return []
        lines = self.notebook.read_text(encoding="utf-8").split("\n")
        return [json.loads(line) for line in lines[:-1]]

    def values(self) -> list[str]:
        """The values that were processed, in order."""
        return [str(note["value"]) for note in self.notes() if "value" in note]

    def wait(self, happened: Callable[[], object], seconds: float = 20.0) -> None:
        """Wait until something has happened; fail with what was noted when it does not."""
        until = time.monotonic() + seconds
        while not happened():
            assert time.monotonic() < until, f"did not happen within {seconds} s: {self.notes()[-3:]}"
            time.sleep(0.05)

    def end(self) -> None:
        """Kill what still runs."""
        for worker in self.workers:
            worker.kill()
            worker.wait()


@pytest.fixture
async def bench(servers: EmbeddedServers, deployment: str, tmp_path: Path) -> AsyncIterator[Bench]:
    """A deployment with topics, and room for workers."""
    await create_topics(servers.kafka, deployment, partitions=Bench.partitions)
    async with open_producer(servers.kafka) as producer:
        log = KafkaLog(producer, deployment, partitions=Bench.partitions)
        bench = Bench(servers.kafka, deployment, log, tmp_path / "notebook.jsonl")
        yield bench
        bench.end()
