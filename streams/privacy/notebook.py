"""What crawlers note names nobody: names are keyed digests, and what leads on is sealed."""

import zlib
from collections.abc import Mapping

from streams.errors import Misconfigured, Unreadable
from streams.privacy.pseudonym import mac
from streams.privacy.seal import Seal

_NAME_HEX = 32
_PURPOSE = b"xiangyin notes of crawlers"


class Notebook:
    """Names notes and seals them, with the deployment's keys.

    The oldest key names, so that a rotation loses no note; the newest seals, and all of them open.

    Args:
        keys: number of the key to its bytes (`streams.privacy.keyring.read`), at least one.

    Raises:
        Misconfigured: a key shorter than 32 bytes.
    """

    __slots__ = ("_names", "_seal")

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        numbers = sorted(keys)
        self._names = keys[numbers[0]]
        self._seal = Seal(keys[numbers[-1]], *(keys[number] for number in numbers[:-1]), purpose=_PURPOSE)

    def name(self, *parts: str) -> str:
        """32 hex digits, the same for the same parts; who has no key can't tell whether a guess at them is right."""
        return mac(self._names, "note", *parts)[:_NAME_HEX]

    def seal(self, name: str, note: bytes) -> str:
        """A note as text that opens under its own name only."""
        return self._seal.seal(zlib.compress(note, 1), name.encode())

    def open(self, name: str, sealed: str) -> bytes | None:
        """The note again; None when its key is gone or it was changed: what it said must be found out anew."""
        try:
            return zlib.decompress(self._seal.open(sealed, name.encode()))
        except (Misconfigured, Unreadable):
            return None
