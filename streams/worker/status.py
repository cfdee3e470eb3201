"""What a worker says of itself, as numbers: for metrics, the health endpoint and the watch."""

import time
from collections import Counter
from dataclasses import dataclass, field


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
    in_hand: float | None = None
    """Since when a batch, a load or a tick has been at work (time.monotonic()); None between them."""
    alive: float = field(default_factory=time.monotonic)
    """When all was last seen to be well (time.monotonic()): polled, heard by the group, and getting on."""
    turned: float = field(default_factory=time.monotonic)
    """When the event loop last turned (time.monotonic()); a held batch lets it, a step that never ends does not."""
