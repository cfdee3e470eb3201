"""What is fetched is there whole or not at all."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.real import artefacts


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(artefacts, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(artefacts, "missing", lambda: "")
    return tmp_path / "cache"


def test_an_interrupted_fetch_leaves_nothing(cache: Path) -> None:
    """Ctrl-C in the middle, or kill -9: the next run begins anew, instead of starting half a server."""

    def half(folder: Path) -> None:
        folder.mkdir()
        raise KeyboardInterrupt

    (cache / ".part-killed" / "server").mkdir(parents=True)
    with pytest.raises(KeyboardInterrupt):
        artefacts.once("server", half)
    assert [each.name for each in cache.iterdir()] == [".lock"]


def test_two_runs_at_once_fetch_once(cache: Path) -> None:
    """Who comes second waits, and takes what the first one fetched."""
    fetched: list[Path] = []

    def slow(folder: Path) -> None:
        time.sleep(0.1)
        _write(folder, "whole")
        fetched.append(folder)

    with ThreadPoolExecutor() as both:
        made = list(both.map(lambda _: artefacts.once("server", slow), range(2)))
    assert [(each / "file").read_text("utf-8") for each in made] == ["whole", "whole"]
    assert len(fetched) == 1


def test_nothing_is_fetched_without_java(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Java or Maven is missing the reason is said, and what to install."""
    monkeypatch.setattr(artefacts, "missing", lambda: "mvn not found")
    with pytest.raises(artefacts.Unavailable, match="mvn not found"):
        artefacts.once("server", lambda folder: _write(folder, "never"))


def _write(folder: Path, text: str) -> None:
    folder.mkdir()
    (folder / "file").write_text(text, "utf-8")
