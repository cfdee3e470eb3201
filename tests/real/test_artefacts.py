"""What is fetched is there whole or not at all."""

from pathlib import Path

import pytest

from tests.real import artefacts


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(artefacts, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(artefacts, "missing", lambda: "")
    return tmp_path / "cache"


def test_an_interrupted_fetch_leaves_nothing(cache: Path) -> None:
    """Ctrl-C in the middle: the next run begins anew, instead of starting half a server."""

    def half(folder: Path) -> None:
        folder.mkdir()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        artefacts.once("server", half)
    assert list(cache.iterdir()) == []


def test_two_fetches_at_once_make_one(cache: Path) -> None:
    """Who comes second takes what is there, and leaves nothing of its own."""

    def slow(folder: Path) -> None:
        artefacts.once("server", lambda other: _write(other, "theirs"))
        _write(folder, "ours")

    assert (artefacts.once("server", slow) / "file").read_text("utf-8") == "theirs"
    assert [each.name for each in cache.iterdir()] == ["server"]


def test_nothing_is_fetched_without_java(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Java or Maven is missing the reason is said, and what to install."""
    monkeypatch.setattr(artefacts, "missing", lambda: "mvn not found")
    with pytest.raises(artefacts.Unavailable, match="mvn not found"):
        artefacts.once("server", lambda folder: _write(folder, "never"))


def _write(folder: Path, text: str) -> None:
    folder.mkdir()
    (folder / "file").write_text(text, "utf-8")
