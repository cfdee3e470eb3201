"""A source most of whose records cannot be processed is set aside, so that it harms no other."""

from collections import deque
from collections.abc import Collection
from typing import Final

WINDOW: Final = 100
"""Records of a source that are looked at."""

SHARE: Final = 0.5
"""More dead records than this share of the window, and the source is in quarantine."""

LEAST: Final = 20
"""Fewer dead records than this prove nothing."""

MOST: Final = 10_000
"""Sources that are remembered, 7 MB of them; beyond that the one forgotten is the first that was met."""

PROBE: Final = 10
"""Of a source in quarantine, every so many records is read all the same: it may have been mended."""


class Quarantine:
    """Counts dead records by township and source, in the order of the log. A restart begins anew."""

    def __init__(self) -> None:
        self._recent: dict[tuple[str, str], deque[bool]] = {}
        self._held: dict[tuple[str, str], int] = {}

    def holds(self, township: str, source: str) -> bool:
        """Whether this record of a source goes to the dead letters unread; asked once for each that is new.

        One that a person sends again is not asked about: that its cause is mended is best seen by reading it.
        """
        if (township, source) not in self._held:
            return False
        self._held[township, source] += 1
        return self._held[township, source] % PROBE != 0

    def saw(self, township: str, source: str, *, dead: bool) -> bool:
        """Count one record that was read; true when the source enters quarantine by it."""
        recent = self._recent.setdefault((township, source), deque(maxlen=WINDOW))
        recent.append(dead)
        if len(self._recent) > MOST:
            del self._recent[next(iter(self._recent))]
        bad = sum(recent) >= max(LEAST, SHARE * len(recent))
        if (township, source) in self._held:
            if not dead:
                recent.clear()  # A probe came through: the source has been mended.
                del self._held[township, source]
            return False
        if bad:
            self._held[township, source] = 0
        return bad

    @property
    def held(self) -> Collection[tuple[str, str]]:
        """Township and source of each that is in quarantine now."""
        return tuple(self._held)

    def clear(self) -> None:
        self._recent.clear()
        self._held.clear()
