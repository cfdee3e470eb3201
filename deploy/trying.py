"""Visits a source once as the crawler would, and keeps what it would publish instead of publishing it."""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from deploy import knowledge
from deploy.keys import door
from deploy.settings.deployment import Settings
from deploy.wiring.clock import SystemClock
from streams.crawl.counts import Counts
from streams.crawl.memory import Here
from streams.crawl.visit import Visited, visit
from streams.crawl.watch import Event
from streams.crawl.way import Way, Web
from streams.records import Post
from streams.source import AnySource
from streams.township import Township


class Tried(Struct, frozen=True):
    """What a visit would publish, what it counted, and how it went."""

    posts: Sequence[Post]
    counts: Mapping[str, int]
    visited: Visited

    @property
    def signals(self) -> Mapping[str, int]:
        """What pages say that nobody named, or do not say where they should, and how often."""
        return self._of("signal:")

    @property
    def errors(self) -> Mapping[str, int]:
        """Why pages could not be had."""
        return self._of("error:")

    def _of(self, kind: str) -> Mapping[str, int]:
        return {name.removeprefix(kind): number for name, number in self.counts.items() if name.startswith(kind)}


async def tried(settings: Settings, source: AnySource, web: Web, towns: Collection[Township], requests: int) -> Tried:
    """Visit a source with a few requests and an empty memory; nothing is published, nothing remembered."""
    posts, counts = list[Post](), Counts()

    async def keep(published: Sequence[Post]) -> None:
        posts.extend(published)

    async def unheard(_: Event) -> None:
        """A single visit says nothing about silence."""

    way = Way(
        web=web,
        door=door(settings),
        publish=keep,
        report=unheard,
        locate=knowledge.locate(towns),
        memory=Here(),
        clock=SystemClock(),
        counts=counts,
        crawler="try",
    )
    visited = await visit(replace(source, budget=min(requests, source.budget or requests)), way)
    return Tried(posts, counts.of(source.name), visited)
