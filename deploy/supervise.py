"""Keep child processes running: started again when they die, with growing pauses, and ended together."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import structlog

from streams.worker.settings import Exit

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 60.0
STEADY: Final = 60.0
"""Seconds after which a process counts as steady, and its next death pauses for the first pause again."""

PATIENCE: Final = 40.0
"""Seconds from asking a child to end to ending it by force: more than a worker's own deadline."""

log = structlog.get_logger()


class Child:
    """One command, kept running.

    Args:
        name: in logs.
        command: program and arguments.
        environment: of the process.
    """

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self.name, self._command, self._environment = name, command, environment
        self.process: asyncio.subprocess.Process | None = None
        self.starts = 0

    async def keep(self) -> int:
        """Run until the command ends well (0), or in a way that no restart mends (78); its exit code."""
        pause = FIRST_PAUSE
        while True:
            began = time.monotonic()
            code = await self._run()
            if code in (Exit.DONE, Exit.CONFIGURATION):
                return code
            pause = FIRST_PAUSE if time.monotonic() - began > STEADY else min(pause * 2, LONGEST_PAUSE)
            log.warning("a process ended and is started again", name=self.name, code=code, pause=pause)
            await asyncio.sleep(pause)

    async def _run(self) -> int:
        self.starts += 1
        self.process = await asyncio.create_subprocess_exec(*self._command, env=self._environment)
        return await self.process.wait()

    async def end(self) -> None:
        """Ask it to end; end it by force when it does not."""
        process = self.process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), PATIENCE)
        except TimeoutError:
            process.kill()
            await process.wait()


async def supervise(children: Sequence[Child], on_start: Callable[[], None] | None = None) -> int:
    """Keep all running until SIGINT or SIGTERM, or until one ends for good; then end the others.

    Returns:
        0 after a signal; else the exit code of the one that ended.
    """
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    keeping = [asyncio.create_task(child.keep(), name=child.name) for child in children]
    waiting = asyncio.create_task(stopped.wait())
    if on_start:
        on_start()
    await asyncio.wait({*keeping, waiting}, return_when=asyncio.FIRST_COMPLETED)
    code = next((task.result() for task in keeping if task.done()), 0)
    for task in (*keeping, waiting):
        task.cancel()
    await asyncio.gather(*keeping, waiting, return_exceptions=True)
    await asyncio.gather(*(child.end() for child in children))
    return code
