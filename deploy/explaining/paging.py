"""Says that an interface has more than one page of items, where nobody has said how to ask for the next."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

_TOTALS: Final = frozenset(
    {"total", "totalCount", "total_count", "totalNum", "totalSize", "totalElements", "recordCount"}
)
_PAGES: Final = frozenset({"pages", "totalPages", "total_pages", "totalPage", "pageCount", "page_count"})
_DEPTH: Final = 3
_DIGITS: Final = 9


def more(answer: Any, number: int) -> str:
    """What an answer says of items beyond the `number` that it holds; empty where it says nothing of any."""
    for key, value in _said(answer, _DEPTH):
        if key in _TOTALS and value > number:
            return f"{key} is {value}, of which {number} came: write how the next page is asked for, `paging`"
        if key in _PAGES and value > 1:
            return f"{key} is {value}: write how the next page is asked for, `paging`"
    return ""


def _said(answer: Any, depth: int) -> Iterator[tuple[str, int]]:
    """Numbers beside the list, by key; what stands in lists says it of something else."""
    if not isinstance(answer, Mapping) or not depth:
        return
    for key, value in answer.items():
        if isinstance(value, str) and value.isdecimal() and len(value) <= _DIGITS:
            yield key, int(value)
        elif isinstance(value, int):
            yield key, value
        else:
            yield from _said(value, depth - 1)
