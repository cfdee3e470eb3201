"""End a worker that gets on no more, so that it is started again: whatever hangs in it, also its event loop."""

import os
import threading
import time
from typing import Final

import structlog

from streams.kafka.ownership import Ownership
from streams.worker.settings import Exit, WorkerSettings
from streams.worker.status import Status

log = structlog.get_logger()

PAUSE: Final = 0.1
"""Seconds between two looks."""


def stuck(settings: WorkerSettings, ownership: Ownership, status: Status, now: float) -> str | None:
    """Why the worker must end; None while it gets on, and while it is right to wait.

    A server that is away is waited for: with empty hands as long as the broker is away (`worker.broker`), and with
    something in hand as long as the group hears from us, each attempt at the server being a sign of life.

    Args:
        settings: how long each wait may last.
        ownership: what the group's coordinator last told us.
        status: what the worker says of itself.
        now: by the clock of `status`, time.monotonic().
    """
    if now - status.turned > settings.stall:
        return "a record is computed for ever, or the process stood still"
    if (held := status.in_hand) is None:
        return "no poll, no heartbeat or no progress for too long" if now - status.alive > settings.stall else None
    if ownership.rebalancing_for > ownership.patience:
        return "a rebalance waits, and the batch in hand is not written"
    if ownership.silent_for > settings.stall:
        return "the group's coordinator is silent, and others may have what is in hand"
    if now - max(held, status.told) > settings.longest:
        return "a batch or a load does not end, and waits for no server that is away"
    return None


def watch(settings: WorkerSettings, ownership: Ownership, status: Status) -> None:
    """Look from a thread of its own, until the process ends."""

    def look() -> None:
        status.alive = status.turned = time.monotonic()
        while not (reason := stuck(settings, ownership, status, time.monotonic())):
            time.sleep(PAUSE)
        log.error("the worker ends to be started again", reason=reason)
        os._exit(Exit.AGAIN)

    threading.Thread(target=look, daemon=True, name="watch").start()
