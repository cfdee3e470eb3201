"""Publish posts at a pace: of each township so many a second, that a source which catches up buries no other."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from copy import copy
from datetime import timedelta
from itertools import groupby
from math import floor
from typing import Final

from streams.crawl.counts import Counts
from streams.protocols import Clock
from streams.records import Post
from streams.topics import BACKFILL, POSTS

Send = Callable[[str, Sequence[Post]], Awaitable[None]]
"""Told the role of a topic and posts; returns when they are safe in the log, raises when they may not be."""

A_SECOND: Final = 200
"""Posts of one township; a worker judges about three times as many."""

PATIENCE: Final = 60.0
"""Seconds that a post which may alert waits for its turn: at the default pace, behind 12,000 others."""

_BURST: Final = 1.0
"""Seconds whose posts may go at once."""


_AT_ONCE: Final = 500
"""Posts that go into `.backfill` together: to write them down takes milliseconds, in which nobody else goes on."""


class Pace:
    """Publishes posts into `.posts`, of each township at most so many a second, the oldest first.

    What may alert is not sent where nothing does for the sake of a pace: it waits for its turn. What is too old to
    alert anybody goes into `.backfill` unless there is room at once, and so do, of what would wait for more than
    `PATIENCE`, the oldest (decision 0015).

    Args:
        send: into a topic.
        clock: of this machine.
        counts: of the sources; told of `backfill`, and of `unalerted`: what went there and might have alerted.
        a_second: posts of one township.
        alerts_for: how long after its publication a post may alert, in the township that allows longest.
    """

    def __init__(
        self, send: Send, clock: Clock, counts: Counts, *, a_second: float = A_SECOND, alerts_for: timedelta
    ) -> None:
        self._send, self._clock, self._counts = send, clock, counts
        self._a_second, self._alerts_for = a_second, alerts_for
        self._next: dict[str, float] = {}

    def through(self, send: Send) -> "Pace":
        """The same pace, whose turns all share, for who sends in another way."""
        other = copy(self)
        other._send = send  # noqa: SLF001 (it is one of us)
        return other

    async def publish(self, posts: Sequence[Post]) -> None:
        """Return when all of them are safe in the log; raise what sending raises: some may be there then."""
        turns, later = self._planned(posts)
        for source, group in groupby(sorted(later, key=_source), key=_source):
            self._count(source, list(group))
        for start in range(0, len(later), _AT_ONCE):
            await self._send(BACKFILL, later[start : start + _AT_ONCE])
        while turns:
            now = self._now()
            due = [post for turn, post in turns if turn <= now]
            if due:
                await self._send(POSTS, due)
            turns = turns[len(due) :]
            if turns:
                await self._clock.sleep(_BURST)

    def _planned(self, posts: Iterable[Post]) -> tuple[list[tuple[float, Post]], list[Post]]:
        """When each may go into `.posts`, the soonest first; and those that go into `.backfill`."""
        turns: list[tuple[float, Post]] = []
        later: list[Post] = []
        for township, group in groupby(sorted(posts, key=lambda post: post.township), key=lambda post: post.township):
            chosen, rest = self._chosen(township, sorted(group, key=_written))
            turns += zip(self._turns(township, len(chosen)), chosen, strict=True)
            later += rest
        return sorted(turns, key=lambda each: each[0]), later

    def _chosen(self, township: str, posts: Sequence[Post]) -> tuple[list[Post], list[Post]]:
        """Those for `.posts` and those for `.backfill`, each the oldest first as they came."""
        now = self._now()
        may_alert = [post for post in posts if self._may_alert(post)]
        told = [post for post in posts if not self._may_alert(post)]
        waiting = self._begin(township) - now
        at_once = max(0, floor(-waiting * self._a_second + 1) - len(may_alert))
        most = max(0, floor((PATIENCE - waiting) * self._a_second))
        cut, old = max(0, len(may_alert) - most), max(0, len(told) - at_once)
        return [*told[old:], *may_alert[cut:]], [*told[:old], *may_alert[:cut]]

    def _turns(self, township: str, number: int) -> list[float]:
        """The times at which so many may go, taken from now on."""
        begin = self._begin(township)
        self._next[township] = begin + number / self._a_second
        return [begin + place / self._a_second for place in range(number)]

    def _begin(self, township: str) -> float:
        """When the township's next post may go: in the past while there is room."""
        now, owed = self._now(), self._next.get(township, 0.0)
        if owed > now + PATIENCE + _BURST:  # The clock was set back.
            owed = 0.0
        return max(owed, now - _BURST + 1 / self._a_second)

    def _may_alert(self, post: Post) -> bool:
        """One without a date counts as written when it is read."""
        return post.published is None or self._clock.now() - post.published <= self._alerts_for

    def _count(self, source: str, posts: Sequence[Post]) -> None:
        self._counts.add(source, "backfill", len(posts))
        self._counts.add(source, "unalerted", sum(self._may_alert(post) for post in posts))

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _source(post: Post) -> str:
    return post.source


def _written(post: Post) -> float:
    return (post.published or post.fetched).timestamp()
