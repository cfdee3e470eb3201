"""Lay out the county as a deployment like any other: settings, key, townships, sources."""

import os
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import yaml

from deploy.demo.content import COUNTY, Site
from deploy.settings.deployment import CONFIG, PREFIX
from streams.privacy import keyring

NAME: Final = "demo"


def write(folder: Path, *, kafka: str, elasticsearch: str, sites: Mapping[Site, str]) -> Path:
    """Write the deployment into an empty folder; return its settings' file.

    Args:
        folder: of the deployment, already there.
        kafka: `host:port` of the broker.
        elasticsearch: URL of the search server.
        sites: addresses of the county's sites, which take the place of *.qinglan.invalid.
    """
    keyring.create(folder / "key")
    shutil.copytree(COUNTY / "townships", folder / "townships")
    (folder / "sources").mkdir()
    for file in sorted((COUNTY / "sources").glob("*.yaml")):
        text = file.read_text("utf-8")
        for site, address in sites.items():
            text = text.replace(f"http://{site}.qinglan.invalid", address)
        (folder / "sources" / file.name).write_text(text, "utf-8")
    settings = folder / "deployment.yaml"
    settings.write_text(yaml.safe_dump(_settings(kafka, elasticsearch, sites)), "utf-8")
    return settings


def forget_others() -> None:
    """Take variables that configure another deployment out of this process and its children: the demo touches none."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]


def environment(settings: Path) -> dict[str, str]:
    """The environment of a child of this deployment."""
    return {**os.environ, CONFIG: str(settings)}


def _settings(kafka: str, elasticsearch: str, sites: Mapping[Site, str]) -> dict[str, object]:
    return {
        "name": NAME,
        "kafka": kafka,
        "elasticsearch": elasticsearch,
        "elasticsearch_compatibility": True,
        "key_file": "key",
        "townships": "townships",
        "sources": "sources",
        "contact": "demo@qinglan.invalid",
        "allow_hosts": [urlsplit(address).netloc for address in sites.values()],
        "budget": 1_000_000,  # Its sites are its own, and visited every few seconds.
        "batch_seconds": 0.2,
        "health_port": _free_port(),  # Known beforehand, so that we can ask a worker started again whether it is ready.
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
