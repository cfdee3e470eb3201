"""Read from disks that may not answer: a share whose server is away holds whoever reads there, for hours."""

import asyncio
import errno
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import Any, Final, TypeVar

T = TypeVar("T")

SECONDS: Final = 60.0
"""In which a folder is listed, or a file of it read: 25 MB come within it from a slow share."""


class Disk:
    """Reads beside the event loop, in a thread for each reading: those that hang hold up no parser, nor the end."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._readings: dict[str, Future[Any]] = {}

    async def read(self, source: str, reading: Callable[[], T]) -> T:
        """What `reading` returns, of a source that reads one thing after the other.

        Raises:
            OSError: what `reading` raises; TimeoutError where it takes too long, and at once while an earlier one of
                the source still hangs: there are never more threads than sources.
        """
        before = self._readings.get(source)
        if before and not before.done():
            raise TimeoutError(errno.ETIMEDOUT, "the disk has not answered since the last time")
        self._readings[source] = promise = Future[T]()
        promise.set_running_or_notify_cancel()  # Nobody can take it back: who waits may leave.
        Thread(target=_keep, args=(promise, reading), name=f"disk-{source}", daemon=True).start()
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.wrap_future(promise)
        except TimeoutError as error:
            said = f"the disk has not answered within {self._seconds:.0f} seconds"
            raise TimeoutError(errno.ETIMEDOUT, said) from error


def _keep(promise: Future[T], reading: Callable[[], T]) -> None:
    try:
        promise.set_result(reading())
    except BaseException as error:  # noqa: BLE001 (it is raised where it is waited for)
        promise.set_exception(error)
