"""The demo as a newcomer runs it: its sums, its end, and what it leaves behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.demo.content import postings

COMMAND = [sys.executable, "-m", "deploy.cli", "demo", "--lang", "en"]
ENOUGH = 120.0
"""Seconds within which a demo must be over on a busy machine."""


class Running:
    """A demo under way, and what it has started."""

    def __init__(self, folder: Path, *options: str) -> None:
        # A folder of its own for temporary files, and another deployment's settings, which it must not touch.
        environment = {**os.environ, "TMPDIR": str(folder), "XIANGYIN_KAFKA": "127.0.0.1:1", "PYTHONUNBUFFERED": "1"}
        self.folder, self.said = folder, folder.parent / "said.txt"
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [*COMMAND, *options], stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=environment
            )
        self.started: dict[int, psutil.Process] = {}
        self.ports: set[tuple[str, int]] = set()

    @property
    def text(self) -> str:
        return self.said.read_text("utf-8")

    def watch(self, until: str) -> None:
        """Note children and open ports until the demo says this, or has ended."""
        deadline = time.monotonic() + ENOUGH
        while self.process.poll() is None and until not in self.text:
            assert time.monotonic() < deadline, self.text
            self._note()
            time.sleep(0.1)

    def end(self) -> int:
        """Wait for its end, and return its exit code."""
        return self.process.wait(ENOUGH)

    def _note(self) -> None:
        try:
            ours = psutil.Process(self.process.pid)
            for process in (ours, *ours.children(recursive=True)):
                self.started[process.pid] = process
                self.ports |= {
                    (connection.laddr.ip, connection.laddr.port)
                    for connection in process.net_connections("tcp")
                    if connection.status == psutil.CONN_LISTEN
                }
        except psutil.Error:  # It has just ended.
            return

    def left(self) -> list[psutil.Process]:
        """Processes that it started and that still run."""
        _, alive = psutil.wait_procs(list(self.started.values()), timeout=5)
        return [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]

    def still_open(self) -> list[tuple[str, int]]:
        """Ports that it opened and that still answer."""
        return [address for address in self.ports if answers(address)]


def answers(address: tuple[str, int]) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(address) == 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.fixture
def running(folder: Path, request: pytest.FixtureRequest) -> Iterator[Running]:
    running = Running(folder, *request.param)
    yield running
    running.process.kill()
    running.process.wait()


def assert_nothing_left(running: Running) -> None:
    assert len(running.started) >= 4  # two servers, the worker and the demo: else nothing was watched
    assert not running.left()
    assert not running.still_open()
    assert not list(running.folder.iterdir())
    assert "Traceback" not in running.text


@pytest.mark.parametrize("running", [["--once"]], indirect=True)
def test_once_adds_up_and_leaves_nothing(running: Running) -> None:
    """`--once` ends with 0 when crawled = indexed + unchanged + dead; every child, port and file of it is gone."""
    running.watch("lost 0, double 0")
    assert running.end() == 0, running.text
    posts = len(postings())
    assert f"✓ crawled {posts} = indexed {posts} + unchanged 0 + dead 0" in running.text
    assert "✓ three dead are graded III" in running.text
    assert "0 seen beyond the door" in running.text
    assert all(host == "127.0.0.1" for host, _ in running.ports)
    assert_nothing_left(running)


@pytest.mark.parametrize("running", [[], ["--once"]], indirect=True, ids=["story", "once"])
def test_ctrl_c_ends_everything(running: Running) -> None:
    """Ctrl-C in the middle: exit code 130, no trace, no orphan, no port, no file."""
    running.watch("A parent sees a crack")
    running.process.send_signal(signal.SIGINT)
    assert running.end() == 130, running.text
    assert_nothing_left(running)


@pytest.mark.parametrize("running", [[]], indirect=True)
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no child learns of it at once")
def test_a_killed_demo_leaves_no_orphan(running: Running) -> None:
    """Even kill -9 of the demo itself ends the servers and the worker that it started."""
    running.watch("Roads, water, pensions")
    running.process.kill()
    running.end()
    assert len(running.started) >= 4
    assert not running.left()
    assert not running.still_open()
