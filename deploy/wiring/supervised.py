"""A crawler and a worker on one machine."""

import os
from pathlib import Path
from typing import Final

import structlog

from deploy.child import Child, supervise
from deploy.settings.deployment import CONFIG, HEALTH_PORT, load
from streams.worker.settings import Exit

log = structlog.get_logger()

WORKER_PATIENCE: Final = 40.0
"""Seconds that a worker may take to end: more than its own deadline (`WorkerSettings.stop`)."""


async def run(config: Path) -> int:
    """A crawler and a worker on one machine, started again when they die, until SIGINT or SIGTERM.

    Returns:
        0 after a signal; 78 when a configuration cannot work.
    """
    environment, port = {**os.environ, CONFIG: str(config)}, load(config).health_port
    # The worker answers on the port that the settings name, the crawler on the one above; 0 is a free one for each.
    ports = {"work": str(port), "crawl": str(port + 1 if port else 0)}
    children = [
        Child(name, environment={**environment, HEALTH_PORT: ports[name]}, patience=WORKER_PATIENCE) for name in ports
    ]
    gone = await supervise(children)
    if gone:
        log.error("stopped", reason=gone)
    return Exit.CONFIGURATION if gone else Exit.DONE
