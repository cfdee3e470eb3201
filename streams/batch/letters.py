"""Dead letters: what a record becomes that could not be processed."""

import base64
from collections.abc import Callable, Mapping
from typing import Final

from msgspec import json
from msgspec.structs import replace

from streams.batch.reading import LARGEST
from streams.privacy.mask import mask
from streams.protocols import Message, Record
from streams.records import SCHEMA_VERSION, DeadLetter, Reason

CUT: Final = 65_536
"""Bytes kept of a record too large for a letter: packed it may have been small enough for its own topic."""

ROOM: Final = 1_500_000
"""Bytes that fit, sealed and in base64 (4/3), into the 2 MiB that `.dead` takes, with all that a letter says."""

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
    if len(record.value or b"") <= LARGEST:
        whole = _encoded(record, record.headers, whole=True)
        if len(whole) <= ROOM:  # Measured, not reckoned: names of headers may grow sixfold in JSON.
            return whole
    beginning = replace(record, key=record.key and record.key[:CUT], value=record.value and record.value[:CUT])
    return _encoded(beginning, {}, whole=False)


def _encoded(record: Record, headers: Mapping[str, bytes], *, whole: bool) -> bytes:
    key, value = (None if each is None else base64.b64encode(each).decode() for each in (record.key, record.value))
    carried = {name: base64.b64encode(content).decode() for name, content in headers.items()}
    return json.encode({"role": record.role, "key": key, "value": value, "headers": carried, "whole": whole})
