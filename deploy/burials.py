"""Say how many records became dead letters, why, and where they stood; never what was in them."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Final

import structlog
from msgspec import json

from deploy.health import Metrics
from streams.protocols import Message
from streams.records import Letter
from streams.topics import DEAD

log = structlog.get_logger()

PAUSE: Final = 10.0
"""Seconds between two lines: a broken source may bury thousands of records a second."""


_letters = json.Decoder(Letter)


class Burials:
    """Counts dead letters once they stand in their topic, and logs a line: at once, then every PAUSE at most.

    Args:
        metrics: counts them by reason, step, township and source.
        pause: seconds between two lines.
    """

    def __init__(self, metrics: Metrics, pause: float = PAUSE) -> None:
        self._metrics, self._pause = metrics, pause
        self._untold: list[Letter] = []
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self, messages: Sequence[Message]) -> None:
        """These messages were produced."""
        buried = [_letters.decode(message.value) for message in messages if message.role == DEAD]
        for each in buried:
            self._metrics.bury(each.reason, each.step, each.township or "", each.source or "", again=each.retries > 0)
        self._untold += buried
        if not self._timer:
            self._tell()

    def close(self) -> None:
        """Say what has not been said."""
        if self._timer:
            self._timer.cancel()
        self._tell()

    def _tell(self) -> None:
        self._timer = None
        if not self._untold:
            return
        told, self._untold = self._untold, []
        reasons = Counter(f"{each.reason} ({each.step})" for each in told)
        log.warning("records became dead letters", count=len(told), reasons=dict(reasons), places=_places(told))
        self._timer = asyncio.get_running_loop().call_later(self._pause, self._tell)


def _places(buried: Sequence[Letter]) -> dict[str, str]:
    """From which offset to which, by topic and partition."""
    offsets: dict[str, list[int]] = {}
    for each in buried:
        offsets.setdefault(f"{each.topic}/{each.partition}", []).append(each.offset)
    return {place: _span(min(those), max(those)) for place, those in offsets.items()}


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
