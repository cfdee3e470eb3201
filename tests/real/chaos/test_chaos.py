"""A short `make chaos` as a test, and that it leaves no process behind."""

import contextlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.real


def chaos(folder: Path, posts: int, faults: int = 20) -> list[str]:
    """The command, in a folder of its own: tests run side by side."""
    options = {"--seed": 5, "--posts": posts, "--faults": faults, "--folder": folder / "chaos"}
    return [sys.executable, "-m", "tests.real.chaos", *(str(word) for option in options.items() for word in option)]


def test_nothing_is_lost_under_a_few_faults(real_artefacts: None, tmp_path: Path) -> None:
    """Three faults among two thousand posts: every invariant holds, and the exit code says so."""
    done = subprocess.run(  # noqa: S603 - our own
        chaos(tmp_path, 2000, faults=3), capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "posts of the log are indexed" in done.stdout
    assert "invariants hold; not asked (-): " in done.stdout.splitlines()[-1]


def works(process: psutil.Process) -> bool:
    """Whether it is a worker, and not one of those that come and go."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return "work" in process.cmdline()
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_ends_it_ends_all_of_it(real_artefacts: None, tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM leave neither a server nor a worker behind."""
    running = psutil.Popen(chaos(tmp_path, 100_000), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 240
        while not (workers := [each for each in running.children(recursive=True) if works(each)]):
            assert time.monotonic() < until
            assert running.poll() is None
            time.sleep(0.5)
        family = running.children(recursive=True)
        assert len(family) > len(workers), "the servers are there, too"
    finally:
        running.send_signal(number)
        running.wait(120)
    left = [each for each in family if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]
    for each in left:
        each.kill()
    assert left == []
