"""Workers under the supervisor of `xiangyin run`, and what was noted of them."""

import asyncio
import contextlib
import os
import signal
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psutil

from deploy.child import Child
from deploy.wiring.supervised import WORKER_PATIENCE
from streams.worker.settings import WorkerSettings
from tests.real.chaos.invariants import Ended

DEADLINE: Final = WorkerSettings(servers="", deployment="").stop + 3.0
"""Seconds within which a worker must have ended that was asked to: its own deadline, and a busy machine."""

MEBIBYTE: Final = 1024 * 1024

BOUND: Final = 640 * MEBIBYTE
"""Resident bytes that no worker may pass while its store is away: what it has when it is busy (300 MiB), the records
that may wait for it (64 MiB, `streams.worker.consumer.MOST_BYTES`, as bytes and as objects), and room."""

EVERY: Final = 1.0
"""Seconds between two looks at the memory."""


class Nobody(Exception):
    """A fault found nobody to fall on."""


class Fleet:
    """Worker processes; all end with the context.

    Attributes:
        memory: seconds since the start, and resident bytes of the largest worker then.
        asked: how those ended that were asked to.
        killed: how many we killed.
        waited, impatient: how many workers had to do without their store for long; what was wrong with them then.
    """

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._environment, self._folder = environment, folder
        self.workers: list[Child] = []
        self._gone: list[Child] = []
        self._stack = contextlib.AsyncExitStack()
        self.memory: list[tuple[float, int]] = []
        self.asked: list[Ended] = []
        self.killed = 0
        self.waited, self.impatient = 0, list[str]()

    async def __aenter__(self) -> Self:
        await self._stack.__aenter__()
        self._looking = asyncio.create_task(self._look())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._looking.cancel()
        await asyncio.gather(*(worker.__aexit__(kind, error, at) for worker in self.workers))

    @property
    def largest(self) -> int:
        """Resident bytes of the largest worker when it was last looked at."""
        return self.memory[-1][1] if self.memory else 0

    def judge_patience(self, exits: Sequence[int], size: int) -> None:
        """While its store is away a worker may end once, when a rebalance falls upon its batch, and must not grow."""
        self.waited += len(exits)
        self.impatient += [f"{times} exits of a worker" for times in exits if times > 1]
        self.impatient += [f"{size} bytes, more than {BOUND}"] if size > BOUND else []

    async def join(self) -> Child:
        """One more."""
        log = self._folder / f"worker-{len(self.workers) + len(self._gone)}.log"
        worker = Child("work", environment=self._environment, log=log, patience=WORKER_PATIENCE)
        self.workers.append(await worker.__aenter__())
        return worker

    async def leave(self, worker: Child) -> None:
        """One less, for good: asked to end, and not started again."""
        await self.terminate(worker)
        self.workers.remove(worker)
        self._gone.append(worker)
        await worker.__aexit__(None, None, None)

    async def terminate(self, worker: Child, *, refused: bool = False) -> Ended:
        """Ask one to end, and see it started again.

        Args:
            worker: one that lives.
            refused: whether all its writes are refused meanwhile.

        Raises:
            Nobody: it is between two lives; its process id is 0 then, which would mean ourselves.
        """
        pid, before, begun = worker.pid, len(worker.exits), time.monotonic()
        if not pid:
            raise Nobody
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        while len(worker.exits) == before and time.monotonic() - begun < DEADLINE:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.1)
        code = worker.exits[before] if len(worker.exits) > before else None
        self.asked.append(Ended(time.monotonic() - begun, code, refused))
        return self.asked[-1]

    def kill(self, worker: Child) -> int:
        """Kill -9 one; its process id, or 0 where it was between two lives."""
        pid = worker.kill()
        self.killed += bool(pid)
        return pid

    @property
    def exits(self) -> list[int]:
        """Codes of all that ended without our doing."""
        ours = Counter(each.code for each in self.asked) + Counter({-signal.SIGKILL: self.killed})
        ended = Counter(code for worker in (*self.workers, *self._gone) for code in worker.exits)
        return sorted((ended - Counter({code: times for code, times in ours.items() if code is not None})).elements())

    async def _look(self) -> None:
        begun = time.monotonic()
        while True:
            sizes = [0]
            for worker in self.workers:
                with contextlib.suppress(psutil.NoSuchProcess):
                    sizes += [psutil.Process(worker.pid).memory_info().rss] if worker.pid else []
            self.memory.append((time.monotonic() - begun, max(sizes)))
            await asyncio.sleep(EVERY)
