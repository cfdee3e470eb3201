"""Publish what a page holds of new: its township noted first, itself noted when it is safe in the log."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from msgspec.structs import replace

from streams.crawl.arrive import arrive, digest_of, is_long, shortened, unnamed, writers_of
from streams.crawl.arrive import keys as keys_of
from streams.crawl.beside import beside, in_portions
from streams.crawl.memory import Noted
from streams.crawl.reach import has_spread
from streams.crawl.refusal import refused
from streams.crawl.township import township_of
from streams.crawl.way import Way
from streams.identity import document_id
from streams.pages.page import Raw
from streams.privacy.door import digested
from streams.privacy.others import Writers
from streams.records import Post
from streams.source import AnySource

_RARELY: Final = timedelta(days=1)
"""How often it is noted that a post is still listed."""


class News:
    """What one visit publishes, page by page.

    `times` are those at which its new posts were written; `fresh` counts them and the edited ones, and `missed` those
    of them that were written after `since`. `poorer` counts posts that said less than what stands of them: a page that
    changed its layout, asks to log in or cannot be had takes no words away. `forgotten` are the keys of posts that
    it met and that nobody shall remember. `refused` counts posts that the log or the store never takes: they keep out
    no other, and are tried again once a day.
    """

    def __init__(self, source: AnySource, way: Way, since: datetime | None = None) -> None:
        self._source, self._way = source, way
        self._townships: dict[str, str] = {}
        self._digests: dict[str, str] = {}
        self._authors: dict[str, str | None] = {}
        self.times: list[datetime] = []
        self.fresh = self.missed = self.published = self.poorer = self.refused = 0
        self.forgotten: set[str] = set()
        self._since = since

    def has_met(self, raws: Sequence[Raw]) -> bool:
        """Whether this visit met all posts of a page before; not of a page without any."""
        return bool(raws) and all(key_of(raw.id) in self._digests for raw in raws)

    async def publish(self, raws: Iterable[Raw], said: datetime | None = None) -> dict[str, Noted]:
        """Publish what is new, has changed or has spread, the oldest first; the answer is what to remember of it.

        Of what was `said` before what is noted nothing is news: messages may come late, or be sent again by others.

        The order makes a crash harmless: what is noted and not published is published again, and in the township
        that was noted, so that it is the same post.
        """
        raws = list(raws)
        if said:  # It stands against what was said before, not beside it: of one page's repeats the first counts.
            self._digests.clear()
        self._authors |= {raw.id: raw.author for raw in raws if raw.thread is None}
        writers = await beside(raws, writers_of)
        known: dict[str, Noted] = {}
        notes: dict[str, Noted] = {}
        posts: dict[str, Post] = {}
        for portion in in_portions(raws):
            posts |= await self._of(portion, writers, known, notes, said)
        for key in await self._sent(posts):
            before = known.get(key) or Noted(township=self._townships[key])
            notes[key] = replace(before, listed=self._way.clock.now(), refused=self._way.clock.now())
        return notes

    async def _of(
        self,
        raws: Sequence[Raw],
        writers: Mapping[str, Writers],
        known: dict[str, Noted],
        notes: dict[str, Noted],
        said: datetime | None,
    ) -> dict[str, Post]:
        """Of some of a page's posts those that are to be published; what was known of them, and what to note."""
        with_words = await self._remembered([raw for raw in raws if self._has_words(raw)])
        keys = {key_of(identity) for raw in with_words for identity in (raw.id, raw.thread) if identity}
        known |= await self._way.memory.posts(self._source.name, keys) if keys else {}
        with_words = await self._decide(with_words, known)
        arrived = await beside(with_words, partial(self._arrived, writers, self._way.clock.now()))
        return {
            key: post
            for raw, (arriving, digest) in zip(with_words, arrived, strict=True)
            if (post := self._news(raw, arriving, digest, known.get(key := key_of(raw.id)), notes, said))
        }

    async def _sent(self, posts: Mapping[str, Post]) -> Sequence[str]:
        """Publish posts, the oldest first; the answer names those that the log refuses."""

        async def publish(some: Sequence[str]) -> None:
            await self._way.publish([posts[key] for key in some])

        oldest_first = sorted(posts, key=lambda key: _written(posts[key]))
        left = await refused(oldest_first, publish) if posts else []
        self.published += len(posts) - len(left)
        self._count("published", len(posts) - len(left))
        self._refuse("log", len(left))
        return left

    def _refuse(self, server: str, number: int) -> None:
        self.refused += number
        self._count(f"refused:{server}", number)

    def _has_words(self, raw: Raw) -> bool:
        self._count("listed")
        if raw.id and (raw.title or raw.body):
            return True
        self._count("empty" if raw.id else "signal:id:missing")
        return False

    async def _remembered(self, raws: Sequence[Raw]) -> Sequence[Raw]:
        """Those that nobody asked to forget; of the others nothing is noted."""
        keys = [keys_of(raw, self._source.name, self._way.door, self._authors.get(raw.thread or "")) for raw in raws]
        listed = await self._way.memory.forgotten([key for each in keys for key in each]) if keys else ()
        if not listed:
            return raws
        gone = [raw for raw, each in zip(raws, keys, strict=True) if not listed.isdisjoint(each)]
        met = {key_of(raw.id) for raw in gone}
        self.forgotten |= met
        self._digests |= dict.fromkeys(met, "")
        self._count("forgotten", len(gone))
        return [raw for raw, each in zip(raws, keys, strict=True) if listed.isdisjoint(each)]

    async def _decide(self, raws: Sequence[Raw], known: Mapping[str, Noted]) -> Sequence[Raw]:
        """A post's township, once and for all: whoever comes later finds it noted, whatever gazetteers say by then.

        The answer is all whose township is noted.
        """
        self._townships |= {key: noted.township for key, noted in known.items()}
        new = [raw for raw in raws if key_of(raw.id) not in self._townships]
        townships, now = await beside(new, self._located), self._way.clock.now()
        decided = {key: Noted(township=township, listed=now) for key, township in townships.items()}

        async def decide(some: Sequence[str]) -> None:
            standing = await self._way.memory.decide(self._source.name, {key: decided[key] for key in some})
            self._townships |= {key: noted.township for key, noted in standing.items()}

        left = set(await refused(list(decided), decide)) if decided else set()
        noted = [raw for raw in raws if key_of(raw.id) not in left]
        self._refuse("store", len(raws) - len(noted))
        return noted

    def _located(self, raws: Sequence[Raw]) -> Mapping[str, str]:
        """Where new posts belong by their words, or by those of their threads."""
        found: dict[str, str] = {}
        for raw in raws:
            thread = key_of(raw.thread or "")
            there = found.get(thread) or self._townships.get(thread)
            found.setdefault(key_of(raw.id), township_of(raw, self._source, self._way.locate, there))
        return found

    def _arrived(
        self, writers: Mapping[str, Writers], now: datetime, raws: Sequence[Raw]
    ) -> Sequence[tuple[Post, str]]:
        """The posts as they may be published, and what tells their texts from others."""
        posts = [self._arrive(unnamed(raw, writers), now) for raw in raws]
        return [(post, digest_of(post)) for post in posts]

    def _arrive(self, raw: Raw, now: datetime) -> Post:
        if raw.thread and raw.thread not in self._authors:
            # Its first page had not changed: whose handle may stand in the address, nobody knows by now.
            raw = replace(raw, url=None)
        township, answered = self._townships[key_of(raw.id)], self._authors.get(raw.thread or "")
        return arrive(raw, self._source.name, township, now, self._way.door, answered)

    def _news(
        self,
        raw: Raw,
        post: Post,
        digest: str,
        noted: Noted | None,
        notes: dict[str, Noted],
        said: datetime | None = None,
    ) -> Post | None:
        """The post when it is to be published, and what to note of it."""
        key, now = key_of(raw.id), self._way.clock.now()
        noted = noted or Noted(township=self._townships[key])
        is_due = noted.listed is None or now - noted.listed >= _RARELY
        if said and noted.said and said < noted.said:
            self._count("outdated")
            if is_due:
                notes[key] = replace(noted, listed=now)
            return None
        self._count("cut", is_long(raw))
        if met := self._digests.get(key):
            self._count("unchanged" if met == digest else "duplicate")
            return None
        self._digests[key] = digest
        is_fresh, is_back, extent = digest != noted.digest, noted.gone is not None, extent_of(raw)
        is_less = is_fresh and bool(noted.digest) and extent < noted.extent
        if is_less and raw.unasked and not is_back:
            is_fresh = False
        elif is_less and not raw.unasked:
            self.poorer += 1
            self._count("signal:body:partial" if raw.body else "signal:body:vanished")
            if is_due:
                notes[key] = replace(noted, listed=now)
            return None
        document = document_id(post.township, post.source, post.id)
        noted = replace(noted, document=document, written=post.published, gone=None, said=said or noted.said)
        if not is_fresh and not is_back and not has_spread(noted, post):
            self._count("unchanged")
            if said or noted.missed or is_due:
                notes[key] = replace(noted, listed=now, missed=None)
            return None
        if noted.refused and not said and now - noted.refused < _RARELY:
            self._refuse("log", 1)
            return None
        self._weigh(noted, post, is_fresh=is_fresh, is_back=is_back)
        noted = replace(noted, digest=digest, extent=extent, reach=post.reach, sent=now, listed=now)
        notes[key] = replace(noted, missed=None, refused=None)
        return post

    def _weigh(self, noted: Noted, post: Post, *, is_fresh: bool, is_back: bool) -> None:
        """Count of a post that is to be published in which way it is news."""
        if not noted.digest:
            self.times.append(_written(post))
        self.fresh += is_fresh
        if is_fresh and post.published and self._since:
            self.missed += post.published >= self._since
        self._count("edited", is_fresh and bool(noted.digest))
        self._count("back", is_back)
        self._count("spread", not is_fresh and not is_back)

    def _count(self, name: str, number: int = 1) -> None:
        self._way.counts.add(self._source.name, name, number)


def key_of(identity: str) -> str:
    """Under what a post is remembered, whether or not its id, which may hold a handle, has passed the door."""
    return digested(shortened(identity))


def extent_of(raw: Raw) -> int:
    """How much of a post's words are there: 0 none but its title, 1 a part of them, 2 all that we know of."""
    return (1 if raw.partial or raw.unasked else 2) if raw.body else 0


def _written(post: Post) -> datetime:
    return post.published or post.fetched
