"""Dead letters as people deal with them: which are open, what was in one, send it again, be done with it."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final, TypeVar

from elasticsearch import AsyncElasticsearch
from msgspec import DecodeError, Struct, json

from deploy import wiring
from deploy.reading import LOCAL
from deploy.settings.deployment import Settings
from streams.batch.letters import Original, opened
from streams.batch.register import DROPPED, RETRIED, Dealing, Filed, Standing, standing
from streams.batch.retry import again, content_of, is_from
from streams.elasticsearch.client import connect
from streams.elasticsearch.documents import earlier
from streams.elasticsearch.failures import busy_when_away
from streams.elasticsearch.names import Names
from streams.elasticsearch.whole import counted, refresh
from streams.errors import Unreadable
from streams.identity import content_digest, document_id, padded
from streams.kafka import reading
from streams.kafka.admin import check_topics
from streams.kafka.log import KafkaLog
from streams.privacy.seal import Seal
from streams.protocols import Message
from streams.records import SCHEMA_VERSION, DeadLetter, Letter, Post
from streams.topics import DEAD, OPERATIONS, topic

_letters: Final = json.Decoder(Letter)
_sealed: Final = json.Decoder(DeadLetter)
_dealings: Final = json.Decoder(Dealing)

Timed = TypeVar("Timed", Letter, Dealing)

_NOT_OURS: Final = (DecodeError, UnicodeDecodeError, RecursionError, OverflowError)
"""What a record raises that another program wrote: no JSON, no letter, nested without end, at no time of China's."""


class Cabinet(Struct, frozen=True):
    """All letters that Kafka still keeps. `foreign`: records of `.dead` that are no letters of ours."""

    letters: Sequence[Standing]
    foreign: int = 0


async def cabinet(settings: Settings) -> Cabinet:
    """Read `.dead` and what people did with its letters; only what stands in clear is held.

    Raises:
        Busy: the broker is away.
        Misconfigured: a topic is missing.
    """
    servers, name = settings.kafka_access(), settings.name
    await check_topics(servers, name, partitions=settings.partitions)
    letters, foreign = list[Filed](), 0
    async for record in reading.whole(servers, topic(name, DEAD), settings.partitions):
        if letter := _letter(record.value or b""):
            letters.append(Filed(letter, (record.partition, record.offset)))
        else:
            foreign += 1
    told = reading.whole(servers, topic(name, OPERATIONS), settings.partitions)
    dealings = [dealing async for record in told if (dealing := _dealing(record.value or b""))]
    return Cabinet(standing(letters, dealings), foreign)


def _letter(value: bytes) -> Letter | None:
    """The letter in a record of `.dead`."""
    return _ours(_letters, value)


def _dealing(value: bytes) -> Dealing | None:
    """What a record of `.operations` says of a letter; None for news of another kind."""
    return _ours(_dealings, value) if b'"letter_' in value else None


def _ours(decoder: json.Decoder[Timed], value: bytes) -> Timed | None:
    """What a record says; None for what is none of ours, or came at a time that cannot be shown."""
    try:
        found = decoder.decode(value)
        found.time.astimezone(LOCAL)
    except _NOT_OURS:
        return None
    return found


async def originals(
    settings: Settings, letters: Iterable[Standing]
) -> AsyncIterator[tuple[Standing, Original | Unreadable]]:
    """Each letter with the record that is sealed in it, one at a time; one that retention took meanwhile is left out.

    One that does not open, because another program wrote or changed it, is named and holds up no other.

    Raises:
        Misconfigured: a letter was sealed with a key that is not here.
    """
    seal, by_place = wiring.seal(settings), {each.filed.place: each for each in letters}
    async for record in reading.single(settings.kafka_access(), topic(settings.name, DEAD), by_place):
        yield by_place[record.partition, record.offset], _opened(seal, record.value)


def _opened(seal: Seal, value: bytes) -> Original | Unreadable:
    try:
        return opened(seal.open(_sealed.decode(value).sealed))
    except _NOT_OURS as error:
        return Unreadable(f"no letter of ours: {error}")
    except Unreadable as error:
        return error


class Desk:
    """Where letters are dealt with; each dealing is written to `.operations` behind what it tells of.

    Args:
        by: who deals with them: a role account.
        reason: why; empty for a retry that needs none.
        now: the time.
    """

    def __init__(
        self, log: KafkaLog, client: AsyncElasticsearch, settings: Settings, *,
        by: str, reason: str, now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._log, self._client, self._settings = log, client, settings
        self._by, self._reason, self._now = by, reason, now
        self._names, self._owed = Names(settings.name), Counter[str]()

    async def retry(self, letter: Letter, original: Original) -> None:
        """Send the record back where it came from: the same bytes, key and headers, and a note of its deaths.

        Raises:
            Refused: it cannot be sent again; says why.
        """
        message = again(letter, original, uncounted=await self._is_uncounted(letter, original))
        await self._log.send([message])
        await self._note(RETRIED, letter)

    async def drop(self, letter: Letter) -> None:
        """Be done with it. The letter stays in `.dead` until retention takes it."""
        await self._note(DROPPED, letter)

    async def _note(self, event: Any, letter: Letter) -> None:
        dealing = Dealing(
            event=event, letter=letter.id, recorded=letter.time, township=letter.township, source=letter.source,
            by=self._by, reason=self._reason, time=self._now(),
        )  # fmt: skip
        identity = content_digest(event, letter.id, dealing.time.isoformat())
        headers = {"schema": str(SCHEMA_VERSION).encode(), "idempotency-key": identity.encode()}
        key = (letter.township or "unknown").encode()
        await self._log.send([Message(role=OPERATIONS, key=key, value=json.encode(dealing), headers=headers)])

    async def _is_uncounted(self, letter: Letter, original: Original) -> bool:
        """Whether its post was stored from there, and its incident has fewer posts than are stored of it.

        A worker that dies between the two leaves that behind; whoever reads the record again mends it, unless two
        die of it (decision 0010).
        """
        post = content_of(original)
        if not isinstance(post, Post):
            return False
        township = padded(post.township)
        with busy_when_away(self._settings.elasticsearch):
            stored = await self._stored(self._names.posts(township), document_id(township, post.source, post.id))
            if stored is None or not (first := earlier(stored)).incident or not is_from(letter, first.first):
                return False
            missing = await self._missing(township, first.incident)
        self._owed[first.incident] += 1
        return self._owed[first.incident] <= missing

    async def _missing(self, township: str, incident: str) -> int:
        """How many stored posts the incident does not count."""
        posts, told = self._names.posts(township), await self._stored(self._names.incidents(township), incident)
        server, query = self._settings.elasticsearch, {"term": {"incident": incident}}
        await refresh(self._client, server, posts)
        stored = await counted(self._client, server, index=posts, query=query)
        return stored - int(told["posts"] if told else 0)

    async def _stored(self, index: str, document: str) -> Mapping[str, Any] | None:
        (item,) = (await self._client.mget(docs=[{"_index": index, "_id": document}]))["docs"]
        return item["_source"] if item.get("found") else None


@asynccontextmanager
async def desk(settings: Settings, *, by: str, reason: str) -> AsyncIterator[Desk]:
    """A desk over the deployment's servers, at which this role account sits.

    Raises:
        Busy: a server is away.
        Misconfigured: a topic is missing.
    """
    client = await connect(settings.access())
    try:
        async with wiring.open_log(settings) as log:
            yield Desk(log, client, settings, by=by, reason=reason, now=wiring.SystemClock().now)
    finally:
        await client.close()


def by_id(letters: Sequence[Standing]) -> dict[str, Standing]:
    """The newest letter of each id."""
    return {each.letter.id: each for each in sorted(letters, key=lambda each: each.letter.time)}


def found(known: Mapping[str, Standing], identity: str, deployment: str) -> Standing | None:
    """The letter of this id, which may be given without the deployment's name."""
    return known.get(identity) or known.get(f"{deployment}.{identity}")


def line(letters: Sequence[Standing], letter: Letter) -> list[Standing]:
    """All letters of the record, from its first death on."""
    first = letter.line[0]
    return sorted((each for each in letters if each.letter.line[0] == first), key=lambda each: each.letter.retries)
