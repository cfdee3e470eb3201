"""Where people deal with dead letters: send a record again, once, or be done with it."""

import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final, Literal

from elasticsearch import AsyncElasticsearch
from msgspec import json
from msgspec.structs import replace

from deploy import letters
from deploy.keys import door
from deploy.letters import NOT_OURS
from deploy.producing import open_log
from deploy.settings.deployment import Settings
from deploy.uncounted import Uncounted
from streams.batch.claims import LEASE, Claim, others
from streams.batch.letters import Original
from streams.batch.register import DROPPED, RETRIED, Dealing
from streams.batch.retry import again
from streams.elasticsearch.client import connect
from streams.elasticsearch.forgotten import Forgotten
from streams.errors import Refused
from streams.identity import content_digest
from streams.kafka import reading
from streams.kafka.log import KafkaLog
from streams.protocols import Message
from streams.records import SCHEMA_VERSION, Letter
from streams.topics import OPERATIONS, topic

AT_ONCE: Final = 200
"""Letters that are claimed together, and sent in half a lease."""

_claims: Final = json.Decoder(Claim)


class Desk:
    """Where letters are dealt with; each dealing is written to `.operations` behind what it tells of.

    Args:
        log: takes what is sent and told.
        client: of the search server.
        settings: of the deployment.
        by: who deals with them: a role account.
        reason: why; empty for a retry that needs none.
        now: the time.
    """

    def __init__(
        self, log: KafkaLog, client: AsyncElasticsearch, settings: Settings, *,
        by: str, reason: str, now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._log, self._settings = log, settings
        self._by, self._reason, self._now = by, reason, now
        self._uncounted = Uncounted(client, settings.elasticsearch, settings.name)
        self._listed = Forgotten(client, server=settings.elasticsearch, deployment=settings.name)
        self._door = door(settings)
        self._run, self._claimed = secrets.token_hex(8), now()

    async def claim(self, wanted: Sequence[Letter]) -> Mapping[tuple[str, datetime], Claim | Dealing]:
        """Reach for letters, to send them again; by identity, which of them are not ours to send, and why.

        Raises:
            Busy: the broker is away.
        """
        self._claimed = self._now()
        claims = [
            Claim(letter=each.id, recorded=each.time, by=self._by, run=self._run, time=self._claimed) for each in wanted
        ]
        await self._log.send([self._told(claim, each) for claim, each in zip(claims, wanted, strict=True)])
        servers, name = self._settings.kafka_access(), topic(self._settings.name, OPERATIONS)
        told = [
            about
            async for record in reading.whole(servers, name, self._settings.partitions)
            if (about := _told(record))
        ]
        asked = {each.identity for each in wanted}
        return {letter: other for letter, other in others(told, self._run).items() if letter in asked}

    async def retry(self, letter: Letter, original: Original) -> None:
        """Send the record of a letter that is ours back: the same bytes, key and headers, and a note of its deaths.

        Raises:
            Refused: it cannot be sent again; says why.
        """
        if self._now() - self._claimed > LEASE / 2:
            raise Refused("its turn came too late, another command may have it now: run this again")
        if await self._listed.among(letters.keys_of(original, self._door)):
            raise Refused(f"{letters.FORGOTTEN}: drop it")
        message = again(letter, original, uncounted=await self._uncounted.has(letter, original))
        await self._log.send([message])
        await self._note(RETRIED, letter)

    async def drop(self, letter: Letter) -> None:
        """Be done with it. The letter stays in `.dead` until retention takes it."""
        await self._note(DROPPED, letter)

    async def _note(self, event: Literal["letter_retried", "letter_dropped"], letter: Letter) -> None:
        dealing = Dealing(
            event=event, letter=letter.id, recorded=letter.time, township=letter.township, source=letter.source,
            by=self._by, reason=self._reason, time=self._now(),
        )  # fmt: skip
        await self._log.send([self._told(dealing, letter)])

    def _told(self, what: Claim | Dealing, letter: Letter) -> Message:
        identity = content_digest(what.event, letter.id, what.time.isoformat())
        headers = {"schema": str(SCHEMA_VERSION).encode(), "idempotency-key": identity.encode()}
        key = (letter.township or "unknown").encode()  # All that is told of a letter stands in one order.
        return Message(role=OPERATIONS, key=key, value=json.encode(what), headers=headers)


@asynccontextmanager
async def opened(settings: Settings, *, by: str, reason: str) -> AsyncIterator[Desk]:
    """A desk over the deployment's servers, at which this role account sits.

    Raises:
        Busy: a server is away.
        Misconfigured: a topic is missing.
    """
    client = await connect(settings.access())
    try:
        async with open_log(settings) as log:
            yield Desk(log, client, settings, by=by, reason=reason, now=lambda: datetime.now(UTC))
    finally:
        await client.close()


def _told(record: Any) -> Claim | Dealing | None:
    """What a record of `.operations` says of a letter, at the log's time."""
    value = record.value or b""
    if dealing := letters.dealing(value):
        return dealing
    try:
        claim = _claims.decode(value)
    except NOT_OURS:
        return None
    return replace(claim, time=datetime.fromtimestamp(record.timestamp / 1000, UTC))
