"""What a record says about itself when it is sent again: in its headers, which whoever reads it believes or not."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from streams.records import Position

RETRIES: Final = "retries"
"""How often the record was sent again from a dead letter."""

FIRST_LETTER: Final = "first-letter"
"""Id of the letter of its first death."""

UNCOUNTED: Final = "uncounted"
"""`topic/partition/offset` from which the post was stored, before its incident was given the record there."""

HAPPENED: Final = "happened"
"""When the post was published, as far as it is known, for one that does not say so itself (RFC 3339)."""

GENERATION: Final = "generation"
"""For which generation of the judgement a stored post was sent again."""

DOCUMENT: Final = "document"
"""Id of the document of a stored post that is sent again, where its id, which passed the door, leads elsewhere."""

OLDER: Final = "older_generation"
"""Under this name a worker counts stored posts that were sent again for a newer generation than its own."""

_DOCUMENT: Final = re.compile(rb"[0-9a-f]{32}")
_NUMBER: Final = re.compile(rb"[0-9]{1,6}")


def letter_id(position: Position) -> str:
    """The id of the letter of the record at this place."""
    return f"{position.topic}-{position.partition}-{position.offset}"


def place(position: Position) -> bytes:
    """The place as headers name it."""
    return f"{position.topic}/{position.partition}/{position.offset}".encode()


def retries(headers: Mapping[str, bytes]) -> int:
    """How often the record was sent again; 0 where the header says no number."""
    return _number(headers, RETRIES)


def generation(headers: Mapping[str, bytes]) -> int:
    """For which generation a replay sent it; 0 for what is no replay's."""
    return _number(headers, GENERATION)


def document(headers: Mapping[str, bytes]) -> str | None:
    """Which document a replay names; None for what names none."""
    said = headers.get(DOCUMENT, b"")
    return said.decode() if _DOCUMENT.fullmatch(said) else None


def _number(headers: Mapping[str, bytes], name: str) -> int:
    said = headers.get(name, b"")
    return int(said) if _NUMBER.fullmatch(said) else 0


def sent_again(headers: Mapping[str, bytes]) -> bool:
    """Whether a person sent the record back from its dead letter: it is read although its source is in quarantine."""
    return retries(headers) > 0


def first_letter(headers: Mapping[str, bytes], topic: str) -> str | None:
    """The id of its first letter, if the header holds one of this topic: a header may hold anybody's words."""
    said = headers.get(FIRST_LETTER, b"")
    found = re.fullmatch(rb"%s-[0-9]{1,6}-[0-9]{1,19}" % re.escape(topic.encode()), said)
    return found[0].decode() if found else None


def is_uncounted(headers: Mapping[str, bytes], first: Position) -> bool:
    """Whether the sender says that the post was stored from there and not counted."""
    return headers.get(UNCOUNTED) == place(first)


def happened(headers: Mapping[str, bytes]) -> datetime | None:
    """When the sender says that the post was published."""
    try:
        said = datetime.fromisoformat(headers.get(HAPPENED, b"").decode("ascii"))
        return said.astimezone(UTC) if said.tzinfo else None
    except (ValueError, OverflowError):  # The first hours of the year 1 in China were no year of UTC.
        return None
