"""What a worker says of itself, as numbers: for metrics, the health endpoint and the watch."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog

from streams.errors import Why

log = structlog.get_logger()


class Waiting(NamedTuple):
    """Why a server is waited for, in a word and in a sentence, since when and until when (time.monotonic())."""

    why: Why
    detail: str
    since: float
    seen: float


@dataclass
class Status:
    """Numbers of one worker process; written by the worker, read by anybody."""

    started: bool = False
    """The store answers, and the worker joins the group."""
    ready: bool = False
    """Partitions are assigned and loaded, and no rebalance is on."""
    partitions: tuple[int, ...] = ()
    behind: dict[tuple[str, int], int] = field(default_factory=dict)
    """Records not yet acknowledged, by role and partition, of the partitions at hand."""
    lost: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Records that retention deleted before they were read, by role and partition."""
    recreated: Counter[str] = field(default_factory=Counter)
    """How often a role's partition was read anew because its topic had been created again."""
    acknowledged: Counter[str] = field(default_factory=Counter)
    """Records acknowledged, by role."""
    rebalances: int = 0
    waiting: Waiting | None = None
    """For which server, while there is one to wait for."""
    in_hand: float | None = None
    """Since when a batch, a load or a tick has been at work (time.monotonic()); None between them."""
    told: float = field(default_factory=time.monotonic)
    """When a server was last said to be waited for, or to be no longer (time.monotonic())."""
    alive: float = field(default_factory=time.monotonic)
    """When all was last seen to be well (time.monotonic()): polled, heard by the group, and getting on."""
    turned: float = field(default_factory=time.monotonic)
    """When the event loop last turned (time.monotonic()); a held batch lets it, a step that never ends does not."""

    def emptied(self, since: float, now: float) -> None:
        """The hand that was full since then is empty: what was held for a server that is away is no stall.

        `alive` may have been told meanwhile, and never lies ahead. It moves first: the watch looks at any moment.
        """
        self.alive = min(now, self.alive + now - since)
        self.in_hand = None

    def tell(self, why: Why | None, detail: str) -> None:
        """Note why a server is waited for, or that it is no longer; the log hears of it when that changes."""
        now, before = time.monotonic(), self.waiting
        self.told = now
        if why is None:
            self.waiting = None
            if before:
                log.info("no longer waiting for a server", waited_seconds=round(now - before.since, 1))
            return
        self.waiting = Waiting(why, detail, before.since if before else now, now)
        if before is None or before.why != why:
            log.warning("waiting for a server", why=why, reason=detail)
