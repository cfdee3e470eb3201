"""Work on a page's posts beside the event loop, so many at a time: the other sources want to go on."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar

from streams.pages.page import Raw
from streams.portions import portions

_POST: Final = 200
"""Characters that take about as long as whatever else is done with a post."""

_PORTION: Final = 100_000
"""Characters of posts that are taken together: tens of milliseconds."""

_LIGHT: Final = 5_000
"""So few take no longer than it takes to go aside."""

T = TypeVar("T")


def in_portions(raws: Iterable[Raw]) -> Iterator[list[Raw]]:
    """A page's posts in their order, so many at a time that others need not wait long."""
    return portions(raws, _weight, _PORTION)


async def beside(raws: Sequence[Raw], work: Callable[[Sequence[Raw]], T]) -> T:
    """What some work on these posts answers: done in a thread, or at once where it is little. Raises what it raises."""
    return work(raws) if sum(map(_weight, raws)) <= _LIGHT else await asyncio.to_thread(work, raws)


def _weight(raw: Raw) -> int:
    """About what a post costs, in characters."""
    return _POST + len(raw.title) + len(raw.body)
