"""A fresh deployment on a broker, and workers as processes of their own that note what they are given."""

import importlib
import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from streams.kafka.log import KafkaLog
from streams.protocols import Message

HERE = Path(__file__).parent

FORKS = multiprocessing.get_context("forkserver")
"""Workers are forked from a process that has imported Faust already: that saves a second for each of them."""


class Worker:
    """A worker in a process of its own: `run(options)` of the program named, a module of this folder."""

    def __init__(self, program: str, options: dict[str, object]) -> None:
        if str(HERE) not in sys.path:
            sys.path.append(str(HERE))
        FORKS.set_forkserver_preload(["faust", "aiokafka", "streams.worker.run"])
        run = importlib.import_module(program).run
        self._process = FORKS.Process(target=run, args=(options,), daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process.pid
        return self._process.pid

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill -9, and see it dead."""
        self._process.kill()
        self._process.join()

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.is_alive()

    def ends(self, seconds: float) -> int:
        """Its exit code, which must come within so many seconds."""
        self._process.join(seconds)
        assert self._process.exitcode is not None, f"still runs after {seconds} s"
        return self._process.exitcode


class Bench:
    """Topics of a deployment, a producer, and workers that note what they process."""

    partitions = 2

    def __init__(
        self, servers: str, deployment: str, log: KafkaLog, notebook: Path, program: str = "notebook_worker"
    ) -> None:
        self.servers, self.deployment, self.log, self.notebook = servers, deployment, log, notebook
        self.program = program
        self.workers: list[Worker] = []

    async def publish(self, role: str, values: Sequence[str], keys: Sequence[str] = ("330206104000",)) -> None:
        """Produce one record for each value, over the keys in turn."""
        await self.log.send(
            [
                Message(role=role, key=keys[number % len(keys)].encode(), value=value.encode())
                for number, value in enumerate(values)
            ]
        )

    def work(self, **options: object) -> Worker:
        """Start a worker; the program says which options it has."""
        given = {
            "servers": self.servers,
            "deployment": self.deployment,
            "partitions": self.partitions,
            "notebook": str(self.notebook),
        }
        self.workers.append(Worker(self.program, {**given, **options}))
        return self.workers[-1]

    def notes(self) -> list[dict[str, Any]]:
        """All that the workers have noted so far."""
        if not self.notebook.exists():
            return []
        lines = self.notebook.read_text(encoding="utf-8").split("\n")
        return [json.loads(line) for line in lines[:-1]]

    def values(self) -> list[str]:
        """The values that were processed, in order."""
        return [str(note["value"]) for note in self.notes() if "value" in note]

    def wait(self, happened: Callable[[], object], seconds: float = 45.0) -> None:
        """Wait until something has happened; fail with what was noted when it does not."""
        until = time.monotonic() + seconds
        while not happened():
            assert time.monotonic() < until, f"did not happen within {seconds} s: {self.notes()[-3:]}"
            time.sleep(0.05)

    def wait_for_more(self, values: int) -> None:
        """Wait until so many more records were processed."""
        until = len(self.values()) + values
        self.wait(lambda: len(self.values()) >= until)

    def end(self) -> None:
        """Kill what still runs."""
        for worker in self.workers:
            worker.kill()
