"""How long a search server that refuses our credentials is waited for."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from streams.elasticsearch.failures import Unadmitted, busy_when_away
from streams.errors import Busy

ADMISSION: Final = 300.0
"""Seconds. An Elasticsearch that starts answers 401 to right users, keys and tokens until the index that holds them is
back, and 403 where it holds their roles; it brings that index back first."""


class Admission:
    """Turns the client's errors into ours, as `busy_when_away`, and a refusal into Busy while it may pass.

    Args:
        server: its address, for messages.
        clock: seconds that only grow.
    """

    def __init__(self, server: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._server, self._clock = server, clock
        self._refused: dict[str, float] = {}

    @contextmanager
    def asking(self, right: str = "read") -> Iterator[None]:
        """Around a request.

        Args:
            right: what it takes; who may read and not write is refused although every other request succeeds.

        Raises:
            Busy: it may succeed later.
            Misconfigured: we are refused this for ADMISSION seconds now, whenever we ask.
        """
        try:
            with busy_when_away(self._server):
                yield
        except Unadmitted as refusal:
            now = self._clock()
            if now - self._refused.setdefault(right, now) >= ADMISSION:
                raise
            raise Busy(f"{refusal}; one that starts may refuse for a while, and is waited for") from refusal
        except BaseException:
            self._refused.clear()
            raise
        self._refused.pop(right, None)
