"""The deployment's keys: one file that only its owner may read, a numbered key a line."""

import fcntl
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from streams.errors import Misconfigured

_BYTES: Final = 32
_FORM: Final = "a key is a number, a blank and 64 hex digits"
_HEAD: Final = "# The deployment's keys, one a line: number, a blank, 64 hex digits. The newest writes. Keep secret.\n"


def create(path: Path) -> None:
    """Make a key file with one fresh key, readable by its owner only (mode 0600).

    Raises:
        Misconfigured: there is a file already; a key is never overwritten.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Misconfigured(f"{path}: there is a key file already; add a key with rotate, or name another") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(_HEAD + _line(1))


def rotate(path: Path) -> int:
    """Add a fresh key, which writes from the next start on, and return its number. Older keys stay.

    The file stays the same one, so that its owner and its mode do; two rotations at once come one after the other.

    Raises:
        Misconfigured: as `read`.
    """
    read(path)  # Says what is wrong with the file before `open` makes one.
    with path.open("a", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        number = max(read(path)) + 1
        file.write(_line(number) if path.read_bytes().endswith(b"\n") else f"\n{_line(number)}")
        file.flush()
        os.fsync(file.fileno())
    return number


def read(path: Path) -> Mapping[int, bytes]:
    """The keys of a file by number.

    Raises:
        Misconfigured: no file, no key in it, a line that is none, a number twice, or others than the owner may read it.
    """
    try:
        mode, text = path.stat().st_mode, path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path}: no readable key file ({error}); make one with `xiangyin init DIR`") from error
    if mode & 0o077:
        raise Misconfigured(f"{path}: others than its owner may read this key file; run: chmod 600 {path}")
    keys = dict[int, bytes]()
    for at, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        number, key = _key(path, at, line)
        if number in keys:
            raise Misconfigured(f"{path}:{at}: key {number} is there already; take out the one that never wrote")
        keys[number] = key
    if not keys:
        raise Misconfigured(f"{path}: no key in it; make a fresh file with `xiangyin init DIR`")
    return keys


def _line(number: int) -> str:
    return f"{number} {secrets.token_hex(_BYTES)}\n"


def _key(path: Path, line_number: int, line: str) -> tuple[int, bytes]:
    try:
        number, digits = line.split()
        found = int(number), bytes.fromhex(digits)
    except ValueError as error:  # The line itself is a secret: it is not quoted.
        raise Misconfigured(f"{path}:{line_number}: {_FORM}") from error
    if len(found[1]) < _BYTES:
        raise Misconfigured(f"{path}:{line_number}: {_FORM}")
    return found
