"""The key file: its owner's alone, never overwritten, never quoted."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from streams.errors import Misconfigured
from streams.privacy import keyring


def test_a_fresh_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Mode 0600 from the first moment, with one random key of 32 bytes."""
    keyring.create(tmp_path / "a")
    keyring.create(tmp_path / "b")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
    assert len(keyring.read(tmp_path / "a")[1]) == 32
    assert keyring.read(tmp_path / "a") != keyring.read(tmp_path / "b")


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    """Whoever loses the key loses every author's identity with himself."""
    keyring.create(tmp_path / "keys")
    with pytest.raises(Misconfigured, match="already"):
        keyring.create(tmp_path / "keys")


def test_rotation_keeps_the_older_keys(tmp_path: Path) -> None:
    """The new key has the next number, and the old one stays for what it made."""
    keyring.create(tmp_path / "keys")
    old = keyring.read(tmp_path / "keys")
    assert keyring.rotate(tmp_path / "keys") == 2
    assert keyring.read(tmp_path / "keys")[1] == old[1]
    assert sorted(keyring.read(tmp_path / "keys")) == [1, 2]


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """It says what to run."""
    keyring.create(tmp_path / "keys")
    (tmp_path / "keys").chmod(0o644)
    with pytest.raises(Misconfigured, match="chmod 600"):
        keyring.read(tmp_path / "keys")


def test_a_file_without_a_last_line_end_is_rotated(tmp_path: Path) -> None:
    """As some editors leave it: the new key begins a line of its own."""
    path = tmp_path / "keys"
    keyring.create(path)
    old = keyring.read(path)
    path.write_text(path.read_text().rstrip())
    assert keyring.rotate(path) == 2
    assert keyring.read(path)[1] == old[1]


def test_rotations_at_once_make_keys_of_different_numbers(tmp_path: Path) -> None:
    """Else one of two programs that started between them would call every author otherwise."""
    keyring.create(tmp_path / "keys")
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(keyring.rotate, [tmp_path / "keys"] * 32))
    assert sorted(numbers) == list(range(2, 34))
    assert sorted(keyring.read(tmp_path / "keys")) == list(range(1, 34))


def test_a_number_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    """Neither wins in silence: the other key's authors would all be strangers."""
    path = tmp_path / "keys"
    keyring.create(path)
    with path.open("a") as file:
        file.write(f"1 {'ab' * 32}\n")
    with pytest.raises(Misconfigured, match=r"keys:3: key 1 is there already"):
        keyring.read(path)


@pytest.mark.parametrize("text", ["", "# nothing\n", "1 zz-secret\n", "one 00\n", "1\n", "1 abcdef00\n"])
def test_a_broken_file_says_where_and_quotes_no_key(tmp_path: Path, text: str) -> None:
    """The message names the file and the line, never what stands there."""
    path = tmp_path / "keys"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(Misconfigured) as caught:
        keyring.read(path)
    assert str(path) in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    """It names the command."""
    with pytest.raises(Misconfigured, match="xiangyin init"):
        keyring.read(tmp_path / "none")
