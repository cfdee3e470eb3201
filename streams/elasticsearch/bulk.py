"""Writes to the search server: many documents a request, one attempt, one outcome each."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec
from elasticsearch import AsyncElasticsearch
from msgspec import Struct

from streams.elasticsearch.failures import busy_when_away, outcome
from streams.elasticsearch.names import live
from streams.errors import Busy
from streams.portions import portions
from streams.protocols import Done, Outcome, Overloaded

REQUEST_BYTES: Final = 8_000_000
"""A request stays below it; the server's own limit, http.max_content_length, is 100 MB, but it holds all in memory."""


class Write(Struct, frozen=True):
    """One document with the verb and the conditions under which it is written."""

    verb: str
    conditions: Mapping[str, object]
    document: Mapping[str, object] | None
    """None when it is to be deleted."""

    @property
    def is_fenced(self) -> bool:
        """Whether it replaces what was read, and nothing else."""
        return "if_seq_no" in self.conditions

    def lines(self) -> bytes:
        """The lines of a bulk body: two, or one without a document."""
        parts = ({self.verb: self.conditions}, *([] if self.document is None else [self.document]))
        return b"".join(msgspec.json.encode(part) + b"\n" for part in parts)


class Seen(Protocol):
    """What was read of a document, with the numbers by which its next write is fenced."""

    @property
    def seq_no(self) -> int: ...

    @property
    def primary_term(self) -> int: ...

    @property
    def index(self) -> str: ...


def fenced(address: Mapping[str, object], seen: Seen | None, document: Mapping[str, object]) -> Write:
    """Create the document where none was seen, else replace exactly what was seen."""
    if seen is None:
        return Write("create", address, document)
    return Write("index", {**address, **_fence(seen)}, document)


def deletion(document: str, seen: Seen) -> Write:
    """Delete exactly what was seen under this id."""
    return Write("delete", {"_id": document, **_fence(seen)}, None)


def deletion_of(hit: Mapping[str, Any]) -> Write:
    """Delete exactly what a search (with `seq_no_primary_term`) has found."""
    return deletion(hit["_id"], Done(hit["_seq_no"], hit["_primary_term"], hit["_index"]))


def _fence(seen: Seen) -> dict[str, object]:
    return {"_index": live(seen.index), "if_seq_no": seen.seq_no, "if_primary_term": seen.primary_term}


async def send(client: AsyncElasticsearch, server: str, writes: Sequence[Write]) -> list[Outcome]:
    """Write all, in order; one outcome for each.

    Raises:
        Busy: nothing was taken. When an earlier request was, the rest are Overloaded: no answer is lost.
    """
    outcomes: list[Outcome] = []
    # The client types operations as mappings, and sends lines of bytes as they are.
    lines: list[Any] = [write.lines() for write in writes]
    for request in portions(lines, len, REQUEST_BYTES):
        try:
            with busy_when_away(server):
                # require_alias: a missing index is an error; the server would make one up, with guessed fields.
                answer = await client.bulk(operations=request, require_alias=True)
        except Busy as busy:
            if not outcomes:
                raise
            return outcomes + [Overloaded(str(busy), busy.why)] * (len(writes) - len(outcomes))
        items = [result for item in answer["items"] for result in item.values()]
        asked = writes[len(outcomes) : len(outcomes) + len(items)]
        outcomes += [outcome(item, fenced=write.is_fenced) for item, write in zip(items, asked, strict=True)]
    return outcomes
