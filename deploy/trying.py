"""Visits a source once as the crawler would, and keeps what it would publish instead of publishing it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from deploy import knowledge
from deploy.explaining import Seen, explained
from deploy.explaining.paging import more
from deploy.keys import door
from deploy.settings.deployment import Settings
from deploy.wiring.clock import SystemClock
from streams.crawl.counts import UNREAD, Counts
from streams.crawl.disk import Disk
from streams.crawl.folder import ENDINGS, told
from streams.crawl.memory import Here
from streams.crawl.visit import visit
from streams.crawl.watch import Event
from streams.crawl.way import Way, Web
from streams.errors import Unfetched
from streams.pages.charset import decoded
from streams.pages.expression import parsed
from streams.pages.page import Page, Reading
from streams.push.take import take
from streams.records import Post
from streams.source import AnySource, Api, Folder, Source
from streams.township import Township
from streams.web.fetch import Fetched

_OF_A_WALK: Final = {
    "paging:stuck": "the next page lists the same again: all stands on one, or `parameter` is not what it pages by",
    "next:endless": "a thread's next page says what was read already: look at `next`",
}
"""What no single page says."""


class Tried(Struct, frozen=True):
    """What a visit would publish, what it counted, its pages as they were read, and those that could not be had."""

    posts: Sequence[Post]
    counts: Mapping[str, int]
    seen: Sequence[Seen]
    unfetched: Sequence[Unfetched]
    left: str = ""
    """Which files of a folder were not read, or why it could not be listed."""

    @property
    def unused(self) -> Sequence[str]:
        """What pages say and nobody named."""
        begins = "signal:unused:"
        return sorted(name.removeprefix(begins) for name in self.counts if name.startswith(begins))


class _Watched(Web):
    """A web that keeps why pages could not be had."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self.unfetched: list[Unfetched] = []

    async def fetch(
        self, address: str, etag: str | None = None, modified: str | None = None, source: Source | None = None
    ) -> Fetched | None:
        try:
            return await self._web.fetch(address, etag, modified, source)
        except Unfetched as error:
            self.unfetched.append(error)
            raise

    async def assert_allowed(self, address: str, source: Source) -> None:
        try:
            await self._web.assert_allowed(address, source)
        except Unfetched as error:
            self.unfetched.append(error)
            raise

    def rest(self, address: str, until: datetime) -> None:
        self._web.rest(address, until)

    def opens_in(self, source: Source) -> float:
        return self._web.opens_in(source)

    def recall(self, source: Source, day: date, requests: int) -> None:
        self._web.recall(source, day, requests)

    def is_ample(self, source: Source) -> bool:
        return self._web.is_ample(source)

    def knows(self, address: str) -> bool:
        return self._web.knows(address)


async def tried(
    settings: Settings,
    source: AnySource,
    web: Web,
    towns: Collection[Township],
    requests: int,
    message: bytes | None = None,
) -> Tried:
    """Visit a source with a few requests and an empty memory; nothing is published, nothing remembered.

    Args:
        settings: for the keys.
        source: which.
        web: where its pages come from.
        towns: those of the deployment.
        requests: pages that are fetched, at most.
        message: what a program might send, where the source is one that is brought.
    """
    posts, seen, counts, watched = list[Post](), list[Seen](), Counts(), _Watched(web)

    async def keep(published: Sequence[Post]) -> None:
        posts.extend(published)

    async def unheard(_: Event) -> None:
        """A single visit says nothing about silence."""

    def look(page: Page, reading: Reading) -> None:
        seen.append((page, reading))

    way = Way(
        web=watched,
        door=door(settings),
        publish=keep,
        report=unheard,
        locate=knowledge.locate(towns),
        memory=Here(),
        clock=SystemClock(),
        counts=counts,
        crawler="try",
        look=look,
    )
    if message is None:
        await visit(replace(source, budget=min(requests, source.budget or requests)), way)
    else:
        await take(source, way, message)
    counted = counts.of(source.name)
    left = await _left(source, way.disk, seen, counted) if isinstance(source, Folder) else ""
    return Tried(posts, counted, seen, watched.unfetched, left)


def remarks(source: AnySource, found: Tried, requests: int) -> Sequence[str]:
    """What went wrong in a try, a line each, and of what page: it is not as the source's file says, or was not had."""
    said: list[str] = []
    for name in dict.fromkeys(error.name for error in found.unfetched):
        errors = [error for error in found.unfetched if error.name == name]
        if name == "budget" and requests < (source.budget or requests + 1):
            said.append(f"stopped after --requests {requests}: there is more to read")
        else:
            more = f" ({len(errors)} pages, this is the first)" if len(errors) > 1 else ""
            said.append(f"{name}: {errors[0]}{more}")
    said += explained(source, found.seen)
    said += [f"{signal}: {why}" for signal, why in _OF_A_WALK.items() if f"signal:{signal}" in found.counts]
    if found.left:
        said.append(found.left)
    if isinstance(source, Api) and (beyond := _beyond(source, found)):
        said.append(beyond)
    return said


def _beyond(source: Api, found: Tried) -> str:
    """What an interface says of items beyond its first page, where nobody said how to ask for them."""
    if source.paging or not found.seen:
        return ""
    page, reading = found.seen[0]
    try:
        answer = parsed(decoded(page.body, source.encoding or page.charset))
    except ValueError:
        return ""
    return more(answer, sum(raw.kind != "answer" for raw in reading.posts))


async def _left(source: Folder, disk: Disk, seen: Sequence[Seen], counts: Collection[str]) -> str:
    """Files of a folder that were not read, and why. A disk on which the visit hung is not asked once more."""
    read = {page.url for page, _ in seen}
    why = [name.removeprefix(UNREAD) for name in counts if name.startswith(UNREAD)]

    def unread() -> list[str]:
        names = sorted(told(each.name) for each in source.path.iterdir() if each.as_uri() not in read)
        return [next((each for each in why if each.startswith(f"{name} (")), name) for name in names]

    try:
        names = await disk.read(source.name, unread)
    except OSError as error:
        return f"{source.path}: {error.strerror}"
    ours = ", ".join(sorted(ENDINGS))
    said = f"{source.path}: not read: {', '.join(names)}; read are {ours} of ten seconds ago or older"
    return said if names else ""
