"""Read what another program dropped into a folder: each file once, again when it changed, and now and then."""

import errno
import hashlib
import os
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from streams.crawl.counts import IGNORED, MOST, UNREAD
from streams.crawl.memory import Held
from streams.crawl.outcome import Failed
from streams.crawl.shelf import is_due_to_be_met, resting
from streams.crawl.walk import Walk
from streams.crawl.way import Way
from streams.errors import Unfetched
from streams.pages.charset import decoded
from streams.privacy.mask import mask
from streams.source import Folder

ENDINGS: Final = frozenset({".csv", ".xlsx", ".json", ".jsonl"})
LARGEST: Final = 25_000_000
"""Bytes of a file: as much as an unpacked table may have."""

_SETTLED: Final = timedelta(seconds=10)
"""Since a file was last written: who drops it may still be writing."""

_AGAIN: Final = 10
"""Files that are done with which a visit reads again, at most: new ones are not to wait for them."""

_AHEAD: Final = timedelta(minutes=5)
"""By which another machine's clock may be ahead of ours, as that of whoever sends a message."""


class _Dropped(Struct, frozen=True):
    path: Path
    written: int
    """Nanoseconds since 1970."""
    size: int
    is_ahead: bool

    @property
    def stamp(self) -> str:
        """What changes when it is to be looked at anew: it was written, or its time has come."""
        return f"{self.written}-{self.size}{'-ahead' * self.is_ahead}"

    def read(self) -> bytes:
        """What stands in it. Raises OSError."""
        if self.is_ahead:
            raise OSError(errno.EINVAL, "of a time that is to come")
        if self.size > LARGEST:
            raise OSError(errno.EFBIG, f"more than {LARGEST // 1_000_000} MB")
        return self.path.read_bytes()


async def collect(source: Folder, walk: Walk, way: Way, reading: str) -> None:
    """Publish what is new in the folder's files, the oldest first; a file is done with when all of it is published.

    One that cannot be read, is too large or of a time that is to come is named with the reason, fails nothing else, and
    is tried again less and less often, when it changes, or when its time has come. Those of no kind that is read are
    counted, and the newest of them named: a folder may hold a million pictures.
    Of a post that several files hold, the words of the newest stand, in whatever order they are read.

    One that is done with is read again now and then: what is noted of its posts, and of its bytes, is not old while it
    is there.
    """
    try:
        async with way.turns.waiting():
            files, others = await way.disk.read(source.name, partial(_dropped, source.path, way.clock.now()))
    except OSError as error:
        walk.fail(_unread(source, error))
        return
    for each in others[:MOST]:
        way.counts.add(source.name, f"{IGNORED}{told(each)}")
    way.counts.add(source.name, f"{IGNORED}other", len(others[MOST:]))
    held = await way.memory.pages(source.name, [each.path.as_uri() for each in files])
    again = 0
    for file in files:
        known, now = held.get(file.path.as_uri(), Held()), way.clock.now()
        is_known = (known.stamp, known.reading) == (file.stamp, reading)
        if is_known and known.rests and now < known.rests:
            continue
        if is_known and not known.rests:
            if again == _AGAIN or not is_due_to_be_met(known, now):
                continue
            again += 1
        times = known.times if is_known else 0
        if not await _read(source, walk, way, file, Held(stamp=file.stamp, reading=reading, times=times)):
            return


async def _read(source: Folder, walk: Walk, way: Way, file: _Dropped, done: Held) -> bool:
    """Publish what is new in a file, and remember it as `done`, or to be read again.

    The same bytes said the same when they were first there: an old file that is copied, or touched, is no later word.

    Returns:
        False where the disk does not answer: nothing else of it is asked for.
    """
    try:
        async with way.turns.waiting():
            body = await way.disk.read(source.name, file.read)
    except FileNotFoundError:
        return True  # Since it was listed it is gone, as whoever drops it may want.
    except OSError as error:
        is_silent = isinstance(error, TimeoutError)
        if is_silent:
            walk.fail(_unread(source, error))
        await _leave(source, way, file, done, f" ({error.strerror})")
        return not is_silent
    address, content = file.path.as_uri(), f"sha256:{hashlib.sha256(body).hexdigest()}"
    before = (await way.memory.pages(source.name, [content])).get(content, Held()).modified
    said = datetime.fromtimestamp(file.written / 1e9, UTC)
    if before:
        said = min(said, datetime.fromisoformat(before))
    refused = walk.refused
    if isinstance(await walk.bring(body, address, said), Failed):
        await _leave(source, way, file, done)
    elif walk.refused == refused:  # What is refused may be allowed another day.
        pages = {address: replace(done, times=0), content: Held(modified=said.isoformat())}
        now = way.clock.now()
        await way.memory.remember(source.name, {}, {each: replace(held, visited=now) for each, held in pages.items()})
    return True


async def _leave(source: Folder, way: Way, file: _Dropped, done: Held, why: str = "") -> None:
    """Name a file that could not be read, and remember to try it again."""
    way.counts.add(source.name, f"{UNREAD}{told(file.path.name)}{why}")
    await way.memory.remember(source.name, {}, {file.path.as_uri(): resting(done, way.clock.now())})


def _unread(source: Folder, error: OSError) -> Unfetched:
    return Unfetched("folder", f"{source.path}: {error.strerror}")


def told(name: str) -> str:
    """A file's name in which nobody is named, and that any store takes: on a disk it may be of any charset."""
    return mask(decoded(os.fsencode(name)))


def _dropped(folder: Path, now: datetime) -> tuple[list[_Dropped], list[str]]:
    """Files that are whole or of a time to come, the oldest first; of others, folders too, the names, the newest first.

    What begins with a dot is not ours, and no link leads out of here.
    """
    found: list[_Dropped] = []
    others: list[tuple[int, str]] = []
    with os.scandir(folder) as entries:
        for each in entries:
            if each.name.startswith("."):
                continue
            try:
                status = each.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # It is gone since, or has another name by now.
            path, age = Path(each.path), now.timestamp() - status.st_mtime
            is_ahead = age < -_AHEAD.total_seconds()
            if not each.is_file(follow_symlinks=False) or path.suffix.lower() not in ENDINGS:
                others.append((status.st_ctime_ns, each.name))  # Since when it is here: a copy bears an old time.
            elif is_ahead or age >= _SETTLED.total_seconds():
                found.append(_Dropped(path, status.st_mtime_ns, status.st_size, is_ahead))
    return sorted(found, key=lambda each: (each.written, each.path)), [name for _, name in sorted(others, reverse=True)]
