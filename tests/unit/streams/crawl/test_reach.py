"""A post that spreads is published again, seldom enough."""

from datetime import UTC, datetime, timedelta

import pytest

from streams.crawl.memory import Noted
from streams.crawl.reach import PAUSE, WINDOW, has_spread
from streams.records import Post, Reach

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


def spread(old: Reach, new: Reach, *, rested: timedelta = PAUSE, age: timedelta = PAUSE, dated: bool = True) -> bool:
    noted = Noted(township="330206104000", digest="d", reach=old, sent=NOW - rested)
    published = NOW - age if dated else None
    post = Post(id="1", township="330206104000", source="s", fetched=NOW, published=published, reach=new)
    return has_spread(noted, post)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (Reach(views=100), Reach(views=200)),
        (Reach(), Reach(views=100)),
        (Reach(likes=7), Reach(likes=14)),
        (Reach(views=500, replies=3), Reach(views=501, replies=4)),
        (Reach(replies=3), Reach(replies=2)),
    ],
)
def test_twice_the_views_or_another_reply_is_news(old: Reach, new: Reach) -> None:
    """Views and likes count when they doubled, replies one by one."""
    assert spread(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (Reach(views=100), Reach(views=199)),
        (Reach(views=1), Reach(views=99)),
        (Reach(likes=1), Reach(likes=9)),
        (Reach(views=1000), Reach(views=10)),
        (Reach(replies=3), Reach()),
        (Reach(), Reach()),
    ],
)
def test_a_few_more_views_are_not(old: Reach, new: Reach) -> None:
    """Nor is a number that fell, is small, or is no longer said."""
    assert not spread(old, new)


def test_never_twice_within_the_pause_nor_of_an_old_or_undated_post() -> None:
    """However it spreads: a post is published again at most every half hour, and for a week."""
    far = Reach(), Reach(views=10_000)
    assert not spread(*far, rested=PAUSE - timedelta(seconds=1))
    assert spread(*far, age=WINDOW)
    assert not spread(*far, age=WINDOW + timedelta(seconds=1))
    assert not spread(*far, dated=False)
