"""A worker that cannot begin says so where it says everything: in its log."""

import json
import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from deploy.cli import exits, run
from deploy.initialise import initialise


@pytest.fixture(autouse=True)
def _logging() -> Iterator[None]:
    """Leave logging as it was found."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()


def test_a_health_port_that_is_taken_is_a_line_of_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the log's format, so that programs read it as well; the process may be started again."""
    initialise(tmp_path, "town")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("XIANGYIN_HEALTH_PORT", str(port))
        monkeypatch.setenv("XIANGYIN_LOG_FORMAT", "json")
        assert run(["work", "--config", str(tmp_path / "deployment.yaml")]) == exits.TEMPORARY
    last = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert last["event"] == "cannot begin"
    assert f"health_port {port}" in last["reason"]
