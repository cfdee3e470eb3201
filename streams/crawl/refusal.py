"""Find which of many are never taken, so that they keep nobody else out."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from streams.errors import Refused

T = TypeVar("T")


async def refused(items: Sequence[T], offer: Callable[[Sequence[T]], Awaitable[object]]) -> list[T]:
    """Offer items, all at once, or by halves where some are refused; the answer is those. The others stand, in order.

    Some may be offered twice. Raises what `offer` raises, but for Refused.
    """
    try:
        await offer(items)
    except Refused:
        if len(items) == 1:
            return list(items)
        middle = len(items) // 2
        return [*await refused(items[:middle], offer), *await refused(items[middle:], offer)]
    return []
