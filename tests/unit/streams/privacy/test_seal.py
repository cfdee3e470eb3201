"""Sealed bytes open with their key alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.errors import Misconfigured, Unreadable
from streams.privacy.seal import Seal

KEY, OTHER = b"a" * 32, b"b" * 32


@settings(deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=20))
def test_what_was_sealed_opens(data: bytes, associated: bytes) -> None:
    """Any bytes come back, and none of them stand in the sealed text."""
    sealed = Seal(KEY).seal(data, associated)
    assert Seal(KEY).open(sealed, associated) == data
    assert sealed.isascii()


def test_two_sealings_differ() -> None:
    """Equal letters do not look equal: each has a nonce of its own."""
    assert Seal(KEY).seal(b"x") != Seal(KEY).seal(b"x")


def test_another_key_says_that_it_is_another() -> None:
    """The message names both keys by a mark, so that one knows which to put back."""
    sealed = Seal(KEY).seal(b"secret")
    with pytest.raises(Misconfigured, match=r"sealed with key [0-9a-f]{8}, but the keys here are"):
        Seal(OTHER).open(sealed)


def test_after_a_rotation_older_letters_open() -> None:
    """The older key opens what it sealed; the newer seals."""
    rotated = Seal(OTHER, KEY)
    assert rotated.open(Seal(KEY).seal(b"old")) == b"old"
    assert Seal(OTHER).open(rotated.seal(b"new")) == b"new"


@pytest.mark.parametrize("text", ["", "not base64!", "AAAA", "/" * 80])
def test_what_is_no_sealed_text_is_unreadable(text: str) -> None:
    """Anything else in its place is told from a wrong key."""
    with pytest.raises(Unreadable):
        Seal(KEY).open(text)


def test_a_changed_letter_does_not_open() -> None:
    """Neither one with a changed character, nor one put in another record's place."""
    sealed = Seal(KEY).seal(b"secret", b"posts-0-1")
    changed = sealed[:-8] + ("AAAA" if sealed[-8:-4] != "AAAA" else "BBBB") + sealed[-4:]
    for text, associated in ((changed, b"posts-0-1"), (sealed, b"posts-0-2")):
        with pytest.raises(Unreadable):
            Seal(KEY).open(text, associated)


def test_a_short_key_is_refused() -> None:
    """A key must be as strong as the cipher."""
    with pytest.raises(Misconfigured):
        Seal(b"short")
