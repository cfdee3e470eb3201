"""A deployment for the tests of what reads one."""

from pathlib import Path

import pytest

from deploy.cli import exits, run


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A deployment as `init` makes it, without servers."""
    assert run(["init", str(tmp_path / "town")]) == exits.OK
    monkeypatch.setenv("XIANGYIN_CONFIG", str(tmp_path / "town" / "deployment.yaml"))
    monkeypatch.chdir(tmp_path / "town")
    capsys.readouterr()
    return tmp_path / "town"
