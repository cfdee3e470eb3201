"""Whether a further page of a list comes again: given for ever by its interface, or pushed back by what is new."""

from collections.abc import Sequence
from typing import Final

_SAME: Final = 2
"""Times that a page comes again before it is given for ever: once, as many new items as it holds may have come."""

_PUSHED: Final = 5
"""Pages in a row that new items push back, at most: more of them only repeat."""


class Listed:
    """What one walk has seen on list pages, by name: keys of posts, addresses of threads."""

    def __init__(self) -> None:
        self._met: set[str] = set()
        self._last: tuple[str, ...] = ()
        self._same = self._again = 0

    def see(self, names: Sequence[str]) -> None:
        """Take note of what a page lists, in its order."""
        # A page of one item may end with that on which it began.
        self._same = self._same + 1 if len(names) > 1 and self._last == tuple(names) else 0
        self._again = self._again + 1 if names and self._met.issuperset(names) else 0
        self._last = tuple(names)
        self._met.update(names)

    @property
    def is_stuck(self) -> bool:
        """Whether one page comes again and again, by whatever number it is asked for."""
        return self._same >= _SAME

    @property
    def is_pushed(self) -> bool:
        """Whether the last page says nothing of those behind it: it lists only what stood before it a moment ago."""
        return 0 < self._again <= _PUSHED
