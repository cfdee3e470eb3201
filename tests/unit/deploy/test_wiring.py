"""Where settings become objects: what a crawler's and a worker's metrics may name."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from deploy import health, wiring
from deploy.initialise import initialise
from deploy.settings.deployment import Settings, load


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A fresh deployment."""
    initialise(tmp_path, "town")
    return load(tmp_path / "deployment.yaml")


def counted(metrics: health.Metrics) -> Mapping[str, float]:
    lines = generate_latest(metrics.registry).decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if "records_total{" in line)}


def test_a_pages_own_words_are_no_label() -> None:
    """A board names its fields as it likes, and may do so after a person: signals count without them."""
    metrics = health.Metrics(sources=["board"])
    observe = wiring.observe(metrics)
    for number in range(300):
        observe("board", f"signal:unused:13812345678-{number}", 1)
    observe("board", "signal:items:missing", 1)
    observe("board", "error:RobotsDenied", 1)
    observe("board", "published", 7)
    assert counted(metrics) == {
        'xiangyin_records_total{source="board",township="",what="signal:unused"}': 300,
        'xiangyin_records_total{source="board",township="",what="signal:items"}': 1,
        'xiangyin_records_total{source="board",township="",what="error:RobotsDenied"}': 1,
        'xiangyin_records_total{source="board",township="",what="published"}': 7,
    }


def test_a_worker_knows_its_sources_by_name(settings: Settings) -> None:
    """So that each counts by itself; where no source is configured, others publish, and the worker works."""
    assert list(wiring.source_names(settings, ["990101101000"])) == ["news"]
    for file in settings.sources.iterdir():
        file.unlink()
    assert list(wiring.source_names(settings, ["990101101000"])) == []
