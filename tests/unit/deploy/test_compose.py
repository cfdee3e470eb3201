"""The compose file asks for commands that there are."""

from pathlib import Path

import yaml

from deploy.cli.lazy import COMMANDS

COMPOSE = Path(__file__).parents[3] / "deploy" / "compose" / "compose.yaml"


def test_every_service_of_ours_runs_a_command_that_exists() -> None:
    """A renamed command must be renamed there, too."""
    services = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]
    ours = {name: service["command"][0] for name, service in services.items() if "build" in service}
    assert set(ours) == {"topics", "indices", "worker", "crawler"}
    assert set(ours.values()) <= set(COMMANDS)


def test_nothing_is_published_beyond_the_machine() -> None:
    """No port of any service is opened to the outside."""
    services = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]
    assert not [name for name, service in services.items() if "ports" in service]
