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
    broker: Waiting | None = None
    """For the broker, while it is away: nothing can be read."""
    held: Waiting | None = None
    """For the server that what is in hand waits for, while there is one."""
    in_hand: float | None = None
    """Since when a batch, a load or a tick has been at work (time.monotonic()); None between them."""
    told: float = field(default_factory=time.monotonic)
    """When what is in hand was last said to wait for a server, or to do so no longer (time.monotonic())."""
    alive: float = field(default_factory=time.monotonic)
    """When all was last seen to be well (time.monotonic()): polled, heard by the group, and getting on; or when the
    broker was last seen to be away, which is no stall."""
    turned: float = field(default_factory=time.monotonic)
    """When the event loop last turned (time.monotonic()); a held batch lets it, a step that never ends does not."""

    def emptied(self, since: float, now: float) -> None:
        """The hand that was full since then is empty: what was held for a server that is away is no stall.

        `alive` may have been told meanwhile, and never lies ahead. It moves first: the watch looks at any moment.
        """
        self.alive = min(now, self.alive + now - since)
        self.in_hand = None

    @property
    def reads(self) -> bool:
        """Ready, and the broker is there to be read from."""
        return self.ready and self.broker is None

    @property
    def waiting(self) -> Waiting | None:
        """For which server, while there is one to wait for."""
        return self.broker or self.held

    def tell(self, why: Why | None, detail: str) -> None:
        """Note why what is in hand waits for a server, or that it does no longer; the log hears when that changes."""
        self.told = time.monotonic()
        self.held = _wait(self.held, why, detail)

    def tell_of_broker(self, detail: str | None) -> None:
        """Note that the broker is away and how it is called, or that the group hears us again (None)."""
        if detail:
            self.alive = time.monotonic()
        self.broker = _wait(self.broker, "away" if detail else None, detail or "")


def _wait(before: Waiting | None, why: Why | None, detail: str) -> Waiting | None:
    now = time.monotonic()
    if why is None:
        if before:
            log.info("no longer waiting for a server", waited_seconds=round(now - before.since, 1))
        return None
    if before is None or before.why != why:
        log.warning("waiting for a server", why=why, reason=detail)
    return Waiting(why, detail, before.since if before else now, now)
