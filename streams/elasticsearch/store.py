"""The store of the batch, on Elasticsearch."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any, Final

from elasticsearch import AsyncElasticsearch, NotFoundError

from streams.elasticsearch import documents
from streams.elasticsearch.admission import Admission
from streams.elasticsearch.bulk import Write, deletion, deletion_of, fenced, send
from streams.elasticsearch.failures import CREATE, absent, assert_prepared, looked_up
from streams.elasticsearch.indices import REBUILD, Wanted, unready
from streams.elasticsearch.names import Names, attempts_id
from streams.elasticsearch.whole import refresh, scanned
from streams.errors import Busy, Misconfigured
from streams.protocols import (
    Attempts,
    Clock,
    Conflict,
    Done,
    Erasure,
    IncidentWrite,
    Outcome,
    Overloaded,
    PostWrite,
    Recalled,
    Rejected,
    StoredPost,
    Told,
    Versioned,
)
from streams.records import Change, Incident

SCAN_SIZE: Final = 500

BEHIND: Final = timedelta(days=8)
"""What lies unread in the log may be this old (`.posts` keeps 7 days), and is matched as of its own time."""


class ElasticsearchStore:
    """Implements `streams.protocols.Store`: every call is one attempt, never refreshed, never retried.

    Args:
        client: of `streams.elasticsearch.client.connect`.
        server: its address, for messages.
        deployment: whose indices these are.
        partition: of a township's key, by the log's own reckoning; stored with each incident so that `load`
            finds those of the partitions that a worker owns.
        clock: says which incidents have been quiet for too long to be loaded.
        wanted: the indices that must be there.
        quiet_days: how long an incident stays in reach of a new post.
        admission: how long refused credentials are waited for.
    """

    def __init__(
        self,
        client: AsyncElasticsearch,
        *,
        server: str,
        deployment: str,
        partition: Callable[[str], int],
        clock: Clock,
        wanted: Sequence[Wanted],
        quiet_days: int = 365,
        admission: Admission | None = None,
    ) -> None:
        self.client, self.server, self.names = client, server, Names(deployment)
        self.partition, self.clock, self.wanted = partition, clock, wanted
        self.admission = admission or Admission(server)
        self.quiet = timedelta(days=quiet_days) + BEHIND

    async def close(self) -> None:
        """Give the connections back."""
        await self.client.close()

    async def recall(self, posts: Mapping[str, str], keys: Mapping[str, Collection[str]] | None = None) -> Recalled:
        """One real-time lookup of every post and of whether it was forgotten."""
        if not posts:
            return Recalled({})
        asked = list(dict.fromkeys(key for each in (keys or {}).values() for key in each))
        wanted = [{"_index": self.names.posts(township), "_id": post} for post, township in posts.items()]
        wanted += [{"_index": self.names.forgotten, "_id": key} for key in asked]
        found = await self._looked_up(wanted, source_includes=list(documents.EARLIER_FIELDS))
        stored = {post: _stored(item) for post, item in zip(posts, found, strict=False) if item}
        listed = {key for key, item in zip(asked, found[len(posts) :], strict=True) if item}
        return Recalled(stored, forgotten=frozenset(_forgotten(stored, keys or {}, listed)))

    async def told(self, incident: str, township: str) -> Sequence[Told]:
        """Refresh and search."""
        index, query = self.names.posts(township), {"term": {"incident": incident}}
        with self.admission.asking():
            await refresh(self.client, self.server, index)
            search: dict[str, Any] = {"query": query, "sort": ["_doc"], "source_includes": list(documents.TOLD_FIELDS)}
            hits = [hit async for hit in scanned(self.client, self.server, index=index, size=SCAN_SIZE, **search)]
        return [documents.read_told(hit["_id"], hit["_source"]) for hit in hits]

    async def erase(self, posts: Mapping[str, Erasure]) -> Sequence[Outcome]:
        """List what is not listed; then create a mark, or replace exactly what was recalled."""
        await self._list({key: erasure.time for erasure in posts.values() for key in erasure.keys})
        return await self._send([self._mark(document, erasure) for document, erasure in posts.items()])

    async def write_posts(self, posts: Mapping[str, PostWrite]) -> Sequence[Outcome]:
        """Create, or replace exactly what was recalled."""
        return await self._send([self._post(document, write) for document, write in posts.items()])

    async def write_incidents(self, writes: Sequence[IncidentWrite]) -> Sequence[Outcome]:
        """Create, or replace exactly the version that was read."""
        return await self._send([self._incident(write) for write in writes])

    async def drop_incident(self, versioned: Versioned) -> Outcome:
        """Delete exactly the version that was read."""
        (outcome,) = await self._send([deletion(versioned.incident.id, versioned)])
        return outcome

    async def drop_history(self, incidents: Mapping[str, str]) -> None:
        """Refresh, search; then look which incidents there are; then delete exactly what was found of the others.

        In this order, because an incident is written before its history: of one that is not there when it is looked
        for, all that was found before is of the past.
        """
        search: dict[str, Any] = {"query": {"terms": {"incident": sorted(incidents)}}, "seq_no_primary_term": True}
        with self.admission.asking():
            await refresh(self.client, self.server, self.names.history)
            found = scanned(self.client, self.server, index=self.names.history, size=SCAN_SIZE, **search)
            entries = [hit async for hit in found]
        wanted = [{"_index": self.names.incidents(code), "_id": incident} for incident, code in incidents.items()]
        there = {item["_id"] for item in await self._looked_up(wanted, source=False) if item}
        history = [deletion_of(hit) for hit in entries if hit["_source"]["incident"] not in there]
        if open_ones := [each for each in await self._send(history) if not isinstance(each, Done)]:
            raise Busy(f"{self.server} did not delete all of a history: {open_ones[0]}")

    async def read_incident(self, incident: str, township: str) -> Versioned | None:
        """One incident, as last written, whether or not a search would show it yet.

        Raises:
            NewerState: it was written by a newer program.
        """
        # By a body, not a url: an action names what it likes, and `..` would lead to another one.
        (found,) = await self._looked_up([{"_index": self.names.incidents(township), "_id": incident}])
        return _versioned(found) if found else None

    async def write_history(self, incidents: Sequence[Incident]) -> Sequence[Outcome]:
        """Write what is not archived yet; an incident is done when all of its entries are."""
        entries = [(place, change) for place, each in enumerate(incidents) for change in _unarchived(each)]
        outcomes = await self._send([self._entry(incidents[place], change) for place, change in entries])
        worst: list[Outcome] = [Done(0, 0)] * len(incidents)
        for (place, _), outcome in zip(entries, outcomes, strict=True):
            if not isinstance(outcome, Done):
                worst[place] = outcome
        return worst

    async def load(self, partitions: Collection[int]) -> Sequence[Versioned]:
        """Refresh and scan; see `Store.load`.

        Raises:
            NewerState: an incident was written by a newer program; the message names it.
            Misconfigured: as `assert_ready`.
        """
        await self.assert_ready()
        index = self.names.all_incidents
        search: dict[str, Any] = {"query": self._query(partitions), "seq_no_primary_term": True, "sort": ["_doc"]}
        try:
            with self.admission.asking():
                await refresh(self.client, self.server, index)
                hits = [hit async for hit in scanned(self.client, self.server, index=index, size=SCAN_SIZE, **search)]
        except NotFoundError as missing:
            raise Misconfigured(absent(self.server, index)) from missing
        return [_versioned(hit) for hit in hits]

    async def assert_ready(self) -> None:
        """Every index that must be there is, and what is read from it is writable upon (`names.live`).

        Raises:
            Misconfigured: one is not; or was made by a program before the live aliases.
        """
        with self.admission.asking():
            lacking = await unready(self.client, self.server, self.names.deployment, self.wanted)
        if lacking:
            more = f" and {len(lacking) - 1} more" if lacking[1:] else ""
            raise Misconfigured(f"{self.server} {lacking[0]}{more}; {CREATE}")

    async def attempts(self, partitions: Collection[int]) -> Mapping[int, Attempts]:
        """Notes in real time; a partition without a note is absent."""
        if not partitions:
            return {}
        wanted = [{"_index": self.names.marks, "_id": attempts_id(partition)} for partition in sorted(partitions)]
        found = await self._looked_up(wanted)
        notes = [documents.read_attempts(item["_source"]) for item in found if item]
        return {note.partition: note for note in notes}

    async def note_attempts(self, note: Attempts) -> None:
        """Write the note over the one that is there.

        Raises:
            Busy: it does not stand.
            Misconfigured: it never will: a note is our own, so the index is not as we know it.
        """
        address = {"_index": self.names.marks, "_id": attempts_id(note.partition)}
        (outcome,) = await self._send([Write("index", address, documents.attempts_document(note))])
        if isinstance(outcome, Rejected):
            raise Misconfigured(f"{self.server} refuses a note in {self.names.marks}: {outcome.reason}; {REBUILD}")
        if isinstance(outcome, Overloaded):
            said = f"{self.server} did not take the note for partition {note.partition}: {outcome.reason}"
            raise Busy(said, outcome.why)

    async def _send(self, writes: Sequence[Write]) -> list[Outcome]:
        """Raises Misconfigured for what no document can help: nothing is lost, what was written is recalled."""
        with self.admission.asking("write"):
            outcomes = await send(self.client, self.server, writes)
            assert_prepared(self.server, outcomes)
        return outcomes

    async def _list(self, keys: Mapping[str, datetime]) -> None:
        """What stands in the list stays as it is: who forgets a post notes there that it was found.

        Raises:
            Busy: not all of them stand.
        """
        writes = [
            Write("create", {"_index": self.names.forgotten, "_id": key}, {"time": time, "found": False})
            for key, time in keys.items()
        ]
        outcomes = await self._send(writes) if writes else ()
        if open_ones := [each for each in outcomes if not isinstance(each, Done | Conflict)]:
            raise Busy(f"{self.server} did not take all of the list: {open_ones[0]}")

    async def _looked_up(self, wanted: Sequence[Mapping[str, str]], **options: Any) -> list[Mapping[str, Any] | None]:
        with self.admission.asking():
            answer = await self.client.mget(docs=wanted, **options)
            return [looked_up(self.server, item) for item in answer["docs"]]

    def _entry(self, incident: Incident, change: Change) -> Write:
        place = {"_index": self.names.history, "_id": f"{incident.id}:{change.revision}"}
        return Write("index", place, documents.change_document(incident, change))

    def _post(self, document: str, write: PostWrite) -> Write:
        address = {"_index": self.names.posts(write.judged.post.township), "_id": document}
        return fenced(address, write.after, documents.post_document(write.judged))

    def _mark(self, document: str, erasure: Erasure) -> Write:
        address = {"_index": self.names.posts(erasure.township), "_id": document}
        return fenced(address, erasure.after, documents.mark_document(erasure.township, erasure.time))

    def _incident(self, write: IncidentWrite) -> Write:
        incident = write.incident
        address = {"_index": self.names.incidents(incident.township), "_id": incident.id}
        document = documents.incident_document(incident, self.partition(incident.township))
        return fenced(address, write.after, document)

    def _query(self, partitions: Collection[int]) -> dict[str, Any]:
        """Incidents of these partitions that a record, a timer or an unsent alert may still touch."""
        since = (self.clock.now() - self.quiet).isoformat()
        alive = [{"range": {"last_record": {"gte": since}}}, {"term": {"pending": True}}, {"exists": {"field": "due"}}]
        return {
            "bool": {
                "filter": [
                    {"terms": {"partition": sorted(partitions)}},
                    {"bool": {"should": alive, "minimum_should_match": 1}},
                ]
            }
        }


def _unarchived(incident: Incident) -> Iterable[Change]:
    return (change for change in incident.history if change.revision > incident.archived)


def _forgotten(
    stored: Mapping[str, StoredPost], keys: Mapping[str, Collection[str]], listed: AbstractSet[str]
) -> Iterable[str]:
    """Posts of which one key is listed, or only a mark is left."""
    yield from (post for post, each in keys.items() if not listed.isdisjoint(each))
    yield from (post for post, each in stored.items() if each.forgotten)


def _stored(item: Mapping[str, Any]) -> StoredPost:
    source = item["_source"]
    return StoredPost(
        documents.earlier(source), item["_seq_no"], item["_primary_term"], item["_index"], "forgotten" in source
    )


def _versioned(hit: Mapping[str, Any]) -> Versioned:
    incident = documents.read_incident(hit["_source"], index=hit["_index"], document=hit["_id"])
    return Versioned(incident, hit["_seq_no"], hit["_primary_term"], hit["_index"])
