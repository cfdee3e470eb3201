"""Reads posts as JSONL, for the commands that need no server."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from io import BufferedReader
from typing import Any, BinaryIO, Final

import msgspec
from msgspec import Struct

from streams.identity import padded
from streams.records import Post

LOCAL: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""A time without a zone is China's."""

LONGEST_TITLE: Final = 2_000
LONGEST_BODY: Final = 200_000
"""As in the schema of a post."""

LONGEST_LINE: Final = 16 * 2**20
"""Bytes; far more than the longest post takes."""

BLOCK: Final = 2**20
"""Bytes; some hundred posts: of fewer each step does too little at a time for the processor's cache to be of use."""

Blocks = Iterable[Sequence[bytes]]
"""Lines of a file, those together that are answered together."""

_TIME: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]*(\d{1,2})[:：时点](\d{1,2})(?:[:：分](\d{1,2})秒?|分)?)?"
)


class Line(Struct, frozen=True, kw_only=True):
    """What a line may say; anything else in it is left alone."""

    id: str | int | None = None
    text: str | None = None
    title: str | None = None
    body: str | None = None
    time: Any = None
    township: str | None = None
    source: str | None = None


class Bad(Struct, frozen=True):
    """A line that cannot be used: it is answered in its place."""

    id: str | int
    error: str


class Read(Struct, frozen=True):
    """A line that can be used. `time` is as written, to be read by whoever needs it."""

    id: str | int
    title: str
    body: str
    time: Any
    township: str | None
    source: str


_lines = msgspec.json.Decoder(Line)
_ids = msgspec.json.Decoder(Any)


def bounded(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; of one longer than LONGEST_LINE one byte more than that, so that memory stays bounded."""
    while line := file.readline(LONGEST_LINE + 1):
        yield line
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE + 1) or b"\n"


def blocks(file: BufferedReader) -> Iterator[list[bytes]]:
    """The lines of a file, as many at a time as one read brings: none waits for those that have not arrived.

    Of a line longer than LONGEST_LINE one byte more than that.
    """
    begun = bytearray()  # Of a line whose end has not come: it grows in its place, however many pieces come.
    while piece := file.read1(BLOCK):
        end, *others = piece.split(b"\n")
        begun += end[: LONGEST_LINE + 1 - len(begun)]
        if others:
            yield [bytes(begun), *others[:-1]]
            begun[:] = others[-1]
    if begun:
        yield [bytes(begun)]


def read(lines: Iterable[bytes], first: int = 1) -> Iterator[Read | Bad]:
    """Each line as a post or as what is wrong with it, in order; nothing is skipped.

    Args:
        lines: of a file.
        first: the number of the first of them in its file.
    """
    for number, line in enumerate(lines, start=first):
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if problem := unusable(text):
            yield Bad(number, problem)
            continue
        try:
            yield _read(number, _lines.decode(text))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            yield Bad(_id_of(text, number), f'no post in JSON: {error}; write {{"text": "..."}}, one post a line')
        except RecursionError:
            yield Bad(number, "no post in JSON: it is nested too deeply")
        except ValueError as error:
            yield Bad(_id_of(text, number), str(error))


def unusable(line: bytes) -> str | None:
    """What is wrong with a line before it is looked into."""
    if len(line) > LONGEST_LINE:
        return f"the line is longer than {LONGEST_LINE >> 20} MiB"
    return None if line.strip() else "the line is blank"


def moment(said: Any) -> datetime:
    """A time as RFC 3339, or as `2019/2/28 11:25:05`, `2019年2月28日 11时25分` and the like, which is China's.

    Raises:
        ValueError: it is neither.
    """
    try:
        time = datetime.fromisoformat(said)
        return (time if time.tzinfo else time.replace(tzinfo=LOCAL)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        pass
    found = _TIME.fullmatch(said.strip()) if isinstance(said, str) else None
    if not found:
        raise ValueError(f"time {said!r} is neither RFC 3339 nor like 2019-02-28 or 2019/2/28 11:25:05")
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=LOCAL).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"time {said!r}: {error}") from error


def post(line: Read, *, fetched: datetime, township: str) -> Post:
    """The line as a post; without an author, who matters to no judgement."""
    return Post(
        id=str(line.id), township=township, source=line.source, fetched=fetched, title=line.title, body=line.body
    )


def _read(number: int, line: Line) -> Read:
    title, body = (line.title or "", line.body or "") if line.text is None else ("", line.text)
    if not title.strip() and not body.strip():
        raise ValueError("no text: give `text`, or `title` and `body`")
    if len(title) > LONGEST_TITLE or len(body) > LONGEST_BODY:
        raise ValueError(f"title or text is longer than {LONGEST_TITLE} or {LONGEST_BODY} characters")
    township = line.township and padded(line.township)
    return Read(number if line.id is None else line.id, title, body, line.time, township, line.source or "lines")


def _id_of(line: bytes, number: int) -> str | int:
    """The id that a bad line gives, if it can be made out; else its number."""
    try:
        said = _ids.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return number
    found = said.get("id") if isinstance(said, dict) else None
    return found if isinstance(found, (str, int)) and not isinstance(found, bool) else number
