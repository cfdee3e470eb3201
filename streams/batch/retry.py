"""Send a dead record again: the same bytes, key and headers, and what its headers are to say of its deaths."""

from typing import Final

from msgspec import DecodeError, json

from streams.batch.headers import FIRST_LETTER, HAPPENED, RETRIES, UNCOUNTED, place
from streams.batch.letters import Original
from streams.batch.reading import decision
from streams.errors import Refused
from streams.identity import padded
from streams.protocols import Message
from streams.records import Action, Forget, Letter, Position, Post
from streams.topics import ACTIONS, READ

_posts: Final = json.Decoder(Post)


def again(letter: Letter, original: Original, *, uncounted: bool = False) -> Message:
    """The record as it came, with what its headers are to say of its deaths.

    Raises:
        Refused: only its beginning was kept, or it came from a topic that no worker reads.
    """
    if not original.whole:
        raise Refused("only its beginning was kept, for it was too large: publish it anew from its source, then drop")
    if original.role not in READ:
        raise Refused(f"it came from `.{original.role[:20]}`, which no worker reads: drop it")
    headers = {
        **original.headers,
        RETRIES: str(letter.retries + 1).encode(),
        FIRST_LETTER: letter.line[0].encode(),
    }
    if uncounted:
        headers[UNCOUNTED] = place(Position(letter.topic, letter.partition, letter.offset))
    content = content_of(original)
    if isinstance(content, Post) and content.published is None:
        headers.setdefault(HAPPENED, letter.time.isoformat().encode())
    # One that had no key goes by its township's, where a worker would move it.
    township = padded(content.township) if content else letter.township or "unknown"
    key = township.encode() if original.key is None else original.key
    return Message(role=original.role, key=key, value=original.value or b"", headers=headers)


def is_from(letter: Letter, first: Position) -> bool:
    """Whether a post that was first stored from there is the one in the letter."""
    return (first.topic, first.partition, first.offset) == (letter.topic, letter.partition, letter.offset)


def content_of(original: Original) -> Post | Action | Forget | None:
    """The post or the decision in a record; None for what is neither."""
    try:
        value = original.value or b""
        return decision(value) if original.role == ACTIONS else _posts.decode(value)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return None
