"""Cut a sequence into portions that are not too large to be held, sent or judged at once."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def portions(items: Iterable[T], size: Callable[[T], int], most: int) -> Iterator[list[T]]:
    """Neighbours together while their sizes stay below `most`; what is larger goes alone.

    Args:
        items: in the order that the portions keep.
        size: of one item, in the unit of `most`.
        most: a portion of several items is no larger.
    """
    portion: list[T] = []
    total = 0
    for item in items:
        if portion and total + size(item) > most:
            yield portion
            portion, total = [], 0
        portion.append(item)
        total += size(item)
    if portion:
        yield portion
