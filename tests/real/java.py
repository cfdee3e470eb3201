"""A Java server as a child process: stopped, killed, paused and started again, on its ports and upon its data."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psutil

from deploy import keeper
from tests.servers import suspend

PORTS: Final = range(20_000, 32_000)
"""Below those that Linux gives to clients: a port stays free while its server is down."""

SMALL: Final = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""For a JVM that lives for minutes on two cores: quick to start, content with little."""

LAST_LINES: Final = 15


class JavaServer(ABC):
    """What both servers can do. As a context manager it is started and ended.

    Whatever ends this process, the server ends with it: a keeper holds it, see `deploy.keeper`.

    Args:
        folder: of its configuration, data and log; made when it is missing, kept when the server ends.
        patience: seconds within which it must answer after a start.

    Attributes:
        log: what it has printed.
    """

    def __init__(self, folder: Path, *, patience: float = 120.0) -> None:
        self.folder, self.patience, self.log = folder, patience, folder / "log"
        self._kept: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self._kept is not None and self._kept.poll() is None

    def start(self) -> None:
        """Start it, and return when it answers.

        Raises:
            RuntimeError: it ended, or did not answer in time; says what it printed last.
        """
        self.kill()
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self.prepare()
            self._kept = self._keep()
            self._await_answer(self._kept)
        except BaseException:
            self.kill()
            raise

    def stop(self, patience: float = 60.0) -> None:
        """End it in good order (SIGTERM); what has not ended then is killed."""
        for process in self._processes()[:1]:
            process.terminate()
        self._await_end(patience)
        self.kill()

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL); nothing to do when it does not run."""
        # The server first: who waits for it sees its end, and ends, and no zombie is left to a lazy init.
        for process in reversed(self._processes()):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill() if not process.children() else process.resume()
        self._await_end(5)
        if self._kept:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says the latter of an empty group.
                os.killpg(self._kept.pid, signal.SIGKILL)
            self._kept.wait()
            if self._kept.stdin:
                self._kept.stdin.close()
        self._kept = None

    def pause(self) -> None:
        """Have it answer no more (SIGSTOP), with its connections open."""
        for process in self._processes():
            suspend(process)

    def resume(self) -> None:
        """Have it go on after a pause."""
        for process in self._processes():
            process.resume()

    @abstractmethod
    def prepare(self) -> None:
        """Write the configuration; called before every start."""

    @abstractmethod
    def command(self) -> list[str]:
        """What is run."""

    @abstractmethod
    def environment(self) -> Mapping[str, str]:
        """Variables that it needs besides ours."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it can be used."""

    def _keep(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own
                [sys.executable, "-I", "-S", str(Path(keeper.__file__)), *self.command()],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment()},
                cwd=self.folder,
                start_new_session=True,  # One group: it ends whole, and Ctrl-C is for us.
            )

    def _await_answer(self, kept: "subprocess.Popen[bytes]") -> None:
        until = time.monotonic() + self.patience
        while not self.answers():
            if kept.poll() is not None or time.monotonic() > until:
                said = "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-LAST_LINES:])
                raise RuntimeError(f"{type(self).__name__} did not start within {self.patience:g} s:\n{said}")
            time.sleep(0.1)

    def _await_end(self, patience: float) -> None:
        if self._kept:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._kept.wait(patience)

    def _processes(self) -> list[psutil.Process]:
        """The server's own processes, that which waits for the others first."""
        return psutil.Process(self._kept.pid).children(recursive=True) if self.running and self._kept else []


def free_port() -> int:
    """A port of loopback on which nobody listens."""
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
