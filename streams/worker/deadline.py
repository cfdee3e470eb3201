"""End the process at a given time, whatever hangs: the last resort, in a thread of its own."""

import os
import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger()


class Deadline:
    """A daemon thread that ends the process with `code` after `seconds`, unless cancelled.

    An event loop that hangs, a library that waits for ever, a lock: none of them stops it.
    """

    def __init__(self, seconds: float, code: int, reason: str, *, end: Callable[[int], object] = os._exit) -> None:
        self._code, self._reason, self._end = code, reason, end
        self._timer = threading.Timer(seconds, self._pass)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        """The end came in time."""
        self._timer.cancel()

    def _pass(self) -> None:
        log.error("the process ends by its deadline", reason=self._reason, code=self._code)
        self._end(self._code)
