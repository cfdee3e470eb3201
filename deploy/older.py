"""Says of a worker that was not restarted that it leaves a replay as it is: else only its numbers would show it."""

import structlog

from streams.batch.headers import OLDER
from streams.batch.patience import Tally

log = structlog.get_logger()


class Older:
    """A tally that says so once, and passes on all that is counted.

    Args:
        tally: counts.
        generation: the worker's.
    """

    def __init__(self, tally: Tally, generation: int) -> None:
        self._tally, self._generation, self._told = tally, generation, False

    def add(self, name: str, amount: int = 1, **labels: str) -> None:
        """Count so many of a name."""
        self._tally.add(name, amount, **labels)
        if name == OLDER and not self._told:
            self._told = True
            log.warning(
                "a replay is left as it is",
                reason=f"it is for a newer generation than this worker's {self._generation}",
                remedy="restart this worker, then run the replay again",
            )
