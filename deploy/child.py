"""Keep a command of ours running as a child process: started again when it dies, ended with us."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import structlog

from streams.worker.settings import Exit

PAUSES: Final = (0.2, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds before each start in a row that came to nothing; the last one repeats."""

LIVED: Final = 10.0
"""A child that lived this long was well; its next start is a first one."""

PR_SET_PDEATHSIG: Final = 1
"""prctl(2): the signal that the kernel sends to a child whose parent died."""

_LIBC: Final = ctypes.CDLL(None)
_CODE: Final = "import sys; from deploy.cli import main; sys.exit(main())"

log = structlog.get_logger()


class Child:
    """`xiangyin COMMAND` as a child, for as long as the asynchronous context lasts.

    Args:
        command: words after `xiangyin`.
        environment: of the child.
        log: file for what it prints; None leaves it where ours goes.
        patience: seconds between asking it to end and killing it; more than its own deadline.

    Attributes:
        gone: why it will not be started again; None while it runs.
        exits: the codes with which it has ended by itself, in order; minus a signal's number where that ended it.
    """

    def __init__(
        self, *command: str, environment: Mapping[str, str], log: Path | None = None, patience: float = 5.0
    ) -> None:
        self._command, self._environment, self._log, self._patience = command, environment, log, patience
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None
        self.gone: str | None = None
        self.exits: list[int] = []

    @property
    def pid(self) -> int:
        """Its process id; 0 between two lives."""
        return 0 if self._process is None or self._process.returncode is not None else self._process.pid

    @property
    def name(self) -> str:
        return " ".join(self._command)

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
            await self._end(self._process)

    def kill(self) -> int:
        """Kill -9 it, as a power cut would; return the process id that died."""
        if self._process is None or self._process.returncode is not None:
            return 0
        self._process.kill()
        return self._process.pid

    async def ended(self) -> None:
        """Return when it will not be started again: no restart mends its configuration."""
        if self._keeping:
            await asyncio.shield(self._keeping)

    async def _keep(self, process: asyncio.subprocess.Process) -> None:
        loop, failures = asyncio.get_running_loop(), 0
        while True:
            since = loop.time()
            code = await process.wait()
            self.exits.append(code)
            if code == Exit.CONFIGURATION:
                self.gone = f"{self.name} ended with {code}: {self._last_words()}"
                return
            failures = 0 if loop.time() - since > LIVED else failures + 1
            pause = PAUSES[min(failures, len(PAUSES) - 1)]
            log.warning("a process ended and is started again", name=self.name, code=code, pause=pause)
            await asyncio.sleep(pause)
            self._process = process = await self._start()

    async def _start(self) -> asyncio.subprocess.Process:
        with contextlib.ExitStack() as stack:
            output = stack.enter_context(self._log.open("ab")) if self._log else None
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                _CODE,
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self._environment,
                start_new_session=True,  # Ctrl-C is for us; the children end in our order.
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        """Ask it to end, then make it, with all that it started."""
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), self._patience)
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says the latter of an empty group.
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

    def _last_words(self) -> str:
        lines = self._log.read_text("utf-8", "replace").strip().splitlines() if self._log else []
        return lines[-1] if lines else "see what it said above"


async def supervise(children: Sequence[Child]) -> str | None:
    """Keep all running until SIGINT or SIGTERM, or until one is gone for good; then end all.

    Returns:
        Why one is gone for good; None after a signal.
    """
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with contextlib.AsyncExitStack() as stack:
        for child in children:
            await stack.enter_async_context(child)
        waits = [asyncio.create_task(each) for each in (stopped.wait(), *(child.ended() for child in children))]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
    return next((child.gone for child in children if child.gone), None)


def _die_with_parent() -> None:
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
