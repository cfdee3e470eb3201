"""What crawlers remember, on Elasticsearch: one small document a source, a post, a page."""

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any, Final, TypeVar

import msgspec
from elasticsearch import AsyncElasticsearch
from msgspec import Struct
from msgspec.structs import asdict, replace

from streams.crawl.day import Day
from streams.crawl.fence import Fence
from streams.crawl.memory import Head, Held, Memory, Noted
from streams.elasticsearch.admission import Admission
from streams.elasticsearch.bulk import Write, fenced, send
from streams.elasticsearch.failures import assert_prepared, looked_up
from streams.elasticsearch.forgotten import Forgotten
from streams.elasticsearch.health import day_document, day_id, read_day
from streams.elasticsearch.names import Names
from streams.errors import Busy, Refused
from streams.privacy.notebook import Notebook
from streams.protocols import Conflict, Done, Outcome, Overloaded

S = TypeVar("S", bound=Struct)

SOURCE: Final = "source"
POST: Final = "post"
PAGE: Final = "page"

FOUND_AT_ONCE: Final = 1_000
"""Documents of one look-up."""


class ElasticsearchMemory(Memory):
    """Implements `streams.crawl.memory.Memory`: look-ups by id, in real time; every call is one attempt.

    Args:
        client: of `streams.elasticsearch.client.connect`.
        server: its address, for messages.
        deployment: whose sources these are.
        notebook: names notes, and seals what pages lead to.
    """

    def __init__(self, client: AsyncElasticsearch, *, server: str, deployment: str, notebook: Notebook) -> None:
        self.deployment = deployment
        self._client, self._server, names = client, server, Names(deployment)
        self._notebook = notebook
        self._index, self._health = names.sources, names.health
        self._admission = Admission(server)
        self._forgotten = Forgotten(client, server=server, deployment=deployment, admission=self._admission)

    async def head(self, source: str) -> Head:
        """See `Memory`. Raises Misconfigured when the index was never created."""
        (item,) = await self._items([source])
        if not item.get("found"):
            return Head(source=source)
        return replace(_record(item, Head), fence=Fence(item["_seq_no"], item["_primary_term"], item["_index"]))

    async def put_head(self, head: Head) -> Head | None:
        """Create, or replace exactly the version that was read."""
        document = {"kind": SOURCE, **asdict(replace(head, fence=None))}
        del document["fence"]
        address = {"_index": self._index, "_id": head.source}
        (outcome,) = await self._send([fenced(address, head.fence, document)])
        if not isinstance(outcome, Done):
            return None
        return replace(head, fence=Fence(outcome.seq_no, outcome.primary_term, outcome.index))

    async def posts(self, source: str, keys: Collection[str]) -> Mapping[str, Noted]:
        """One look-up of all."""
        found = await self._found({key: post_id(self._notebook, source, key) for key in keys})
        return {key: _record(item, Noted) for key, item in found.items()}

    async def pages(self, source: str, addresses: Collection[str]) -> Mapping[str, Held]:
        """One look-up of all. A page whose note can't be opened any more is a new one."""
        found = await self._found({address: _page_id(self._notebook, source, address) for address in addresses})
        opened = ((address, self._opened(item)) for address, item in found.items())
        return {address: held for address, held in opened if held is not None}

    async def decide(self, source: str, posts: Mapping[str, Noted]) -> Mapping[str, Noted]:
        """Create what is not there; what is, is looked up."""
        outcomes = await self._send([self._post("create", source, key, post) for key, post in posts.items()])
        late = [key for key, outcome in zip(posts, outcomes, strict=True) if isinstance(outcome, Conflict)]
        return {**posts, **await self.posts(source, late)} if late else posts

    async def remember(self, source: str, posts: Mapping[str, Noted], pages: Mapping[str, Held]) -> None:
        """One bulk of all."""
        noted = [self._post("index", source, key, post) for key, post in posts.items()]
        held = [self._page(source, url, page) for url, page in pages.items()]
        await self._send([*noted, *held])

    async def days(self, names: Mapping[str, date]) -> Mapping[str, Day]:
        """One look-up of all. Raises Misconfigured when the index was never created."""
        items = await self._items([day_id(source, day) for source, day in names.items()], self._health)
        found = zip(names.items(), items, strict=True)
        return {source: read_day(source, day, item) for (source, day), item in found if item.get("found")}

    async def put_days(self, days: list[Day]) -> list[Day]:
        """One bulk of all, each created or put upon exactly the version that was read."""
        writes = [
            fenced({"_index": self._health, "_id": day_id(day.source, day.day)}, day.fence, day_document(day))
            for day in days
        ]
        outcomes = await self._send(writes, "write health")
        return [day for day, outcome in zip(days, outcomes, strict=True) if isinstance(outcome, Conflict)]

    async def forgotten(self, keys: Collection[str]) -> AbstractSet[str]:
        """One look-up of all."""
        return await self._forgotten.among(keys)

    async def _found(self, names: Mapping[str, str]) -> dict[str, Any]:
        items = await self._items(list(names.values()))
        return {name: item for name, item in zip(names, items, strict=True) if item.get("found")}

    async def _items(self, ids: list[str], index: str | None = None) -> list[Any]:
        items: list[Any] = []
        for start in range(0, len(ids), FOUND_AT_ONCE):
            with self._admission.asking():
                answer = await self._client.mget(index=index or self._index, ids=ids[start : start + FOUND_AT_ONCE])
                for item in answer["docs"]:
                    looked_up(self._server, item)
            items += answer["docs"]
        return items

    def _post(self, verb: str, source: str, key: str, post: Noted) -> Write:
        document = {"kind": POST, "source": source, **asdict(post)}
        return Write(verb, {"_index": self._index, "_id": post_id(self._notebook, source, key)}, document)

    def _page(self, source: str, url: str, page: Held) -> Write:
        identity = _page_id(self._notebook, source, url)
        sealed = self._notebook.seal(identity, msgspec.json.encode(page))
        document = {"kind": PAGE, "source": source, "visited": page.visited, "sealed": sealed}
        return Write("index", {"_index": self._index, "_id": identity}, document)

    def _opened(self, item: Mapping[str, Any]) -> Held | None:
        note = self._notebook.open(item["_id"], item["_source"]["sealed"])
        return None if note is None else msgspec.json.decode(note, type=Held)

    async def _send(self, writes: Iterable[Write], right: str = "write") -> list[Outcome]:
        """Outcomes, all of them Done or Conflict."""
        with self._admission.asking(right):
            outcomes = await send(self._client, self._server, list(writes))
            assert_prepared(self._server, outcomes)
        for outcome in outcomes:
            if isinstance(outcome, Overloaded):
                raise Busy(f"{self._server} did not take all notes of a crawler: {outcome.reason}")
            if not isinstance(outcome, Done | Conflict):
                raise Refused(f"{self._server} refuses a note of a crawler: {outcome.reason}")
        return outcomes


def _record(item: Mapping[str, Any], kind: type[S]) -> S:
    return msgspec.convert(item["_source"], kind)


def post_id(notebook: Notebook, source: str, key: str) -> str:
    """Under which id the note of a post (`news.key_of`) is kept."""
    return f"{source}:{POST}:{notebook.name(POST, source, key)}"


def _page_id(notebook: Notebook, source: str, address: str) -> str:
    return f"{source}:{PAGE}:{notebook.name(PAGE, source, address)}"
