"""Read stored posts, a page at a time, in the order in which they were published."""

from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import aclosing
from datetime import datetime
from typing import Any, Final

import msgspec
from elasticsearch import AsyncElasticsearch, NotFoundError
from msgspec import Struct

from streams.elasticsearch.failures import absent
from streams.elasticsearch.names import Names
from streams.elasticsearch.whole import counted, refresh, scanned
from streams.errors import Misconfigured
from streams.records import Colour, Grade, Post

PAGE: Final = 200
"""Posts in hand at a time: 200 of the longest are 120 MB."""

PATIENCE: Final = "30m"
"""How long the server keeps its place between two pages: the reader may be slow on purpose."""

FIELDS: Final = (*Post.__struct_fields__, "happened", "generation", "topic.label", "severity.grade", "severity.warning")


class Span(Struct, frozen=True, kw_only=True):
    """Which posts: of these townships, published from `since` to before `until`, judged below this generation."""

    townships: Collection[str]
    since: datetime
    until: datetime | None = None
    below: int | None = None

    @property
    def query(self) -> dict[str, Any]:
        """As the search server takes it."""
        bounds = {"gte": self.since.isoformat(), **({"lt": self.until.isoformat()} if self.until else {})}
        filters: list[dict[str, Any]] = [
            {"terms": {"township": sorted(self.townships)}},
            {"range": {"happened": bounds}},
        ]
        if self.below is not None:
            filters.append({"range": {"generation": {"lt": self.below}}})
        return {"bool": {"filter": filters}}


class Stored(Struct, frozen=True):
    """A stored post, and what was said of it."""

    document: str
    """Its id: of the post's own before it passed the door, where another program published it."""
    post: Post
    happened: datetime
    generation: int
    topic: str
    grade: Grade
    warning: Colour


class StoredPosts:
    """The posts of a deployment, for reading."""

    def __init__(self, client: AsyncElasticsearch, *, server: str, deployment: str) -> None:
        self._client, self._server, self._index = client, server, Names(deployment).all_posts

    async def count(self, span: Span) -> int:
        """How many there are.

        Raises:
            Misconfigured: the indices were never created.
        """
        try:
            await refresh(self._client, self._server, self._index)
            return await counted(self._client, self._server, index=self._index, query=span.query)
        except NotFoundError as missing:
            raise Misconfigured(absent(self._server, self._index)) from missing

    async def read(self, span: Span) -> AsyncGenerator[Stored, None]:
        """All of them as they stand now, the earliest first."""
        search = {"query": span.query, "sort": ["happened"], "source_includes": list(FIELDS)}
        found = scanned(self._client, self._server, index=self._index, size=PAGE, kept=PATIENCE, **search)
        async with aclosing(found) as hits:
            async for hit in hits:
                yield _stored(hit["_id"], hit["_source"])


def _stored(document: str, source: Mapping[str, Any]) -> Stored:
    severity = source["severity"]
    return Stored(
        document=document,
        post=msgspec.convert(source, Post),
        happened=msgspec.convert(source["happened"], datetime),
        generation=source["generation"],
        topic=source["topic"]["label"],
        grade=severity["grade"],
        warning=severity["warning"],
    )
