"""Dead letters as people look at them: which are open, and what was in one."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from msgspec import DecodeError, Struct, json

from deploy import keys
from deploy.reading import LOCAL
from deploy.settings.deployment import Settings
from streams.batch.letters import Original, opened
from streams.batch.register import Dealing, Filed, Standing, standing
from streams.errors import Unreadable
from streams.kafka import reading
from streams.kafka.admin import check_topics
from streams.privacy.door import Door
from streams.privacy.seal import Seal
from streams.records import DeadLetter, Letter
from streams.topics import DEAD, OPERATIONS, topic

_letters: Final = json.Decoder(Letter)
_sealed: Final = json.Decoder(DeadLetter)
_dealings: Final = json.Decoder(Dealing)

Timed = TypeVar("Timed", Letter, Dealing)

FORGOTTEN: Final = "somebody asked that this post, or its author, be forgotten"
"""Why a letter's record is neither shown nor sent again."""

NOT_OURS: Final = (DecodeError, UnicodeDecodeError, RecursionError, OverflowError)
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
    dealings = [each async for record in told if (each := dealing(record.value or b""))]
    return Cabinet(standing(letters, dealings), foreign)


def _letter(value: bytes) -> Letter | None:
    """The letter in a record of `.dead`."""
    return _ours(_letters, value)


def dealing(value: bytes) -> Dealing | None:
    """What a record of `.operations` says of a letter; None for news of another kind."""
    return _ours(_dealings, value) if b'"letter_' in value else None


def _ours(decoder: json.Decoder[Timed], value: bytes) -> Timed | None:
    """What a record says; None for what is none of ours, or came at a time that cannot be shown."""
    try:
        found = decoder.decode(value)
        found.time.astimezone(LOCAL)
    except NOT_OURS:
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
    seal, by_place = keys.seal(settings), {each.filed.place: each for each in letters}
    async for record in reading.single(settings.kafka_access(), topic(settings.name, DEAD), by_place):
        yield by_place[record.partition, record.offset], _opened(seal, record.value)


async def all_originals(settings: Settings) -> AsyncIterator[tuple[Letter, Original]]:
    """Every letter that opens, with the record that is sealed in it; the same letter twice where it stands twice.

    Raises:
        Busy: the broker is away.
        Misconfigured: a letter was sealed with a key that is not here.
    """
    seal = keys.seal(settings)
    async for record in reading.whole(settings.kafka_access(), topic(settings.name, DEAD), settings.partitions):
        letter, original = _letter(record.value or b""), _opened(seal, record.value)
        if letter and isinstance(original, Original):
            yield letter, original


def _opened(seal: Seal, value: bytes) -> Original | Unreadable:
    try:
        return opened(seal.open(_sealed.decode(value).sealed))
    except NOT_OURS as error:
        return Unreadable(f"no letter of ours: {error}")
    except Unreadable as error:
        return error


def keys_of(original: Original, door: Door) -> tuple[str, ...]:
    """Under which keys the list of what was forgotten may hold what a record says, as far as it can be read."""
    found = said(original)
    return door.keys(found.source, found.id, found.author) if found else ()


class Said(Struct, frozen=True):
    """By what a post can be told, whatever else is wrong with it."""

    source: str
    id: str
    author: str | None = None


def said(original: Original) -> Said | None:
    """By what a record's post can be told; None where that cannot be read."""
    try:
        found = _any.decode(original.value or b"")
    except NOT_OURS:
        return None
    if not isinstance(found.source, str) or not isinstance(found.id, str):
        return None
    return Said(found.source, found.id, found.author if isinstance(found.author, str) else None)


class _Any(Struct):
    """The same of any type."""

    id: Any = None
    source: Any = None
    author: Any = None


_any: Final = json.Decoder(_Any)


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
