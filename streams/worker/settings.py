"""How a worker reads, and how long it waits for what."""

from enum import IntEnum

from msgspec import Struct

from streams.kafka.access import Servers
from streams.topics import PARTITIONS


class Exit(IntEnum):
    """How a worker's process ends (sysexits.h). A supervisor starts it again, except after CONFIGURATION."""

    DONE = 0
    """Asked to end, and ended."""
    FAILED = 70
    """An unexpected failure, or an end that outlasted its deadline."""
    AGAIN = 75
    """Fenced, stalled, or a server away: a fresh start is the cure."""
    CONFIGURATION = 78
    """Settings or stored state that no restart mends."""


class WorkerSettings(Struct, frozen=True, kw_only=True):
    """Settings of one worker process; all times in seconds.

    The defaults are for Apache Kafka. The embedded broker waits for members of a group for half of `session` only,
    so `embedded()` is short in all of them.
    """

    servers: Servers
    deployment: str
    partitions: int = PARTITIONS
    batch: int = 500
    """Most records in one batch."""
    linger: float = 0.2
    """How long an incomplete batch waits for more."""
    session: float = 30.0
    rebalance: float = 60.0
    """A batch in hand has a third of this once a rebalance has begun."""
    request: float = 90.0
    """Must be above `rebalance`: joining the group waits that long."""
    commit: float = 2.0
    """Between two commits of what was acknowledged."""
    tick: float = 1.0
    """Between two looks at the timers."""
    stop: float = 30.0
    """From SIGTERM to the end, whatever hangs."""
    crash: float = 5.0
    """From an unexpected failure to the end, whatever hangs."""
    stall: float = 120.0
    """Without a poll, a heartbeat, progress, a turn of the event loop or an answer where to read for this long, the
    worker ends to be started again; not counting how long no broker answers while it has nothing in hand."""
    longest: float = 600.0
    """So does one whose batch or load takes this long, not counting what it waits for a server that is away."""

    @classmethod
    def of_session(
        cls, session: float, servers: Servers, deployment: str, *, partitions: int = PARTITIONS
    ) -> "WorkerSettings":
        """Settings for Apache Kafka with another session, and what follows from it."""
        return cls(
            servers=servers,
            deployment=deployment,
            partitions=partitions,
            session=session,
            rebalance=2 * session,
            request=3 * session,
            stall=4 * session,
            longest=20 * session,
        )

    @classmethod
    def embedded(cls, servers: Servers, deployment: str, *, partitions: int = PARTITIONS) -> "WorkerSettings":
        """Settings for the embedded broker."""
        return cls(
            servers=servers,
            deployment=deployment,
            partitions=partitions,
            session=6.0,
            rebalance=6.0,
            request=15.0,
            commit=0.5,
            tick=0.5,
            stop=10.0,
            stall=40.0,
            longest=200.0,
        )

    @property
    def group(self) -> str:
        """The consumer group: one for each deployment."""
        return f"{self.deployment}-worker"
