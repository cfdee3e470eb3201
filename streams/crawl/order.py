"""Which end of a list is its new one."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from streams.pages.page import LISTING, Reading
from streams.source import AnySource, Api

_FEW: Final = 5
"""Of fewer it may be chance: so many stand in this order in one of 120 cases."""

_NUMBER: Final = re.compile(r"[0-9]{1,18}")


def is_ascending(reading: Reading, source: AnySource) -> bool:
    """Whether a page that others follow begins with what is oldest: so what is new stands at the end of the last one.

    By the times of its posts; where they do not tell, by the numbers in their ids, or in the addresses of its threads.
    Where the next page is asked for by a time, it is the older one, in whatever order each of them is.
    """
    if isinstance(source, Api) and source.paging and source.paging.time:
        return False
    if not any(link.role == LISTING for link in reading.links):
        return False
    posts = [raw for raw in reading.posts if raw.kind != "answer"]
    times = [raw.published for raw in posts if raw.published]
    if times and len(times) == len(posts) and times[0] != times[-1]:
        return _rises(times)
    names = [raw.id for raw in posts] or [link.url for link in reading.links if link.role != LISTING]
    return _rises([tuple(int(number) for number in _NUMBER.findall(name)) for name in names])


def _rises(values: Sequence[Any]) -> bool:
    return len(values) >= _FEW and values[0] < values[-1] and all(one <= other for one, other in pairwise(values))
