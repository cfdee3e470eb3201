"""Logs hold our own events and the libraries' warnings, and nothing else."""

import logging
from collections.abc import Iterator

import mode
import pytest
import structlog

from deploy import logs
from streams.worker.reader import Told


@pytest.fixture(autouse=True)
def _logging() -> Iterator[None]:
    """Leave logging as it was found."""
    root, names = logging.getLogger(), ("deploy", "streams", "elastic_transport")
    handlers, levels = root.handlers[:], {name: logging.getLogger(name).level for name in names}
    level = root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


def test_what_faust_says_in_a_class_of_ours_is_no_event(capsys: pytest.CaptureFixture[str]) -> None:
    """`[^--ConsumerThread]: Starting...` comes under the name of our module, and is left out; a warning is not."""
    logs.configure("text")
    ours = type("ConsumerThread", (mode.Service,), {"__module__": "streams.worker.consumer"})()
    assert ours.logger.name == "streams.worker.consumer"
    ours.log.info("Starting...")
    structlog.get_logger("streams.worker.consumer").info("taken over")
    ours.log.warning("slow")
    said = capsys.readouterr().err
    assert "Starting" not in said
    assert "taken over" in said
    assert "slow" in said


def test_a_server_that_is_away_is_told_of_once_a_minute(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its client warns with every attempt, many a second; an outage is neither hidden nor does it fill the log."""
    now = [0.0]
    monkeypatch.setattr("deploy.logs.time.monotonic", lambda: now[0])
    logs.configure("json")
    for second in range(120):
        now[0] = second
        logging.getLogger("elastic_transport.node_pool").warning("Node %r has failed for %i times", "n", second)
        for _ in range(5):
            logging.getLogger("aiokafka").error("Unable connect to node with id %s", 1)
            logging.getLogger("deploy").warning("a line of ours")
    logging.getLogger("aiokafka").info("joined")
    logging.getLogger("aiokafka").warning("a heartbeat failed")
    said = capsys.readouterr().err
    assert said.count("has failed") == 2
    assert said.count("Unable connect") == 2
    assert said.count("a line of ours") == 600
    assert "joined" not in said
    assert "a heartbeat failed" in said


async def test_what_is_no_trouble_is_no_warning(capsys: pytest.CaptureFixture[str]) -> None:
    """That workers come and go, and Faust's word on an end that our own line has explained; a crash of its own is."""
    logs.configure("text")
    heartbeats = logging.getLogger("aiokafka.consumer.group_coordinator")
    heartbeats.warning("Heartbeat failed for group %s because it is rebalancing", "county-worker")
    heartbeats.warning("Heartbeat failed: local member_id was not recognized;")
    app = type("_App", (mode.Service,), {"__module__": "streams.worker.reader"})()
    await app.crash(Told())
    await app.crash(KeyError("a defect of Faust's"))
    said = capsys.readouterr().err
    assert "rebalancing" not in said
    assert "member_id" in said
    assert "Told" not in said
    assert said.count("Crashed reason") == 1
