"""Notes are found by their names and open, for who has the keys; to others they say nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.privacy.notebook import Notebook
from streams.privacy.seal import Seal

OLD, NEW, OTHER = b"o" * 32, b"n" * 32, b"x" * 32
BEFORE, AFTER = Notebook({1: OLD}), Notebook({1: OLD, 2: NEW})


@settings(deadline=None)
@given(st.binary(max_size=2_000), st.text(max_size=20))
def test_a_note_opens_under_its_name(note: bytes, name: str) -> None:
    """It comes back byte for byte; under another name, as another note, it does not open."""
    sealed = AFTER.seal(name, note)
    assert AFTER.open(name, sealed) == note
    assert AFTER.open(name + "x", sealed) is None


def test_a_rotation_renames_nothing() -> None:
    """Notes of before are found, and open; what is written after it opens with the new key only."""
    assert AFTER.name("post", "s", "1") == BEFORE.name("post", "s", "1")
    assert AFTER.open("n", BEFORE.seal("n", b"note")) == b"note"
    assert BEFORE.open("n", AFTER.seal("n", b"note")) is None


def test_a_name_is_no_digest_that_anybody_makes() -> None:
    """Another key names otherwise; what is parted otherwise is another name."""
    names = {BEFORE.name("post", "s", "1"), Notebook({1: OTHER}).name("post", "s", "1"), BEFORE.name("post", "s1", "")}
    assert len(names) == 3
    assert all(len(name) == 32 for name in names)


def test_a_note_is_no_letter() -> None:
    """One key of the deployment seals both, and neither opens as the other."""
    assert BEFORE.open("n", Seal(OLD).seal(b"note", b"n")) is None
    assert BEFORE.open("n", "no seal at all") is None
