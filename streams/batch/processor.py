"""Run batches: recall, decide, write, send; the order of these calls is the protocol."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from msgspec import json

from streams.batch.care import Care
from streams.batch.decide import Decider
from streams.batch.draft import Arrived, Draft, Refusals
from streams.batch.erase import Eraser
from streams.batch.headers import sent_again
from streams.batch.letters import Letters
from streams.batch.memory import Memory
from streams.batch.patience import Patience, Tally, Tell, untold
from streams.batch.quarantine import Quarantine
from streams.batch.write import Writer
from streams.errors import Busy, Fenced, Misconfigured, NewerState, StepFailed, StoreRefuses
from streams.flow import Flow, Knowledge
from streams.protocols import (
    Clock,
    Log,
    Message,
    Recalled,
    Record,
    Store,
)
from streams.records import Action, Incident

REDECIDED: Final = 5
"""How often one batch may be decided again because the store disagreed, before the worker starts afresh."""

NEVER: Final = datetime.min.replace(tzinfo=UTC)


class Processor:
    """Runs batches through the flow. The same code runs under Faust and in the simulation.

    Args:
        flow: the stages.
        knowledge: what the steps know of a township, by type; None for one that the deployment does not serve.
        log, store, clock: the world.
        letters: makes dead letters.
        tally: counts what happened, by name.
        generation: of the judgement, 0 to 999; a higher one judges stored posts anew.
        alone: how many records are judged alone after a worker died: at least a batch.
        tell: told why a batch waits for a server.
    """

    def __init__(
        self,
        *,
        flow: Flow,
        knowledge: Knowledge,
        log: Log,
        store: Store,
        clock: Clock,
        letters: Letters,
        tally: Tally,
        generation: int = 0,
        alone: int = 500,
        tell: Tell = untold,
    ) -> None:
        self._log, self._store, self._tally = log, store, tally
        self._memory = Memory(flow.incidents)
        self._decider = Decider(
            flow=flow, knowledge=knowledge, memory=self._memory, letters=letters, log=log, generation=generation
        )
        self._patience = Patience(log, clock, tally, tell)
        self._writer = Writer(log, store, self._memory, self._patience, tally)
        self._eraser = Eraser(store, self._memory, self._patience, self._writer, self._decider)
        self._care = Care(store, self._patience, clock, alone)
        self._quarantine = Quarantine()
        self._waiting: list[Record] = []
        self._awaited: set[str] = set()
        self._absent: set[str] = set()
        """Incidents that decisions waited for when they were last asked for: only posts in hand can bring them."""

    def careful(self, partition: int) -> bool:
        """Whether this partition's records are judged one by one, after a death: each costs several requests."""
        return self._care.needed(partition)

    @property
    def quarantined(self) -> Collection[tuple[str, str]]:
        """Township and source of each source that is set aside now; may be asked from any thread."""
        return self._quarantine.held

    # Ownership

    async def load(self, partitions: Collection[int]) -> None:
        """Take partitions over: forget everything, read their incidents, finish what their last owner left pending.

        Raises:
            NewerState: the store holds state that only a newer program can read.
        """
        self._forget()
        for versioned in await self._patience.insist(lambda: self._store.load(partitions)):
            self._memory.hold(versioned)
        await self._care.take(partitions)
        await self._writer.finish([v.incident.id for v in self._memory.all() if v.incident.unfinished], ())

    async def drop(self) -> None:
        """Give everything up in good order, so that the next owner need not be careful."""
        await self._care.release()
        self._forget()

    def _forget(self) -> None:
        """After a rebalance nothing in memory can be trusted."""
        self._memory.clear()
        self._care.forget()
        self._quarantine.clear()
        self._waiting.clear()
        self._awaited.clear()
        self._absent.clear()

    # Batches

    async def process(self, records: Sequence[Record]) -> Sequence[Record]:
        """Process records in order.

        Returns:
            The records that may be acknowledged now. An action that waits for its incident comes in a later answer.

        Raises:
            Fenced: another worker owns what this one was about to write.
            StoreRefuses: the store refuses everything.
        """
        records, self._absent = [*self._waiting, *records], self._awaited
        self._waiting, self._awaited = [], set()
        done: list[Record] = []
        for portion, alone in self._care.portions(records):
            done += await self._process(portion, alone=alone)
        return done

    async def tick(self, passed: Mapping[int, datetime]) -> Sequence[Record]:
        """Do what is due: actions whose incident never came, and deadlines that nobody met.

        Args:
            passed: partition -> the time that both its posts and its actions have passed.

        Returns:
            Records that may be acknowledged now.
        """
        await self._care.calm()
        late = [record for record in self._waiting if passed.get(record.position.partition, NEVER) >= record.time]
        self._waiting = [r for r in self._waiting if passed.get(r.position.partition, NEVER) < r.time]
        self._absent = set()  # A last look.
        done = await self._process(late, final=True) if late else ()
        if passed:
            await self._escalate(passed)
        return done

    async def _process(
        self, records: Sequence[Record], *, alone: bool = False, final: bool = False
    ) -> Sequence[Record]:
        if alone and self._care.deadly(records[0]):
            await self._writer.send([self._decider.deadly(records[0])])
            return records
        try:
            draft = await self._decided_and_logged(records, alone=alone, final=final)
            await self._writer.incidents(list(draft.before))
            await self._writer.finish(list(draft.before), draft.messages)
            await self._eraser.erase(draft.erased)
            await self._eraser.drop(draft.dropped)
        except (Busy, Fenced, NewerState, StoreRefuses, Misconfigured):
            raise  # The record has no part in it.
        except Exception:
            if alone:
                await self._care.blame(records[0])
            raise
        self._waiting += draft.waiting
        self._awaited |= draft.awaited
        await self._count(draft)
        waiting = {record.position for record in draft.waiting}
        return [record for record in records if record.position not in waiting]

    async def _decided_and_logged(self, records: Sequence[Record], *, alone: bool, final: bool) -> Draft:
        """Decide until what is decided stands in the store as decided."""
        refused: Refusals = {}
        disagreed = 0
        while disagreed < REDECIDED:
            known = len(refused)
            draft = await self._decided(records, refused, alone=alone, final=final)
            if await self._writer.posts(draft, refused):
                return draft
            self._decider.undo(draft)
            disagreed += len(refused) == known  # A refusal leads on: each version is refused once.
        raise Fenced("another worker keeps deciding about the same posts")

    async def _escalate(self, passed: Mapping[int, datetime]) -> None:
        def reached(township: str) -> datetime | None:
            return passed.get(self._log.partition(township.encode()))

        draft = Draft()
        for due, incident in self._memory.overdue(reached, max(passed.values())):
            if self._decider.serves(incident.township):
                self._escalate_one(due, incident, draft)
        await self._writer.incidents(list(draft.before))
        await self._writer.finish(list(draft.before), ())

    def _escalate_one(self, due: datetime, incident: Incident, draft: Draft) -> None:
        try:
            self._decider.escalate(due, incident, draft)
        except StepFailed:
            self._tally.add("timer_failed", township=incident.township, source="timer")

    # 0 and 1: recall, decide

    async def _decided(self, records: Sequence[Record], refused: Refusals, *, alone: bool, final: bool) -> Draft:
        draft = Draft(awaited=set() if final else set(self._awaited))
        arrived = [a for record in records if (a := self._decider.arrive(record, draft))]
        recalled = await self._recall(arrived)
        draft.stored = recalled.posts
        draft.earlier = {document: stored.earlier for document, stored in recalled.posts.items()}
        await self._reach_back(arrived, recalled)
        if alone:
            await self._care.begin(records[0])
        for arrival in arrived:
            self._decide(arrival, recalled, refused, draft, final=final)
        if alone:
            await self._care.survived(records[0])
        return draft

    def _decide(self, arrival: Arrived, recalled: Recalled, refused: Refusals, draft: Draft, *, final: bool) -> None:
        reason = refused.get((arrival.document, arrival.version))
        if arrival.document in recalled.forgotten:
            if arrival.document not in recalled.posts:
                draft.erased |= dict.fromkeys(arrival.documents, arrival)
            draft.count("forgotten", arrival)
        elif reason is not None:
            self._decider.bury(arrival, draft, step="store", reason="refused", error=reason)
        elif not sent_again(arrival.record.headers) and self._quarantine.holds(arrival.township, arrival.source):
            error = "the source is in quarantine: most of its records could not be processed"
            self._decider.bury(arrival, draft, step="read", reason="quarantine", error=error)
        else:
            self._decider.decide(arrival, draft, final=final)

    async def _recall(self, arrived: Iterable[Arrived]) -> Recalled:
        posts = {arrival.document: arrival for arrival in arrived if arrival.document}
        wanted = {document: arrival.township for document, arrival in posts.items()}
        keys = {document: arrival.keys for document, arrival in posts.items()}
        return await self._patience.insist(lambda: self._store.recall(wanted, keys)) if wanted else Recalled({})

    async def _reach_back(self, arrived: Iterable[Arrived], recalled: Recalled) -> None:
        """Read the incidents that records name and memory lacks: quiet for so long that `load` left them out.

        A dead worker's last write may have landed since: what it left pending is finished, as `load` does.
        """
        named = {
            (incident, arrival.township)
            for arrival in arrived
            if (incident := _named(arrival, recalled))
            and not self._memory.knows(incident)
            and not (isinstance(arrival.content, Action) and incident in self._absent)
        }
        for incident, township in sorted(named):
            found = await self._writer.read(incident, township)
            if found:
                self._memory.hold(found)
                await self._writer.finish([incident] if found.incident.unfinished else (), ())

    async def _count(self, draft: Draft) -> None:
        """Count what stands now, and tell the operators of a source that is set aside."""
        for name, township, source in draft.counts:
            self._tally.add(name, township=township, source=source)
        for township, source, dead in draft.verdicts:
            if self._quarantine.saw(township, source, dead=dead):
                self._tally.add("quarantined", township=township, source=source)
                await self._writer.send([_quarantined(township, source)])


def _named(arrival: Arrived, recalled: Recalled) -> str | None:
    """The incident that a record is about before anything is decided: an action's, or a stored post's."""
    if isinstance(arrival.content, Action):
        return arrival.content.incident
    stored = recalled.posts.get(arrival.document)
    return stored.earlier.incident if stored else None


def _quarantined(township: str, source: str) -> Message:
    """For `.operations`: a person must look at this source."""
    value = json.encode({"event": "source_quarantined", "township": township, "source": source})
    return Message(role="operations", key=township.encode(), value=value)
