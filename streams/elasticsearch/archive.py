"""What crawlers ask about stored posts, of Elasticsearch."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from elasticsearch import AsyncElasticsearch, NotFoundError

from streams.crawl.archive import Archive
from streams.elasticsearch.admission import Admission
from streams.elasticsearch.failures import MISSING, absent, looked_up
from streams.elasticsearch.names import Names
from streams.errors import Misconfigured
from streams.records import Post, PostKind, Status
from streams.source import Source

OPEN: Final[tuple[Status, ...]] = ("open", "confirmed", "handling")
"""In these an incident's posts are followed: the rest is answered, or was nothing."""

FIRST: Final[tuple[PostKind, ...]] = ("thread", "message")
"""Kinds of posts whose address is that of a page which begins with them; a reply's may be any page of its thread."""

_INCIDENTS: Final = 200
"""Open incidents of a source's townships whose threads are looked for: those that were heard of last."""

_FIELDS: Final = Post.__struct_fields__


class ElasticsearchArchive(Archive):
    """Implements `streams.crawl.archive.Archive`: every call is one attempt.

    Args:
        client: of `streams.elasticsearch.client.connect`.
        server: its address, for messages.
        deployment: whose posts these are.
    """

    def __init__(self, client: AsyncElasticsearch, *, server: str, deployment: str) -> None:
        self._client, self._server, self._names = client, server, Names(deployment)
        self._admission = Admission(server)

    async def posts(self, documents: Mapping[str, str]) -> Sequence[Post]:
        """One look-up of all, in real time."""
        wanted = [{"_index": self._names.posts(township), "_id": each} for each, township in documents.items()]
        with self._admission.asking():
            answer = await self._client.mget(docs=wanted, source_includes=list(_FIELDS))
            there = [item for item in answer["docs"] if item.get("error", {}).get("type") != MISSING]
            items = [looked_up(self._server, item) for item in there]  # A township may have left the deployment.
        return [msgspec.convert(item["_source"], Post) for item in items if item and item["_source"].get("fetched")]

    async def threads(self, source: Source, since: datetime, most: int) -> Sequence[str]:
        """Two searches, of what a search shows by now."""
        townships = sorted({*source.served, source.inbox})
        about = [{"terms": {"township": townships}}, {"terms": {"status": OPEN}}]
        latest = [{"last_seen": "desc"}]
        incidents = await self._found(self._names.all_incidents, about, latest, _INCIDENTS, "id")
        if not incidents:
            return ()
        heard = [{"terms": {"incident": incidents}}, {"range": {"recorded": {"gte": since.isoformat()}}}]
        found = await self._threads(source, heard, [{"recorded": "desc"}], most)
        return list(dict.fromkeys(found))

    async def recent(self, source: Source, since: datetime, most: int) -> Sequence[str]:
        """One search, of what a search shows by now."""
        written = {"range": {"happened": {"gte": since.isoformat()}}}
        found = await self._threads(source, [written], [{"happened": "desc"}], most)
        return list(dict.fromkeys(found))

    async def _threads(self, source: Source, which: list[Any], sort: list[Any], most: int) -> list[str]:
        theirs = [{"term": {"source": source.name}}, {"terms": {"kind": FIRST}}, {"exists": {"field": "url"}}]
        gone = [{"exists": {"field": "gone"}}]
        return await self._found(self._names.all_posts, [*theirs, *which], sort, most, "url", gone)

    async def _found(
        self, index: str, filters: list[Any], sort: list[Any], most: int, field: str, without: Sequence[Any] = ()
    ) -> list[str]:
        query = {"bool": {"filter": filters, "must_not": list(without)}}
        with self._admission.asking("search"):
            try:
                answer = await self._client.search(
                    index=index, query=query, sort=sort, size=most, source_includes=[field]
                )
            except NotFoundError as missing:
                raise Misconfigured(absent(self._server, index)) from missing
        return [hit["_source"][field] for hit in answer["hits"]["hits"]]
