"""What the people of the made-up county write, and when it appears on its sites."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct, json

from streams.records import PostKind

COUNTY: Final = Path(__file__).parent / "county"
INBOX: Final = "990101000000"
"""The county's own inbox: posts that name both townships, or none."""

PLANTED: Final = ("19900000001", "99010119450101001X", "laotang@example.com", "6299990000000000004")
"""Made-up numbers and an address that residents left in posts; no store may show them."""

STORY_SECONDS: Final = 60
FLOW: Final = (5.0, 50.0)
"""Posts without a second of their own appear evenly between these seconds."""

Site = Literal["feed", "forum", "board"]


class Posting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One post of the county; `age` is minutes before the start, `at` a second of the story."""

    site: Site
    id: str
    kind: PostKind
    author: str
    body: str
    title: str = ""
    thread: str | None = None
    """The thread that a reply stands under."""
    age: int = 0
    at: float | None = None
    gloss: str = ""
    """What it says, in a line of English."""


class Showing(Struct, frozen=True):
    """A posting with its hours: on the site from `appears`, dated `published`."""

    posting: Posting
    appears: datetime
    published: datetime


@cache
def postings() -> tuple[Posting, ...]:
    """All posts of the county, a site's own in the order in which they appear."""
    files = sorted((COUNTY / "posts").glob("*.jsonl"))
    return tuple(json.decode(line, type=Posting) for file in files for line in file.read_bytes().splitlines())


def schedule(posts: Sequence[Posting], start: datetime) -> tuple[Showing, ...]:
    """Give every posting its hours, for a story whose second 0 is `start`."""
    return tuple(_showing(post, second, start) for post, second in _seconds(posts))


def glosses(posts: Iterable[Posting]) -> dict[str, str]:
    """English by what a reader sees: the title, or the body where there is none."""
    return {post.title or post.body: post.gloss for post in posts if post.gloss}


def _seconds(posts: Sequence[Posting]) -> Iterable[tuple[Posting, float]]:
    first, last = FLOW
    flowing = Counter(post.site for post in posts if post.at is None)
    seen = Counter[str]()
    for post in posts:
        if post.at is None:
            yield post, first + (last - first) * seen[post.site] / flowing[post.site]
            seen[post.site] += 1
        else:
            yield post, post.at


def _showing(post: Posting, second: float, start: datetime) -> Showing:
    appears = start + timedelta(seconds=second)
    published = appears if post.at is not None else start - timedelta(minutes=post.age)
    return Showing(post, appears, published)
