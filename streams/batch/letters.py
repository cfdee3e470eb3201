"""Dead letters: what a record becomes that could not be processed."""

import base64
from collections.abc import Callable
from typing import Final

from msgspec import json

from streams.batch.reading import LARGEST
from streams.privacy.mask import mask
from streams.protocols import Message, Record
from streams.records import SCHEMA_VERSION, DeadLetter, Reason

CUT: Final = 65_536
"""Bytes kept of a record too large for a letter: packed it may have been small enough for its own topic."""

Sealer = Callable[[bytes], str]
"""Encrypts bytes with the deployment's key; the answer is text."""


class Letters:
    """Writes dead letters with the original bytes sealed, so that a person can send them again.

    Args:
        seal: encrypts; what a dead letter holds may be anybody's words, unmasked.
    """

    def __init__(self, seal: Sealer) -> None:
        self._seal = seal

    def of(
        self,
        record: Record,
        *,
        step: str,
        reason: Reason,
        error: str,
        township: str | None = None,
        source: str | None = None,
    ) -> Message:
        """The message for `.dead`: the same id whenever the same record fails."""
        position = record.position
        letter = DeadLetter(
            id=f"{position.topic}-{position.partition}-{position.offset}",
            sealed=self._seal(_original(record)),
            topic=position.topic,
            partition=position.partition,
            offset=position.offset,
            step=step,
            reason=reason,
            error=mask(error)[:2000],
            time=record.time,
            township=township,
            source=source,
        )
        headers = {"schema": str(SCHEMA_VERSION).encode(), "idempotency-key": letter.id.encode()}
        key = (township or "unknown").encode()
        return Message(role="dead", key=key, value=json.encode(letter), headers=headers)


def _original(record: Record) -> bytes:
    """The record as JSON; of one that a letter could not hold, the beginning, which says what it was."""
    raw, carried = record.value or b"", sum(len(name) + len(value) for name, value in record.headers.items())
    whole = len(raw) + carried + len(record.key or b"") <= LARGEST
    value = None if record.value is None else base64.b64encode(raw if whole else raw[:CUT]).decode()
    headers = {name: base64.b64encode(value).decode() for name, value in record.headers.items()} if whole else {}
    key = None if record.key is None else base64.b64encode(record.key[:CUT]).decode()
    return json.encode({"role": record.role, "key": key, "value": value, "headers": headers, "whole": whole})
