"""Take away whose time is over: posts, incidents of which nothing is left, marks, crawlers' notes; a page at a time."""

from calendar import monthrange
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from elasticsearch import AsyncElasticsearch
from msgspec import Struct

from deploy.knowledge import with_inboxes
from deploy.owners import Owners
from deploy.producing import open_log
from deploy.settings import townships
from deploy.settings.deployment import Settings
from streams.elasticsearch.bulk import deletion_of, send
from streams.elasticsearch.client import connect
from streams.elasticsearch.failures import assert_prepared, busy_when_away
from streams.elasticsearch.names import Names
from streams.elasticsearch.sources import PAGE as PAGE_NOTE
from streams.elasticsearch.sources import POST
from streams.elasticsearch.whole import assert_whole, counted, refresh
from streams.protocols import Done

PAGE: Final = 200
"""Documents of one request; a worker tells their incidents anew before the next page."""

MOST_TOWNSHIPS: Final = 100
"""Townships that are served no more, and are named at most."""

IN_FLIGHT: Final = timedelta(days=40)
"""So long a mark stays: longer than the log keeps what may bring its post again (`.actions`, 30 days), and its last
segment."""

Query = Mapping[str, Any]


class Swept(Struct):
    """How many went, or would go; `waiting` wait for their worker.

    `foreign` are townships that the deployment does not serve, where something is as old: nobody owns it, and it stays.
    """

    posts: int = 0
    incidents: int = 0
    marks: int = 0
    notes: int = 0
    waiting: int = 0
    foreign: tuple[str, ...] = ()


def months_before(now: datetime, months: int) -> datetime:
    """The same day so many months earlier; of a shorter month its last."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))


class Sweeper:
    """Runs through the stores in bounded requests; ended half way, it goes on where it was when it is run again.

    Args:
        client: of the search server.
        owners: do what only they may.
        settings: of the deployment.
        now: the time.
    """

    def __init__(self, client: AsyncElasticsearch, owners: Owners, settings: Settings, now: datetime) -> None:
        self._client, self._owners, self._server = client, owners, settings.elasticsearch
        self._names, self._now = Names(settings.name), now
        self._before = months_before(now, settings.retention_months).isoformat()
        self._served = list(with_inboxes(townships.read_all(settings.townships)))

    async def would(self) -> Swept:
        """How many would go now; incidents that these posts would leave empty are not among them."""
        return Swept(
            posts=await self._count(self._names.all_posts, self._served_of(self._old_posts)),
            incidents=await self._count(self._names.all_incidents, self._served_of(self._over)),
            marks=await self._count(self._names.all_posts, self._old_marks),
            notes=await self._count(self._names.sources, self._old_notes),
            foreign=await self._foreign(),
        )

    async def sweep(self, wait: float) -> Swept:
        """Take it away; for each page wait for the owners, so many seconds at most."""
        done = Swept(foreign=await self._foreign())
        async for page in self._pages(self._names.all_posts, self._served_of(self._old_posts)):
            done.waiting = await self._owners.sweep(_by_township(page), wait)
            done.posts += len(page) - done.waiting
            if done.waiting:
                return done
        async for page in self._pages(self._names.all_incidents, self._served_of(self._over)):
            done.waiting = await self._owners.drop(_by_township(page), wait)
            done.incidents += len(page) - done.waiting
            if done.waiting:
                return done
        done.marks = await self._delete(self._names.all_posts, self._old_marks)
        done.notes = await self._delete(self._names.sources, self._old_notes)
        return done

    # Which

    @property
    def _old_posts(self) -> Query:
        return _all_of({"range": {"happened": {"lt": self._before}}})

    @property
    def _over(self) -> Query:
        """As the worker that owns them looks at it once more."""
        return _all_of(
            {"terms": {"status": ["closed", "false"]}},
            {"term": {"posts": 0}},
            {"term": {"pending": False}},
            {"range": {"last_seen": {"lt": self._before}}},
        )

    @property
    def _old_marks(self) -> Query:
        return {"range": {"forgotten": {"lt": (self._now - IN_FLIGHT).isoformat()}}}

    @property
    def _old_notes(self) -> Query:
        """Of posts and pages that no visit meets any more, whether or not there is anything new to read."""
        before = {"lt": self._before}
        notes = (
            _all_of({"term": {"kind": POST}}, {"range": {"listed": before}}),
            _all_of({"term": {"kind": PAGE_NOTE}}, {"range": {"visited": before}}),
        )
        return {"bool": {"should": notes, "minimum_should_match": 1}}

    def _served_of(self, query: Query) -> Query:
        """What somebody owns of it."""
        return _all_of(query, {"terms": {"township": self._served}})

    async def _foreign(self) -> tuple[str, ...]:
        """Where there is something that would go, and that nobody owns."""
        by_township = {"of": {"terms": {"field": "township", "size": MOST_TOWNSHIPS}}}
        there = set[str]()
        for index, old in ((self._names.all_posts, self._old_posts), (self._names.all_incidents, self._over)):
            query = {"bool": {"filter": [old], "must_not": [{"terms": {"township": self._served}}]}}
            await refresh(self._client, self._server, index)
            with busy_when_away(self._server):
                answer = await self._client.search(
                    index=index, query=query, size=0, aggs=by_township, allow_partial_search_results=False
                )
            assert_whole(self._server, answer)
            there |= {each["key"] for each in answer["aggregations"]["of"]["buckets"]}
        return tuple(sorted(there))

    # Pages

    async def _count(self, index: str, query: Query) -> int:
        await refresh(self._client, self._server, index)
        return await counted(self._client, self._server, index=index, query=query)

    async def _pages(self, index: str, query: Query) -> AsyncIterator[list[Mapping[str, Any]]]:
        """What there is, page by page, each looked for anew: what was done with the one before is seen."""
        while True:
            await refresh(self._client, self._server, index)
            with busy_when_away(self._server):
                answer = await self._client.search(
                    index=index, query=query, size=PAGE, seq_no_primary_term=True, source_includes=["township"],
                    allow_partial_search_results=False,
                )  # fmt: skip
            assert_whole(self._server, answer)
            if not (hits := answer["hits"]["hits"]):
                return
            yield hits

    async def _delete(self, index: str, query: Query) -> int:
        """Delete what is still as it was found; how many."""
        deleted = 0
        async for page in self._pages(index, query):
            outcomes = await send(self._client, self._server, [deletion_of(hit) for hit in page])
            assert_prepared(self._server, outcomes)
            gone = sum(isinstance(each, Done) for each in outcomes)
            deleted += gone
            if not gone:  # All of them changed since, or the server is busy: another run finds what is left.
                break
        return deleted


def _by_township(page: list[Mapping[str, Any]]) -> dict[str, str]:
    return {hit["_id"]: hit["_source"]["township"] for hit in page}


def _all_of(*filters: Query) -> Query:
    return {"bool": {"filter": list(filters)}}


@asynccontextmanager
async def opened(settings: Settings, *, role: str) -> AsyncIterator[Sweeper]:
    """A sweeper over the deployment's servers.

    Raises:
        Busy: a server is away.
        Misconfigured: a topic or an index is missing.
    """
    client = await connect(settings.access())
    reason = f"retention of {settings.retention_months} months"
    try:
        async with open_log(settings) as log:
            owners = Owners(
                client, log, server=settings.elasticsearch, deployment=settings.name, role=role, reason=reason
            )
            yield Sweeper(client, owners, settings, datetime.now(UTC))
    finally:
        await client.close()
