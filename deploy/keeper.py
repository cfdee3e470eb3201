"""Run one server for exactly as long as somebody holds the other end of our standard input.

A parent that is killed cannot clean up, but its end of the pipe closes: on every system, whatever killed it. This
file is run as a script in a process of its own (`python -I -S keeper.py SERVER ARG...`) and imports nothing of ours.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading

PATIENCE = 3.0
"""Seconds between asking the server to end and killing it."""

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that the kernel sends to a child whose parent died."""


def end(server: subprocess.Popen[bytes]) -> None:
    """Ask the server to end, then make it, with all that it started; we are the first of its session."""
    server.terminate()
    try:
        server.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(0, signal.SIGKILL)


def die_with_keeper() -> None:
    """Have Linux end the server even when this keeper itself is killed; elsewhere the pipe has to do."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def main(command: list[str]) -> int:
    """Return the server's exit status once it has ended."""
    server = subprocess.Popen(  # noqa: S603 - the command is our own caller's
        command,
        stdin=subprocess.DEVNULL,
        preexec_fn=die_with_keeper if sys.platform == "linux" else None,  # noqa: PLW1509 - no threads yet
    )
    signal.signal(signal.SIGTERM, lambda *_: end(server))

    def watch() -> None:
        while os.read(0, 1024):  # Not sys.stdin: its lock would break our own end.
            pass
        end(server)

    threading.Thread(target=watch, daemon=True).start()
    return server.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
