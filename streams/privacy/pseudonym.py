"""Authors become pseudonyms that only the holder of the deployment's key could tie to a handle."""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from streams.errors import Misconfigured
from streams.records import PSEUDONYM

SHORTEST_KEY: Final = 32
"""Bytes: a key for HMAC-SHA-256 should be as long as its answer (RFC 2104, section 3)."""

_PSEUDONYM: Final = re.compile(PSEUDONYM.removesuffix("$") + r"\Z")
_PSEUDONYM_HEX: Final = 32
_VOICE_HEX: Final = 16


class Pseudonyms:
    """Keyed HMAC-SHA-256 of (source, handle), by numbered keys: the newest writes, older ones keep their voices.

    Args:
        keys: number of the key, 0 to 999, to its bytes.

    Raises:
        Misconfigured: no key, a number out of range, or a key shorter than 32 bytes.
    """

    __slots__ = ("_keys", "_newest")

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        if not keys:
            raise Misconfigured("no key for pseudonyms: make one with streams.privacy.keyring.create(path)")
        for number, key in keys.items():
            _check(number, key)
        self._keys = dict(keys)
        self._newest = max(keys)

    def of(self, source: str, handle: str) -> str:
        """The pseudonym of a handle within its source; what is a pseudonym already passes unchanged."""
        if is_pseudonym(handle):
            return handle
        return self._made(self._newest, source, handle)

    def every(self, source: str, handle: str) -> tuple[str, ...]:
        """The pseudonyms of a handle under all keys, so that a rotation makes nobody a stranger."""
        if is_pseudonym(handle):
            return (handle,)
        return tuple(self._made(number, source, handle) for number in self._keys)

    def voice(self, author: str, incident: str) -> str:
        """The mark of an author in one incident, 16 hex digits: it says nothing about the person in another.

        It is made with the key that made the pseudonym, so that a rotation gives nobody a second voice.
        """
        number = int(author[1 : author.index("-")]) if is_pseudonym(author) else self._newest
        key = self._keys.get(number, self._keys[self._newest])
        return mac(key, "voice", author, incident)[:_VOICE_HEX]

    def _made(self, number: int, source: str, handle: str) -> str:
        name = unicodedata.normalize("NFKC", handle).strip()
        return f"p{number}-{mac(self._keys[number], 'author', source, name)[:_PSEUDONYM_HEX]}"


def is_pseudonym(author: str) -> bool:
    """Whether this is a pseudonym's form rather than somebody's handle."""
    return _PSEUDONYM.match(author) is not None


def mac(key: bytes, purpose: str, *parts: str) -> str:
    """HMAC-SHA-256 of these parts in hex; what is made for one purpose says nothing about another."""
    # The length before each part keeps ("ab", "c") apart from ("a", "bc").
    encoded = [part.encode("utf-8", "surrogatepass") for part in (purpose, *parts)]
    message = b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def _check(number: int, key: bytes) -> None:
    if not 0 <= number <= 999:  # noqa: PLR2004 (three digits, as the pattern of a pseudonym says)
        raise Misconfigured(f"key number {number}: use a number from 0 to 999")
    if len(key) < SHORTEST_KEY:
        raise Misconfigured(f"key {number} has {len(key)} bytes: use at least {SHORTEST_KEY}, made at random")
