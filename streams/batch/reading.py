"""Read a record's bytes as one of ours, or at least from where they come."""

from typing import Any, Final

import msgspec
from msgspec import Struct

from streams.errors import FutureSchema, Unreadable
from streams.identity import padded
from streams.privacy.door import shown
from streams.protocols import Record
from streams.records import SCHEMA_VERSION, Action, Forget, Post, SourceName, TownshipCode
from streams.topics import ACTIONS

LARGEST: Final = 1_048_576
"""Bytes of the largest record that is read (Kafka's own default for max.message.bytes)."""

_posts = msgspec.json.Decoder(Post)
_actions = msgspec.json.Decoder(Action)
_forgets = msgspec.json.Decoder(Forget)


class _Said(Struct):
    """What may stand in any JSON object."""

    township: Any = None
    source: Any = None
    author: Any = None
    verb: Any = None


_said = msgspec.json.Decoder(_Said)


def read(record: Record) -> Post | Action | Forget:
    """The post, or what was decided, in a record.

    Raises:
        FutureSchema: the header `schema` names a version that this program does not know yet.
        Unreadable: damaged, no value, too large, no JSON, or not of the schema; the message says which field.
    """
    if record.damage:
        raise Unreadable(record.damage)
    version = _schema(record)
    if version > SCHEMA_VERSION:
        raise FutureSchema(f"schema {version} is newer than this program's {SCHEMA_VERSION}: upgrade the worker")
    if not record.value:
        raise Unreadable("the record has no value")
    if len(record.value) > LARGEST:
        raise Unreadable(f"the record has {len(record.value)} bytes, more than the {LARGEST} that are read")
    try:
        return decision(record.value) if record.role == ACTIONS else _posts.decode(record.value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable(_without_values(str(error))) from None
    except RecursionError:
        raise Unreadable("JSON is nested too deeply") from None


def decision(value: bytes) -> Action | Forget:
    """What a record of `.actions` holds.

    Raises:
        DecodeError, UnicodeDecodeError, RecursionError: neither.
    """
    return (_forgets if _said.decode(value).verb in ("forget", "sweep") else _actions).decode(value)


def origin(record: Record) -> tuple[str | None, str | None]:
    """Township and source of a record that is no post or action, each if it stands there as it should.

    They go into its dead letter in clear; its author does not, and no source that might name one.
    """
    if record.damage or not record.value or len(record.value) > LARGEST:
        return None, None
    try:
        said = _said.decode(record.value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, None
    township, source = _valid(said.township, TownshipCode), _valid(said.source, SourceName)
    if record.role == ACTIONS:
        source = ACTIONS
    elif source is not None:
        source = shown(source, said.author) if isinstance(said.author, str | None) else None
    return township and padded(township), source


def _valid(value: object, kind: Any) -> str | None:
    try:
        return str(msgspec.convert(value, kind))
    except msgspec.ValidationError:
        return None


def _without_values(message: str) -> str:
    """Without the value that msgspec quotes when it is not among those allowed: it may be anybody's words."""
    what, at, field = message.rpartition(" - at ")
    return f"Invalid enum value{at}{field}" if what.startswith("Invalid enum value") else message


def _schema(record: Record) -> int:
    raw = record.headers.get("schema", b"1")
    try:
        return int(raw)
    except ValueError as error:
        raise Unreadable(f"header schema is {raw[:20]!r}, not a number") from error
