"""Notice what a source holds no more: twice, hours apart; never by a page that failed or a list that got shorter.

What a list lacks may be answered rather than deleted, so its own page is asked for first.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from streams.crawl.memory import Held, Noted
from streams.crawl.refusal import refused
from streams.crawl.watch import RESTRAINT
from streams.crawl.way import Way
from streams.errors import Unfetched
from streams.identity import document_id
from streams.pages.notice import quotes
from streams.records import Post
from streams.source import AnySource, Api, Feed, Table
from streams.web.backoff import LATER, PASSING

APART: Final = timedelta(hours=6)
"""Between the two visits that miss a post."""

GONE: Final = frozenset({"status_404", "status_410"})
"""How a site says of a page that was read before that there is none."""

_FEW: Final = 2
"""Threads that may all be gone; of more of them in one visit no more than half, or the site has moved its pages."""

_SHARE: Final = 3
"""Of what a list held no more than one in so many is gone, or the list is another one."""

_UNSTORED: Final = timedelta(days=7)
"""So long the log keeps posts: what no store holds by then it never will."""

_MOST: Final = 20
"""Posts that left a list whose own pages a visit asks for."""


class Gone:
    """What one walk misses of what its pages held before."""

    def __init__(self, source: AnySource, way: Way) -> None:
        self._source, self._way = source, way
        self.was: dict[str, Held] = {}
        """Of each page that was asked for, what was held of it before."""
        self.keys: dict[str, tuple[str, ...]] = {}
        """Of each page that was read, the posts on it, in its order; of one that did not change, those of before."""
        self.times: dict[str, tuple[datetime | None, ...]] = {}
        """Of each page that was read and had changed, when its posts were written."""
        self.refused: dict[str, tuple[str, ...]] = {}
        """Threads that are no more, and the posts that they held."""
        self.notices: dict[str, str] = {}
        """Of those of them whose pages say so, all that they say."""
        self.listed: str | None = None
        """The own page of a post that a list holds now: where it is not found either, no page says anything."""

    def lacks(self, page: str) -> bool:
        """Whether a page that was read lacks a post that it held, or that is looked for since."""
        return bool(_without(self.keys[page], self.was, [page])) if page in self.keys else False

    def missed_in_thread(self, first: str, pages: Sequence[str]) -> tuple[str, ...]:
        """Posts that a thread held and holds no more: only where all of it was read, and still begins as it did."""
        if not all(page in self.keys for page in pages) or not self.was[first].keys:
            return ()
        now = {key for page in pages for key in self.keys[page]}
        if self.was[first].keys[0] not in now:
            return ()
        return _without(now, self.was, pages)

    async def missed_in_lists(self, pages: Sequence[str]) -> tuple[str, ...]:
        """Posts that lists held and hold no more: only where they are in order of time and reach beyond the post."""
        if not pages or not all(page in self.times for page in pages):
            return ()
        now = {key for page in pages for key in self.keys[page]}
        missing = _without(now, self.was, pages)
        last = reaches_to([time for page in pages for time in self.times[page]])
        if not missing or last is None:
            return ()
        known = await self._way.memory.posts(self._source.name, missing)
        within = tuple(key for key in missing if key in known and _is_within(known[key], last))
        held = {key for page in pages for key in self.was[page].keys}
        return within if len(within) == 1 or len(within) * _SHARE <= len(held) else ()

    def missed_threads(self, asked: int) -> dict[str, tuple[str, ...]]:
        """Threads that are no more, with their posts; none where most of what was asked for is said to be gone."""
        if len(self.refused) > _FEW and len(self.refused) * 2 > asked:
            self._way.counts.add(self._source.name, "signal:gone:many")
            return {}
        return self.refused

    async def miss(self, keys: Collection[str], *, by_list: bool = False, notice: str = "") -> tuple[str, ...]:
        """Note that these posts were missed; one that was missed before, long enough ago, is told to be gone.

        One that no store holds is told as soon as one does: the worker may be behind.

        Args:
            keys: of the posts.
            by_list: only a list lacks them. Unless the source's file says that it holds all, their own pages are asked
                for, and nothing is said of those that have none.
            notice: what their page says, where that says that they are gone. If it shows words of any of them, it is
                that page in another skin, and none is.

        Returns:
            Those that the next visits are to look for.
        """
        if not keys:
            return ()
        now, known = self._way.clock.now(), await self._way.memory.posts(self._source.name, keys)
        there = {key: noted for key, noted in known.items() if noted.document and not noted.gone}
        due = {key: noted for key, noted in there.items() if noted.missed and now - noted.missed >= APART}
        notes = {key: replace(noted, missed=now) for key, noted in there.items() if not noted.missed}
        posts = await self._stored(due) if due else {}
        gone, waiting = await self._judged(posts, notice, by_list=by_list)
        await self._tell([posts[key] for key in due if key in gone], now)
        unstored = due.keys() - posts.keys()
        waiting |= {key for key in unstored if now - (due[key].missed or now) < _UNSTORED}
        # What was found at its own place, or in another skin, is not looked for any more.
        notes |= {key: replace(due[key], gone=now) for key in gone | (unstored - waiting)}
        notes |= {key: replace(due[key], missed=None) for key in posts.keys() - gone - waiting}
        if notes:
            await self._way.memory.remember(self._source.name, notes, {})
        return tuple(key for key in there if key not in due or key in waiting)

    async def _judged(self, posts: Mapping[str, Post], notice: str, *, by_list: bool) -> tuple[set[str], set[str]]:
        """Those of these posts that are gone, and those that are to be asked for another time."""
        if any(quotes(notice, post.body) for post in posts.values()):
            self._way.counts.add(self._source.name, "signal:post:missing")
            return set(), set()
        if posts and by_list and not self._is_complete:
            return await self._asked(posts)
        return set(posts), set()

    @property
    def _is_complete(self) -> bool:
        """Whether the source's file says that what its list lacks is no more."""
        return isinstance(self._source, Feed | Api | Table) and self._source.complete

    async def _stored(self, due: Mapping[str, Noted]) -> dict[str, Post]:
        keys = {noted.document: key for key, noted in due.items()}
        posts = await self._way.archive.posts({noted.document: noted.township for noted in due.values()})
        named = ((keys.get(document_id(post.township, post.source, post.id)), post) for post in posts)
        return {key: post for key, post in named if key}

    async def _asked(self, posts: Mapping[str, Post]) -> tuple[set[str], set[str]]:
        """Those of these posts whose own pages are no more, and those that are to be asked for another time."""
        gone, waiting = set[str](), set(posts)
        answers: dict[str | None, bool | None] = {}
        if not self._way.web.is_ample(self._source):
            return gone, waiting
        for key, post in list(posts.items())[:_MOST]:
            if post.url not in answers:  # An office's answer stands where the question does.
                answers[post.url] = await self._is_there(post.url) if self._is_ours(post.url) else True
            waiting -= set() if answers[post.url] is None else {key}
            gone |= {key} if answers[post.url] is False else set()
        if not gone:
            return gone, waiting
        is_there = await self._is_there(self.listed) if self._is_ours(self.listed) else False
        if is_there:
            return gone, waiting
        self._way.counts.add(self._source.name, "signal:gone:many")
        return set(), waiting | gone if is_there is None else waiting

    def _is_ours(self, address: str | None) -> bool:
        """Whether a page may be asked for: of the source's site or its origin's, by an address that hides nobody."""
        sites = {urlsplit(each).netloc for each in (self._source.url, self._source.origin) if each}
        return address is not None and "*" not in address and urlsplit(address).netloc in sites

    async def _is_there(self, address: str | None) -> bool | None:
        """Whether a site shows a page, or does not say that it is no more; None where it is to be asked again."""
        try:
            await self._way.web.fetch(address or "", source=self._source)
        except Unfetched as error:
            self._way.counts.add(self._source.name, "requests", error.name not in RESTRAINT | LATER)
            return None if error.name in PASSING else error.name not in GONE
        self._way.counts.add(self._source.name, "requests")
        return True

    async def _tell(self, posts: Sequence[Post], now: datetime) -> None:
        """Publish their last words once more, and that they are gone: the worker of their township notes it."""
        said = [replace(post, fetched=now, gone=now) for post in posts]
        left = await refused(said, self._way.publish) if said else []
        self._way.counts.add(self._source.name, "gone", len(said) - len(left))
        self._way.counts.add(self._source.name, "signal:gone:refused", len(left))


def reaches_to(times: Sequence[datetime | None]) -> datetime | None:
    """When the last post of a list was written that is in order, the newest first; None for any other list.

    Posts that are pinned to its top may be older than what follows.
    """
    written = [time for time in times if time is not None]
    if len(written) < len(times):
        return None
    while len(written) > 1 and written[0] < written[1]:
        del written[0]
    in_order = all(earlier >= later for earlier, later in pairwise(written))
    return written[-1] if written and in_order else None


def _is_within(noted: Noted, last: datetime) -> bool:
    return noted.written is not None and noted.written > last


def _without(now: Collection[str], was: dict[str, Held], pages: Sequence[str]) -> tuple[str, ...]:
    held = [key for page in pages for key in (*was[page].keys, *was[page].missing)]
    return tuple(dict.fromkeys(key for key in held if key not in now))
