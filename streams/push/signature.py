"""Whether a message is from who holds the secret, and was sent just now (Standard Webhooks 1.0, symmetric scheme).

The sender signs `{webhook-id}.{webhook-timestamp}.{body}` with HMAC-SHA-256 and sends id, time and signature as
headers; libraries for it exist in a dozen languages. The time is signed, so that a message that somebody recorded is
worth nothing after `TOLERANCE`; within it the receiver remembers the ids that it has taken.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets as random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct

from streams.errors import Misconfigured

TOLERANCE: Final = timedelta(minutes=5)
"""How far sender's and receiver's clocks may be apart, and how long a message is on its way."""

_PREFIX: Final = "whsec_"
_SHORTEST: Final = 24
_LONGEST: Final = 64
_FRESH: Final = 32
"""Bytes of a secret, as the specification bounds them."""

_LONGEST_ID: Final = 256


class Unsigned(Exception):
    """The message is not to be believed; the text says why, for the sender's log, and nothing about the secret.

    `name` is what it is counted under: `unsigned`, or `clock` where only the time is wrong.
    """

    def __init__(self, message: str, name: str = "unsigned") -> None:
        super().__init__(message)
        self.name = name


class Claim(Struct, frozen=True):
    """What the headers of a message say; whoever reaches the entrance may say it."""

    id: str
    time: datetime
    signatures: Sequence[str]


def secrets_of(file: Path) -> Sequence[bytes]:
    """The secrets in a file, one a line: `whsec_` and 24 to 64 bytes in base64. All are believed: one can be changed.

    Raises:
        Misconfigured: the file cannot be read, others than its owner may read it, or a line is no secret.
    """
    try:
        mode, lines = file.stat().st_mode, file.read_text("ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"{file}: no readable secret ({error}); make one with `xiangyin source secret FILE`"
        ) from error
    if mode & 0o077:
        raise Misconfigured(f"{file}: others than its owner may read this secret; run: chmod 600 {file}")
    found = [_secret(file, number, line) for number, line in enumerate(lines, start=1)]
    if not found:
        raise Misconfigured(f"{file}: no secret in it; make one with `xiangyin source secret FILE`")
    return found


def assert_apart(believed: Mapping[str, Sequence[bytes]]) -> None:
    """Each entrance has secrets of its own: a message recorded on its way to one is not good for another one.

    Args:
        believed: by whom which secrets are.

    Raises:
        Misconfigured: two believe the same one.
    """
    owners: dict[bytes, str] = {}
    for name, known in believed.items():
        for secret in known:
            if (other := owners.setdefault(secret, name)) != name:
                raise Misconfigured(
                    f"{other}, {name}: one secret for both, so that a message to one is good for the other, too; "
                    "make each its own with `xiangyin source secret FILE`"
                )


def create(file: Path) -> None:
    """Make a file with one fresh secret, readable by its owner only (mode 0600).

    Raises:
        Misconfigured: there is such a file already; a secret is never overwritten.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Misconfigured(f"{file}: cannot be made: {error.strerror}; name another file") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as lines:
        lines.write(f"{_PREFIX}{base64.b64encode(random.token_bytes(_FRESH)).decode('ascii')}\n")


def _secret(file: Path, number: int, line: str) -> bytes:
    try:
        secret = base64.b64decode(line.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        secret = b""
    if not line.startswith(_PREFIX) or not _SHORTEST <= len(secret) <= _LONGEST:
        # The line itself is a secret: it is not quoted.
        raise Misconfigured(f"{file}:{number}: a secret is {_PREFIX} and {_SHORTEST} to {_LONGEST} bytes in base64")
    return secret


def sign(secret: bytes, identity: str, time: datetime, body: bytes) -> str:
    """The signature that belongs into `webhook-signature`."""
    signed = f"{identity}.{int(time.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode("ascii")


def claimed(headers: Mapping[str, str], now: datetime) -> Claim:
    """What the headers of a message say, before its body is read.

    Raises:
        Unsigned: a header is missing or wrong, or the time is further away than `TOLERANCE`.
    """
    identity, said = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "").split()
    if not 0 < len(identity) <= _LONGEST_ID or not identity.isascii() or not given:
        raise Unsigned("the headers webhook-id, webhook-timestamp and webhook-signature are needed")
    if not (said.isascii() and said.isdecimal() and len(said) <= len("9999999999")):
        raise Unsigned("webhook-timestamp is not a number of seconds since 1970")
    time = datetime.fromtimestamp(int(said), UTC)
    if abs(now - time) > TOLERANCE:
        raise Unsigned(f"the message is of {time:%Y-%m-%dT%H:%M:%SZ}: too far from now; check both clocks", "clock")
    return Claim(identity, time, given)


def assert_signed(claim: Claim, secrets: Sequence[bytes], body: bytes) -> None:
    """Raise Unsigned unless one of the signatures is made with one of the secrets."""
    right = [sign(secret, claim.id, claim.time, body).encode() for secret in secrets]
    # Every pair is compared, so that the time taken says nothing.
    fits = [hmac.compare_digest(each, one.encode("utf-8", "replace")) for each in right for one in claim.signatures]
    if not any(fits):
        raise Unsigned("no signature fits: it is HMAC-SHA-256 over id, time and body as sent, in base64 after `v1,`")
