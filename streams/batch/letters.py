"""Dead letters: what a record becomes that could not be processed."""

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import DecodeError, Struct, field, json
from msgspec.structs import replace

from streams.batch.headers import first_letter, letter_id, retries
from streams.batch.reading import LARGEST
from streams.errors import Unreadable
from streams.privacy.mask import mask
from streams.protocols import Message, Record
from streams.records import SCHEMA_VERSION, DeadLetter, Reason

CUT: Final = 65_536
"""Bytes kept of a record too large for a letter: packed it may have been small enough for its own topic."""

ROOM: Final = 1_500_000
"""Bytes that fit, sealed and in base64 (4/3), into the 2 MiB that `.dead` takes, with all that a letter says."""

Sealer = Callable[[bytes], str]
"""Encrypts bytes with the deployment's key; the answer is text."""


class Original(Struct, frozen=True, kw_only=True):
    """A record as it was when it died. `whole` is False for one too large for its letter: its beginning only."""

    role: str
    key: bytes | None
    value: bytes | None
    headers: dict[str, bytes] = field(default_factory=dict)
    whole: bool = True


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
            id=letter_id(position),
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
            retries=retries(record.headers),
            first=first_letter(record.headers, position.topic),
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


def opened(content: bytes) -> Original:
    """What a letter's sealed bytes hold, once they are decrypted.

    Raises:
        Unreadable: no letter of ours holds such bytes.
    """
    try:
        return json.decode(content, type=Original)  # msgspec reads bytes from base64, and writes them so.
    except DecodeError as error:
        raise Unreadable(f"the letter opens, but holds no record: {error}") from None


def _encoded(record: Record, headers: Mapping[str, bytes], *, whole: bool) -> bytes:
    # What could not be parsed comes as a kind of bytes that msgspec does not know.
    value = None if record.value is None else bytes(record.value)
    return json.encode(Original(role=record.role, key=record.key, value=value, headers=dict(headers), whole=whole))
