"""`xiangyin servers`: two addresses, and nothing left when it ends."""

import os
import signal
import socket
import subprocess
import sys
import time

import psutil
import pytest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_servers_end_with_the_command(ending: signal.Signals) -> None:
    """Prints the variables that other commands read; Ctrl-C ends both servers, frees their ports, exits 0."""
    kafka, search = free_port(), free_port()
    command = [sys.executable, "-m", "deploy.cli", "servers"]
    ports = ["--kafka-port", str(kafka), "--elasticsearch-port", str(search)]
    running = subprocess.Popen([*command, *ports], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603
    try:
        assert running.stdout
        printed = [running.stdout.readline(), running.stdout.readline()]
        assert printed == [
            f"export XIANGYIN_KAFKA=127.0.0.1:{kafka}\n",
            f"export XIANGYIN_ELASTICSEARCH=http://127.0.0.1:{search}\n",
        ]
        children = psutil.Process(running.pid).children(recursive=True)
        assert len(children) >= 2
        os.kill(running.pid, ending)
        _, said = running.communicate(timeout=20)
    finally:
        running.kill()
    assert running.returncode == 0
    assert "Traceback" not in said
    gone, alive = psutil.wait_procs(children, timeout=5)
    assert (len(gone), alive) == (len(children), [])
    for port in (kafka, search):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port))


def test_a_taken_port_is_named() -> None:
    """A port that somebody else holds: the command says so and ends; it does not print an address that is not ours."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        began = time.monotonic()
        ended = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "deploy.cli", "servers", "--elasticsearch-port", port],
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )
    assert ended.returncode == 78
    assert ended.stdout == ""
    assert "search server" in ended.stderr
    assert time.monotonic() - began < 30
