"""Whether this worker may still write for its partitions: its answer to "am I perhaps dead to the group?"."""

import time
from collections.abc import Callable
from threading import Lock

from streams.errors import Fenced


class Ownership:
    """What the group's coordinator last told us, and when.

    The coordinator gives our partitions to another worker when it has not heard from us for `session` seconds, or
    when a rebalance has waited for us for `rebalance` seconds. Until then a batch in hand may be finished; after a
    third of the latter, or at the end of the former, nothing may be written any more.

    Heartbeats are told from the consumer's thread, the rest from the event loop's.

    Args:
        session: the group's session timeout in seconds.
        rebalance: the group's rebalance timeout in seconds.
        clock: seconds from a clock that only goes forward.
    """

    def __init__(self, *, session: float, rebalance: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.session, self.rebalance, self.clock = session, rebalance, clock
        self._lock = Lock()
        self._heard: float | None = None
        self._rebalancing_since: float | None = None

    @property
    def patience(self) -> float:
        """Seconds that a batch in hand has to be written once a rebalance has begun."""
        return self.rebalance / 3

    def heard(self, sent: float) -> None:
        """The coordinator answered a heartbeat that left at `sent` on our clock."""
        with self._lock:
            self._heard = sent

    def begin_rebalance(self) -> None:
        """A rebalance has begun; one that overtakes another does not start the clock anew."""
        with self._lock:
            if self._rebalancing_since is None:
                self._rebalancing_since = self.clock()

    def end_rebalance(self) -> None:
        """The group has settled, and we are a member."""
        with self._lock:
            self._rebalancing_since, self._heard = None, self.clock()

    @property
    def rebalancing_for(self) -> float:
        """Seconds since the rebalance began that is on, else 0."""
        since = self._rebalancing_since
        return 0.0 if since is None else self.clock() - since

    @property
    def silent_for(self) -> float:
        """Seconds since a heartbeat left that was answered; endless before the first."""
        return float("inf") if self._heard is None else self.clock() - self._heard

    @property
    def is_heard(self) -> bool:
        """Whether the group has heard from us within a session: else nothing may be written, so nothing be begun."""
        return self.silent_for <= self.session

    def check(self) -> None:
        """Return when we own what we were given.

        Raises:
            Fenced: another worker may own it by now.
        """
        if self._heard is None:
            raise Fenced("this worker is no member of the group yet")
        if (silent := self.silent_for) > self.session:
            raise Fenced(f"the group has not heard from this worker for {silent:.1f} s (session {self.session:g} s)")
        if (waiting := self.rebalancing_for) > self.patience:
            raise Fenced(f"a rebalance has waited for {waiting:.1f} s (a third of the timeout: {self.patience:.1f} s)")
