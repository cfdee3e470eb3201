"""What a worker remembers of the store: a cache, dropped at every rebalance."""

from collections.abc import Callable, Iterator
from datetime import datetime
from heapq import heappop, heappush

from streams.protocols import Incidents, Versioned
from streams.records import Incident


class Memory:
    """The incidents of this worker's townships: as stored, with the numbers that fence the next write, and as now."""

    def __init__(self, empty: Callable[[], Incidents]) -> None:
        self._empty = empty
        self._townships: dict[str, Incidents] = {}
        self._stored: dict[str, Versioned] = {}
        self._now: dict[str, Incident] = {}
        self._due: list[tuple[datetime, str, str]] = []
        self._next_due: dict[str, datetime] = {}

    def clear(self) -> None:
        self._townships.clear()
        self._stored.clear()
        self._now.clear()
        self._due.clear()
        self._next_due.clear()

    def township(self, code: str) -> Incidents:
        """The incidents of one township."""
        if code not in self._townships:
            self._townships[code] = self._empty()
        return self._townships[code]

    def all(self) -> Iterator[Versioned]:
        """All incidents as stored."""
        yield from list(self._stored.values())

    def stored(self, incident: str) -> Versioned | None:
        """The incident as the store holds it, or None when it holds none."""
        return self._stored.get(incident)

    def now(self, incident: str) -> Incident:
        """The incident as it stands, written or not."""
        return self._now[incident]

    def knows(self, incident: str) -> bool:
        """Whether the incident is in memory."""
        return incident in self._now

    def hold(self, versioned: Versioned) -> None:
        """The store holds this now."""
        self._stored[versioned.incident.id] = versioned
        self.put(versioned.incident)

    def moved(self, versioned: Versioned) -> None:
        """What the store holds is what it held, under other numbers; how the incident stands now is left as it is."""
        self._stored[versioned.incident.id] = versioned

    def put(self, incident: Incident) -> None:
        """This is how the incident stands now, stored or not."""
        self._now[incident.id] = incident
        self.township(incident.township).put(incident)
        unmet = [deadline.due for deadline in incident.deadlines if not deadline.missed]
        if unmet and self._next_due.get(incident.id) != min(unmet):
            self._next_due[incident.id] = min(unmet)
            heappush(self._due, (min(unmet), incident.township, incident.id))

    def restore(self, incident: str, township: str, before: Incident | None) -> None:
        """Take back what `put` said of an incident."""
        if before is None:
            self.township(township).remove(incident)
            del self._now[incident]
        else:
            self.put(before)

    def drop(self, incident: Incident) -> None:
        """There is no such incident any more."""
        self.township(incident.township).remove(incident.id)
        del self._now[incident.id], self._stored[incident.id]

    def overdue(
        self, passed: Callable[[str], datetime | None], latest: datetime
    ) -> Iterator[tuple[datetime, Incident]]:
        """Incidents with an unmet deadline that their township has passed, the earliest first.

        Args:
            passed: township -> the time that both its partitions have passed; None = cannot be told now.
            latest: no township has passed more than this.
        """
        waiting = []
        while self._due and self._due[0][0] <= latest:
            due, code, incident_id = entry = heappop(self._due)
            if self._next_due.get(incident_id) == due:
                del self._next_due[incident_id]
            incident = self.township(code).get(incident_id)
            if incident is None or not any(d.due == due and not d.missed for d in incident.deadlines):
                continue
            reached = passed(code)
            if reached is not None and due <= reached:
                yield due, incident
            else:
                waiting.append(entry)
        for due, code, incident_id in waiting:
            self._next_due[incident_id] = due
            heappush(self._due, (due, code, incident_id))
