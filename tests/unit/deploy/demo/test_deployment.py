"""The county is a deployment like any other: its files pass the same checks."""

from pathlib import Path

import pytest

from deploy.demo import deployment
from deploy.demo.content import INBOX, Site
from deploy.demo.show import TOWNS
from deploy.settings import sources, townships
from deploy.settings.deployment import load
from streams.murmur2 import partition
from streams.privacy import keyring

SITES: dict[Site, str] = {
    "feed": "http://127.0.0.1:1001",
    "forum": "http://127.0.0.1:1002",
    "board": "http://127.0.0.1:1003",
}


def test_the_county_is_a_deployment(tmp_path: Path) -> None:
    """Settings, townships, sources and key are read by what reads every deployment's."""
    settings = load(deployment.write(tmp_path, kafka="127.0.0.1:1", elasticsearch="http://127.0.0.1:2", sites=SITES))
    towns = townships.read_all(settings.townships)
    found = sources.read_all(settings.sources, towns)
    assert {town.code for town in TOWNS} == {*towns, INBOX}
    assert {source.url.rpartition("/")[0].removesuffix("/api") for source in found.values()} == set(SITES.values())
    assert keyring.read(settings.key_file)


def test_no_place_of_the_county_is_real() -> None:
    """All division codes begin with 99, which is no province's (GB/T 2260)."""
    assert all(town.code.startswith("990101") for town in TOWNS)


def test_each_town_has_a_partition_of_its_own() -> None:
    """The view counts acknowledged records by partition, so towns must not share one."""
    assert len({partition(town.code.encode(), 12) for town in TOWNS}) == len(TOWNS)


def test_the_demo_touches_no_other_deployment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Variables that configure another deployment on this machine reach neither the demo nor its children."""
    monkeypatch.setenv("XIANGYIN_KAFKA", "10.0.0.1:9092")
    deployment.forget_others()
    file = deployment.write(tmp_path, kafka="127.0.0.1:1", elasticsearch="http://127.0.0.1:2", sites=SITES)
    assert load(file).kafka == "127.0.0.1:1"
    environment = deployment.environment(file)
    assert "XIANGYIN_KAFKA" not in environment
    assert environment["XIANGYIN_CONFIG"] == str(file)
