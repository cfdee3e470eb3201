"""Make what was decided stand: posts first, then incidents by compare-and-set, then alerts and history.

Step 2 and 3 of the protocol (docs/protocol.md). Every write is asked for until it stands; one that another worker's
write has overtaken ends this worker.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from streams.batch.draft import Draft, Refusals
from streams.batch.memory import Memory
from streams.batch.patience import Patience, Tally
from streams.errors import Fenced, StoreRefuses
from streams.protocols import (
    Conflict,
    Done,
    Earlier,
    Erasure,
    IncidentWrite,
    Log,
    Message,
    Outcome,
    Rejected,
    Store,
    Versioned,
)
from streams.records import AlertMessage, Incident, JudgedPost

ALL_REFUSED: Final = 20
"""So many posts of several sources, all refused by the store: that is the store's fault and not the posts'."""


class Writer:
    """Writes a batch's decisions to the store and the log.

    Args:
        log, store: the world.
        memory: what this worker knows of its incidents; kept as the store has them.
        patience: for a busy server.
        tally: counts alerts.
    """

    def __init__(self, log: Log, store: Store, memory: Memory, patience: Patience, tally: Tally) -> None:
        self._log, self._store, self._memory, self._patience, self._tally = log, store, memory, patience, tally

    async def posts(self, draft: Draft, refused: Refusals) -> bool:
        """Write the posts; false when the store knows better, and the batch must be decided again."""
        posts = draft.posts

        async def write(documents: Sequence[str]) -> Sequence[Outcome]:
            self._log.assert_owned()
            return await self._store.write_posts({document: draft.write(document) for document in documents})

        contested, before = list[str](), len(refused)
        async for document, outcome in self._patience.until_written(list(posts), write):
            if isinstance(outcome, Conflict):
                contested.append(document)
            elif isinstance(outcome, Rejected):
                refused[document, posts[document].version] = outcome.reason
        sources = {judged.post.source for judged in posts.values()}
        if len(refused) - before == len(posts) >= ALL_REFUSED and len(sources) > 1:
            raise StoreRefuses(f"the store refuses all {len(posts)} posts of a batch: {next(iter(refused.values()))}")
        return len(refused) == before and await self._agreed(contested, posts)

    async def _agreed(self, contested: Sequence[str], posts: Mapping[str, JudgedPost]) -> bool:
        """Whether what stands in the store under these ids was decided as we decided, and is no older."""
        if not contested:
            return True
        wanted = {document: posts[document].post.township for document in contested}
        stored = (await self._patience.insist(lambda: self._store.recall(wanted))).posts
        return all(document in stored and _agrees(posts[document], stored[document].earlier) for document in contested)

    async def incidents(self, incidents: Sequence[str]) -> None:
        """Write incidents by compare-and-set until each one stands.

        Raises:
            Fenced: an incident was changed by another worker.
            StoreRefuses: the store refuses an incident, which no retry can mend.
        """
        moved: list[str] = []

        async def write(ids: Sequence[str]) -> Sequence[Outcome]:
            self._log.assert_owned()
            return await self._store.write_incidents([self._write(incident) for incident in ids])

        async for incident, outcome in self._patience.until_written(incidents, write):
            now = self._memory.now(incident)
            if isinstance(outcome, Done):
                self._memory.hold(Versioned(now, outcome.seq_no, outcome.primary_term, outcome.index))
            elif isinstance(outcome, Conflict):
                if not await self._reread(now):
                    moved.append(incident)
            elif isinstance(outcome, Rejected):
                raise StoreRefuses(f"the store refuses incident {incident}: {outcome.reason}")
        if moved:
            await self.incidents(moved)

    def _write(self, incident: str) -> IncidentWrite:
        return IncidentWrite(self._memory.now(incident), self._memory.stored(incident))

    async def _reread(self, ours: Incident) -> bool:
        """A conflict is our own write seen late, or an index that another has replaced, or another writer.

        Returns:
            Whether what stands there is ours; if not, it is what we knew, in another index, and is to be written upon.
        """
        found, known = await self.read(ours.id, ours.township), self._memory.stored(ours.id)
        if found and found.incident == ours:
            self._memory.hold(found)
            return True
        if found and known and found.incident == known.incident and found.index != known.index:
            self._memory.moved(found)
            return False
        raise Fenced(f"incident {ours.id} of {ours.township} was changed by another worker")

    async def finish(self, incidents: Sequence[str], messages: Sequence[Message]) -> None:
        """Send what is pending, write the history's own documents, then clear what was pending."""
        pending = [i for incident in incidents if (i := self._memory.now(incident)).pending_alerts]
        alerts = [_alert(incident, alert) for incident in pending for alert in incident.pending_alerts]
        if alerts or messages:
            self._log.assert_owned()
            await self.send([*messages, *alerts])
            self._tally.add("alerts", len(alerts))
        archived = await self._archive(incidents)
        for incident in pending:
            self._memory.put(replace(self._memory.now(incident.id), pending_alerts=()))
        await self.incidents(list(dict.fromkeys([*archived, *(incident.id for incident in pending)])))

    async def _archive(self, incidents: Sequence[str]) -> Sequence[str]:
        """Write the history's new entries as documents; the incidents that are to note it.

        What is not noted as written is written again, the same.
        """

        async def write(ids: Sequence[str]) -> Sequence[Outcome]:
            return await self._store.write_history([self._memory.now(incident) for incident in ids])

        new = [incident for incident in incidents if self._memory.now(incident).unarchived]
        async for incident, outcome in self._patience.until_written(new, write):
            if isinstance(outcome, Rejected):
                raise StoreRefuses(f"the store refuses the history of incident {incident}: {outcome.reason}")
            now = self._memory.now(incident)
            self._memory.put(replace(now, archived=now.revision))
        return new

    async def erase(self, posts: Mapping[str, Erasure]) -> list[str]:
        """Leave only a mark of posts; those that another has written since they were recalled.

        Raises:
            StoreRefuses: the store refuses a mark, which no retry can mend.
        """

        async def write(documents: Sequence[str]) -> Sequence[Outcome]:
            self._log.assert_owned()
            return await self._store.erase({document: posts[document] for document in documents})

        contested = list[str]()
        async for document, outcome in self._patience.until_written(list(posts), write):
            if isinstance(outcome, Conflict):
                contested.append(document)
            elif isinstance(outcome, Rejected):
                raise StoreRefuses(f"the store refuses to forget {document}: {outcome.reason}")
        return contested

    async def drop(self, incident: str) -> bool:
        """Delete an incident as it stands; whether it is gone.

        Raises:
            Fenced: another worker has changed it.
        """
        found = self._memory.stored(incident)
        if found is None:
            return False

        async def write(_: Sequence[str]) -> Sequence[Outcome]:
            self._log.assert_owned()
            return [await self._store.drop_incident(found)]

        async for _, outcome in self._patience.until_written([incident], write):
            if not isinstance(outcome, Done) and await self.read(incident, found.incident.township):
                raise Fenced(f"incident {incident} was changed by another worker")
        self._memory.drop(found.incident)
        return True

    async def send(self, messages: Sequence[Message]) -> None:
        """Produce messages until Kafka has all of them."""
        await self._patience.insist(lambda: self._log.send(messages))

    async def read(self, incident: str, township: str) -> Versioned | None:
        """An incident as the store holds it now, or None."""
        return await self._patience.insist(lambda: self._store.read_incident(incident, township))


def _agrees(judged: JudgedPost, there: Earlier) -> bool:
    return (there.incident, there.first) == (judged.incident, judged.first) and there.version >= judged.version


def _alert(incident: Incident, alert: AlertMessage) -> Message:
    headers = {name: value.encode() for name, value in alert.headers.items()}
    return Message(role="alerts", key=incident.township.encode(), value=alert.value.encode(), headers=headers)
