"""Keep as many values as memory allows: the one that was asked for longest ago makes room."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Values by key, made when they are first asked for.

    Args:
        make: the value of a key that is not there.
        most: how much is kept; more while all of it is in use.
        in_use: whether a value would be missed.
        weigh: how much a value is; without it each is one.
    """

    def __init__(
        self, make: Callable[[K], V], most: int, in_use: Callable[[V], bool], weigh: Callable[[V], int] | None = None
    ) -> None:
        self._make, self._most, self._in_use, self._weigh = make, most, in_use, weigh
        self._values: OrderedDict[K, V] = OrderedDict()

    def __getitem__(self, key: K) -> V:
        if key not in self._values:
            self._make_room()
            self._values[key] = self._make(key)
        self._values.move_to_end(key)
        return self._values[key]

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __len__(self) -> int:
        return len(self._values)

    def _make_room(self) -> None:
        """Values may have grown since they were made, so all are weighed: new keys are rare."""
        weigh = self._weigh or _one
        excess = (sum(map(weigh, self._values.values())) if self._weigh else len(self)) + 1 - self._most
        if excess <= 0:
            return
        for key in [key for key, value in self._values.items() if not self._in_use(value)]:
            excess -= weigh(self._values.pop(key))
            if excess <= 0:
                return


def _one(_: object) -> int:
    return 1
