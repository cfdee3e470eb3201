"""What crawlers remember of a source, so that any of them goes on where the last one stopped."""

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from streams.crawl.day import Day, Days
from streams.crawl.fence import Fence
from streams.crawl.watch import Watch
from streams.pages.page import Link
from streams.records import Reach

_AHEAD: Final = timedelta(minutes=10)
"""By which the clocks of two machines may differ."""

_SILENT: Final = timedelta(hours=2)
"""And three visits that did not happen: after so long a crawler is taken for dead. Its back-off ends at an hour."""


class Noted(Struct, frozen=True, kw_only=True):
    """A post that was met. Without a digest its township is decided, and nobody knows whether it was published.

    `extent` says how much of its words was published (`news.extent_of`). `reach` is as last published, `sent` when that
    was, `listed` when its source listed it last: to the day, or to two weeks where its page did not change. `document`
    is the id under which it is stored, `written` when it says it was. Since `missed` it is not found, and since `gone`
    said to be gone. What was brought was `said` when its message was signed. Since `refused` the log does not take what
    it says.
    """

    township: str
    digest: str = ""
    extent: int = 0
    reach: Reach = Reach()
    sent: datetime | None = None
    listed: datetime | None = None
    document: str = ""
    written: datetime | None = None
    missed: datetime | None = None
    gone: datetime | None = None
    said: datetime | None = None
    refused: datetime | None = None


class Held(Struct, frozen=True):
    """A page that was read: by what to ask whether it changed, where it led, and the stamp under which all was read.

    `reading` is a digest of how it was read: to another reader it is a new page. `keys` are the posts on it, in its
    order, and `missing` those that it held before and that are looked for: it is read `again` then, stamp or no stamp.
    It was last asked for as a `whole`, changed or not, at that time. A thread that could not be read, or said less, so
    many `times` in a row is left alone while it `rests`, or until it is read `again`. Under an address to which its
    site redirects stands only `by` which other one the page is asked for. When a visit met it last it was `visited`, to
    two weeks. A listing that begins with what is oldest is `ascending`.
    """

    etag: str | None = None
    modified: str | None = None
    links: tuple[Link, ...] = ()
    stamp: str | None = None
    reading: str = ""
    keys: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    again: datetime | None = None
    whole: datetime | None = None
    times: int = 0
    rests: datetime | None = None
    by: str = ""
    visited: datetime | None = None
    ascending: bool = False


class Head(Struct, frozen=True, kw_only=True):
    """How a source stands.

    `crawler` is who visited it last, and `visited` when that began; `walked` says whether that visit came to its end,
    `failures` how many in a row did not. `reading` is a digest of how its pages are read. Until `closed` the site asked
    to be left alone. Threads that no list leads to were last read again when it was `reread`; of those that are
    looked at once a day each had its turn up to `looked`. A visit that was cut short had `reached` so many list pages.
    """

    source: str
    crawler: str = ""
    visited: datetime | None = None
    walked: bool = False
    reading: str = ""
    failures: int = 0
    closed: datetime | None = None
    reread: datetime | None = None
    looked: datetime | None = None
    reached: int = 0
    watch: Watch = Watch()
    fence: Fence | None = None

    def believed(self, now: datetime) -> "Head":
        """The head; an empty one where it was written by a clock that was ahead, or it would stand until that day."""
        ahead = self.visited is not None and self.visited > now + _AHEAD
        return Head(source=self.source, fence=self.fence) if ahead else self

    def is_taken(self, crawler: str, now: datetime, schedule: float) -> bool:
        """Whether a crawler that was started later visits this source: names of crawlers sort by their start."""
        if self.visited is None or self.crawler <= crawler:
            return False
        return now - self.visited <= _SILENT + 3 * timedelta(seconds=schedule)


class Memory(Days, Protocol):
    """Where it is kept. Whatever is written is there for the next call, whoever asks.

    Posts are named by a digest of their id (`news.key_of`), pages by their address. In both, and in what a page leads
    to, a handle may stand: where they last, none of them is kept as it is. Each call raises Busy when it failed and may
    succeed later.
    """

    async def head(self, source: str) -> Head:
        """How a source stands; of a new one an empty head."""

    async def put_head(self, head: Head) -> Head | None:
        """The head as it stands from now on, or None when somebody else has written one since this one was read."""

    async def posts(self, source: str, keys: Collection[str]) -> Mapping[str, Noted]:
        """What is known of these posts; nothing of new ones."""

    async def pages(self, source: str, addresses: Collection[str]) -> Mapping[str, Held]:
        """What is known of these pages; nothing of new ones."""

    async def decide(self, source: str, posts: Mapping[str, Noted]) -> Mapping[str, Noted]:
        """Note new posts before they are published. What was noted first stands, and is the answer."""

    async def remember(self, source: str, posts: Mapping[str, Noted], pages: Mapping[str, Held]) -> None:
        """Note what was published and read, over what stood there."""

    async def forgotten(self, keys: Collection[str]) -> AbstractSet[str]:
        """Which of these keys of posts and authors are to be forgotten (`Door.keys`)."""


class Here(Memory):
    """Kept in this process, for tests: it keeps the promises of the one that lasts."""

    def __init__(self) -> None:
        self.listed: set[str] = set()
        self._heads: dict[str, Head] = {}
        self._posts: dict[tuple[str, str], Noted] = {}
        self._pages: dict[tuple[str, str], Held] = {}
        self._days: dict[tuple[str, date], Day] = {}

    async def head(self, source: str) -> Head:
        return self._heads.get(source, Head(source=source))

    async def put_head(self, head: Head) -> Head | None:
        there = (await self.head(head.source)).fence
        if there != head.fence:
            return None
        self._heads[head.source] = replace(head, fence=Fence(there.seq_no + 1 if there else 0, 1))
        return self._heads[head.source]

    async def posts(self, source: str, keys: Collection[str]) -> Mapping[str, Noted]:
        return {key: self._posts[source, key] for key in keys if (source, key) in self._posts}

    async def pages(self, source: str, addresses: Collection[str]) -> Mapping[str, Held]:
        return {each: self._pages[source, each] for each in addresses if (source, each) in self._pages}

    async def decide(self, source: str, posts: Mapping[str, Noted]) -> Mapping[str, Noted]:
        return {key: self._posts.setdefault((source, key), post) for key, post in posts.items()}

    async def remember(self, source: str, posts: Mapping[str, Noted], pages: Mapping[str, Held]) -> None:
        self._posts.update({(source, key): post for key, post in posts.items()})
        self._pages.update({(source, address): page for address, page in pages.items()})

    async def days(self, names: Mapping[str, date]) -> Mapping[str, Day]:
        return {source: self._days[source, day] for source, day in names.items() if (source, day) in self._days}

    async def put_days(self, days: list[Day]) -> list[Day]:
        late: list[Day] = []
        for day in days:
            there = self._days.get((day.source, day.day))
            if (there.fence if there else None) != day.fence:
                late.append(day)
                continue
            fence = Fence(day.fence.seq_no + 1 if day.fence else 0, 1)
            self._days[day.source, day.day] = replace(day, fence=fence)
        return late

    async def forgotten(self, keys: Collection[str]) -> AbstractSet[str]:
        return self.listed & set(keys)
