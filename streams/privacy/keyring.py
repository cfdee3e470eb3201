"""The deployment's keys: one file that only its owner may read, a numbered key a line."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from streams.errors import Misconfigured

_BYTES: Final = 32
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
    """Add a fresh key, which writes from the next start on, and return its number. Older keys stay."""
    number = max(read(path)) + 1
    with path.open("a", encoding="ascii") as file:
        file.write(_line(number))
    return number


def read(path: Path) -> Mapping[int, bytes]:
    """The keys of a file by number.

    Raises:
        Misconfigured: no file, no key in it, a line that is none, or others than the owner may read it.
    """
    try:
        mode, text = path.stat().st_mode, path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path}: no readable key file ({error}); make one with `xiangyin init DIR`") from error
    if mode & 0o077:
        raise Misconfigured(f"{path}: others than its owner may read this key file; run: chmod 600 {path}")
    lines = enumerate(text.splitlines(), start=1)
    keys = dict(_key(path, number, line) for number, line in lines if line.strip() and not line.startswith("#"))
    if not keys:
        raise Misconfigured(f"{path}: no key in it; make a fresh file with `xiangyin init DIR`")
    return keys


def _line(number: int) -> str:
    return f"{number} {secrets.token_hex(_BYTES)}\n"


def _key(path: Path, line_number: int, line: str) -> tuple[int, bytes]:
    try:
        number, key = line.split()
        return int(number), bytes.fromhex(key)
    except ValueError as error:  # The line itself is a secret: it is not quoted.
        raise Misconfigured(f"{path}:{line_number}: a key is a number, a blank and 64 hex digits") from error
