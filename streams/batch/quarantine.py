"""A source most of whose records cannot be processed is set aside, so that it harms no other."""

from collections import defaultdict, deque
from typing import Final

WINDOW: Final = 100
"""Records of a source that are looked at."""

SHARE: Final = 0.5
"""More dead records than this share of the window, and the source is in quarantine."""

LEAST: Final = 20
"""Fewer dead records than this prove nothing."""


class Quarantine:
    """Counts dead records by township and source, in the order of the log. A restart begins anew."""

    def __init__(self) -> None:
        self._recent: dict[tuple[str, str], deque[bool]] = defaultdict(lambda: deque(maxlen=WINDOW))
        self._sources: set[tuple[str, str]] = set()

    def holds(self, township: str, source: str) -> bool:
        """Whether this source's records go to the dead letters unread."""
        return (township, source) in self._sources

    def saw(self, township: str, source: str, *, dead: bool) -> bool:
        """Count one record; true when the source enters quarantine by it."""
        recent = self._recent[township, source]
        recent.append(dead)
        if self.holds(township, source) or sum(recent) < max(LEAST, SHARE * len(recent)):
            return False
        self._sources.add((township, source))
        return True

    def clear(self) -> None:
        self._recent.clear()
        self._sources.clear()
