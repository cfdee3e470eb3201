"""So many visits at work at the same time; who waits for a site lets another one work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

AT_ONCE: Final = 200
"""Visits at work, each with a page that comes, is read or is published: as many as a core carries. No more pages than
these are in memory, and no more visits than these ask the store."""


class Turns:
    """A task's turn to work, which it gives away while it waits.

    Whoever waits for what another one holds must do so in `waiting`: that one may need a turn to go on.
    """

    def __init__(self, number: int = AT_ONCE) -> None:
        self._free = asyncio.Semaphore(number)
        self._working: set[asyncio.Task[Any] | None] = set()

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Wait for a turn, and have it."""
        await self._begin()
        try:
            yield
        finally:
            self._end()

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Let another one work meanwhile, then wait for a turn again; nothing for who has none."""
        if asyncio.current_task() not in self._working:
            yield
            return
        self._end()
        try:
            yield
        finally:
            await self._begin()

    def leave(self) -> None:
        """Give the turn away for good, whatever else is still to be done; nothing for who has none."""
        self._end()

    async def _begin(self) -> None:
        await self._free.acquire()
        self._working.add(asyncio.current_task())

    def _end(self) -> None:
        """Also of one that was cancelled while it waited to begin again."""
        if (task := asyncio.current_task()) in self._working:
            self._working.remove(task)
            self._free.release()
