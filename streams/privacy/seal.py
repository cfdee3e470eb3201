"""What is kept and nobody may read, anybody's words in a dead letter, is sealed with the deployment's key."""

import base64
import hashlib
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from streams.errors import Misconfigured, Unreadable

LETTERS: Final = b"xiangyin dead letters"
"""What a seal is for, unless it says otherwise: what was sealed for one purpose does not open for another."""

_FORMAT: Final = b"\x01"
_MARK: Final = 4
_NONCE: Final = 12
"""Bytes of the nonce (NIST SP 800-38D, section 8.2)."""


class Seal:
    """AES-256-GCM under a key derived from the deployment's (HKDF, RFC 5869).

    Args:
        key: the deployment's newest key, which seals.
        older: keys of before a rotation, which still open.
        purpose: what is sealed; each has keys of its own.

    Raises:
        Misconfigured: a key shorter than 32 bytes.
    """

    def __init__(self, key: bytes, *older: bytes, purpose: bytes = LETTERS) -> None:
        if any(len(each) < 32 for each in (key, *older)):  # noqa: PLR2004 (AES-256: no weaker than its key)
            raise Misconfigured("a key that seals is shorter than 32 bytes: make one at random")
        derived = [_derived(each, purpose) for each in (*older, key)]
        self._mark = _mark(derived[-1])
        self._ciphers = {_mark(each): AESGCM(each) for each in derived}

    def seal(self, data: bytes, associated: bytes = b"", nonce: bytes | None = None) -> str:
        """Encrypt to base64 text. `associated` is not in it, but must be the same to open it.

        `nonce` (12 bytes) is random unless a test passes one; a nonce must never serve twice.
        """
        nonce = os.urandom(_NONCE) if nonce is None else nonce
        sealed = self._ciphers[self._mark].encrypt(nonce, data, associated)
        return base64.b64encode(_FORMAT + self._mark + nonce + sealed).decode("ascii")

    def open(self, sealed: str, associated: bytes = b"") -> bytes:
        """Decrypt what `seal` wrote.

        Raises:
            Misconfigured: it was sealed with a key that is not among ours; the message tells them apart.
            Unreadable: it is no sealed text, it was changed, or `associated` is not what it was sealed with.
        """
        try:
            raw = base64.b64decode(sealed, validate=True)
        except ValueError as error:
            raise Unreadable("not a sealed text: no base64") from error
        if raw[:1] != _FORMAT or len(raw) < 1 + _MARK + _NONCE:
            raise Unreadable("not a sealed text of a form that this program knows")
        mark, nonce, body = raw[1 : 1 + _MARK], raw[1 + _MARK : 1 + _MARK + _NONCE], raw[1 + _MARK + _NONCE :]
        try:
            return self._cipher(mark).decrypt(nonce, body, associated)
        except InvalidTag as error:
            raise Unreadable("the sealed text was changed, or belongs to another record") from error

    def _cipher(self, mark: bytes) -> AESGCM:
        if mark not in self._ciphers:
            ours = ", ".join(each.hex() for each in self._ciphers)
            raise Misconfigured(f"sealed with key {mark.hex()}, but the keys here are {ours}: put that key back")
        return self._ciphers[mark]


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key)


def _mark(derived: bytes) -> bytes:
    """Tells keys apart without saying anything about them: a digest of the derived key, which is not the key."""
    return hashlib.sha256(b"mark" + derived).digest()[:_MARK]
