"""When a post's reach alone is worth publishing it again."""

from datetime import timedelta
from typing import Final

from streams.crawl.memory import Noted
from streams.records import Post, Reach

PAUSE: Final = timedelta(minutes=30)
"""Between two publications of a post for the sake of its reach."""

WINDOW: Final = timedelta(days=7)
"""Whatever spreads later was judged long ago. As long as `.posts` keeps a record."""

_MANY_VIEWS: Final = 100
_MANY_LIKES: Final = 10
"""Below these, twice as many is noise."""


def has_spread(noted: Noted, post: Post) -> bool:
    """Whether to publish a post whose words are the same: rarely, and only while it is fresh.

    Never one without a date: it would count as written when it is read.
    """
    fresh = post.published is not None and post.fetched - post.published <= WINDOW
    rested = noted.sent is None or post.fetched - noted.sent >= PAUSE
    return fresh and rested and _is_far(noted.reach, post.reach)


def _is_far(old: Reach, new: Reach) -> bool:
    """Another number of replies, or at least twice as many views or likes."""
    answered = new.replies is not None and new.replies != old.replies
    return answered or _doubled(old.views, new.views, _MANY_VIEWS) or _doubled(old.likes, new.likes, _MANY_LIKES)


def _doubled(old: int | None, new: int | None, least: int) -> bool:
    return new is not None and new >= max(least, 2 * (old or 0))
