"""Keep a command of ours running as a child process: started again when it dies, ended with us."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

PATIENCE: Final = 5.0
"""Seconds between asking a child to end and killing it."""

PAUSES: Final = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds before each start in a row that came to nothing."""

LIVED: Final = 10.0
"""A child that lived this long was well; its next start is a first one."""

CONFIGURATION: Final = 78
"""EX_CONFIG: no restart mends it."""

PR_SET_PDEATHSIG: Final = 1
"""prctl(2): the signal that the kernel sends to a child whose parent died."""

_LIBC: Final = ctypes.CDLL(None)


class Child:
    """`xiangyin COMMAND` as a child, for as long as the asynchronous context lasts.

    Args:
        command: words after `xiangyin`.
        environment: of the child.
        log: file for what it prints.

    Attributes:
        gone: why it will not be started again; None while it runs.
    """

    gone: str | None = None

    def __init__(self, *command: str, environment: Mapping[str, str], log: Path) -> None:
        self._command, self._environment, self._log = command, environment, log
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._process = await self._start()
        self._keeping = asyncio.create_task(self._keep(self._process))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._keeping:
            self._keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeping
        if self._process:
            await _end(self._process)

    def kill(self) -> int:
        """Kill -9 it, as a power cut would; return the process id that died."""
        if self._process is None or self._process.returncode is not None:
            return 0
        self._process.kill()
        return self._process.pid

    async def _keep(self, process: asyncio.subprocess.Process) -> None:
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            since = loop.time()
            code = await process.wait()
            if code == CONFIGURATION:
                self.gone = f"{' '.join(self._command)} ended with {code}: {_last_words(self._log)}"
                return
            failures = 0 if loop.time() - since > LIVED else failures + 1
            await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)] if failures else PAUSES[0])
            self._process = process = await self._start()

    async def _start(self) -> asyncio.subprocess.Process:
        code = "import sys; from deploy.cli import main; sys.exit(main())"
        with self._log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                code,
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,  # Ctrl-C is for us; the children end in our order.
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )


def _die_with_parent() -> None:
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask it to end, then make it, with all that it started."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), PATIENCE)
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says the latter of an empty group.
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _last_words(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "without a word"
