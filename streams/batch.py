"""Judge a batch of records, and store what follows, so that each record counts exactly once.

Kafka is the log, Elasticsearch the state, this worker's memory a cache. A record may come again at any time
(a crash, a rebalance, a worker that slept), and a second worker may believe that it owns the same township. So:

0. recall    what the store holds of the batch's posts: a stored post keeps its incident, a forgotten one is dropped
1. decide    record by record, in memory
2. posts     written first, with their incident: the decision log, from which a repetition takes its decisions
   incidents written next by compare-and-set, each with the last offset that was applied to it
3. alerts    produced from what the incidents hold as pending, then cleared there
4. only then are the offsets acknowledged, by the caller

Whatever fails in between is repeated by whoever reads the records next, and comes to the same end. Anything that
shows another writer raises Fenced: the worker stops, and starts again with what the store holds.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from streams.errors import Busy, Fenced, FutureSchema, StepFailed, TooManyDead, Unreadable
from streams.flow import Flow, Knowledge
from streams.identity import document_id, forgotten_id, padded
from streams.letters import Letters
from streams.matter import Arrival, Decision, Known, Matter, Moment, Overdue
from streams.memory import Memory
from streams.protocols import (
    Attempts,
    Clock,
    Conflict,
    Done,
    Earlier,
    Incidents,
    IncidentWrite,
    Log,
    Message,
    Outcome,
    Overloaded,
    Recalled,
    Record,
    Rejected,
    Store,
    Versioned,
)
from streams.reading import read
from streams.records import Action, AlertMessage, Incident, JudgedPost, Mark, Position, Post, Reason
from streams.township import Township

T = TypeVar("T")

FUTURE: Final = timedelta(minutes=5)
"""How far ahead of the log's clock a crawler's clock may run before `fetched` is clamped to the log's."""

PAST: Final = timedelta(hours=72)
"""How far before its arrival a post counts in windows."""

GENERATIONS: Final = 1_000
"""A post's external version is milliseconds of `fetched` times this, plus the generation of the judgement."""

REDECIDED: Final = 5
"""How often one batch may be decided again because the store disagreed, before the worker starts afresh."""

PATIENCE: Final = (0.1, 0.3, 1.0, 3.0, 10.0)
"""Seconds between attempts at a busy server; the last one repeats."""

ALL_REFUSED: Final = 20
"""A batch of at least this many posts, all refused by the store, is the store's fault and not the posts'."""


class Tally(Protocol):
    """Counts by name, for metrics."""

    def add(self, name: str, amount: int = 1, **labels: str) -> None: ...


class Draft(Struct):
    """What a batch is about to write, and how to take it back."""

    posts: dict[str, JudgedPost] = field(default_factory=dict)
    earlier: dict[str, Earlier] = field(default_factory=dict)
    before: dict[str, tuple[str, Incident | None]] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    waiting: list[Record] = field(default_factory=list)
    counts: list[tuple[str, str, str]] = field(default_factory=list)


class _Arrived(Struct):
    """A record that was read, with the document that it is about when it is a post."""

    record: Record
    content: Post | Action
    township: str
    document: str = ""


class Processor:
    """Runs batches through the flow. The same code runs under Faust and in the simulation.

    Args:
        flow: the stages.
        knowledge: what the steps know of a township, by type; None for one that the deployment does not serve.
        log, store, clock: the world.
        letters: makes dead letters.
        tally: counts what happened, by name.
        generation: of the judgement, 0 to 999; a higher one judges stored posts anew.
        careful: how many records are judged alone after a worker died.
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
        careful: int = 200,
    ) -> None:
        self._flow, self._knowledge = flow, knowledge
        self._log, self._store, self._clock = log, store, clock
        self._letters, self._tally = letters, tally
        self._generation, self._alone = generation, careful
        self._memory = Memory(flow.incidents)
        self._notes: dict[int, Attempts] = {}
        self._careful: dict[int, int] = {}
        self._waiting: list[Record] = []

    # Ownership

    async def load(self, partitions: Collection[int]) -> None:
        """Take over partitions: forget everything, then read their incidents, and finish what is pending there.

        Raises:
            NewerState: the store holds state that only a newer program can read.
        """
        self.drop()
        for versioned in await self._insist(lambda: self._store.load(partitions)):
            self._memory.hold(versioned)
        self._notes = dict(await self._insist(lambda: self._store.attempts(partitions)))
        for partition in partitions:
            await self._take(partition)
        await self._finish([v.incident.id for v in self._memory.all() if _unfinished(v.incident)], [])

    async def _take(self, partition: int) -> None:
        note = self._notes.get(partition) or Attempts(partition)
        if note.open:
            self._careful[partition] = self._alone
        self._notes[partition] = replace(note, open=True)
        await self._note(partition)

    def drop(self) -> None:
        """Forget everything: after a rebalance nothing in memory can be trusted."""
        self._memory.clear()
        self._notes.clear()
        self._careful.clear()
        self._waiting.clear()

    async def release(self, partitions: Collection[int]) -> None:
        """Give partitions up in good order, so that the next owner need not be careful."""
        for partition in partitions:
            if partition in self._notes:
                self._notes[partition] = Attempts(partition)
                await self._note(partition)

    # Batches

    async def process(self, records: Sequence[Record]) -> Sequence[Record]:
        """Process records in order.

        Returns:
            The records that may be acknowledged now. An action that waits for its incident comes in a later answer.

        Raises:
            Fenced: another worker owns what this one was about to write.
            TooManyDead: the store refuses everything.
        """
        records = [*self._waiting, *records]
        self._waiting = []
        done: list[Record] = []
        for portion in self._portions(records):
            done += await self._process(portion)
        return done

    async def tick(self, passed: Mapping[int, datetime]) -> Sequence[Record]:
        """Do what is due: actions whose incident never came, and deadlines that nobody met.

        Args:
            passed: partition -> the time that both its posts and its actions have passed.

        Returns:
            Records that may be acknowledged now.
        """
        done = await self._give_up(passed)
        if passed:
            await self._escalate(passed)
        return done

    def _portions(self, records: Sequence[Record]) -> Iterable[Sequence[Record]]:
        """The batch as it came, but record by record in a partition whose last worker died."""
        portion: list[Record] = []
        for record in records:
            left = self._careful.get(record.position.partition, 0)
            if not left:
                portion.append(record)
                continue
            if portion:
                yield portion
                portion = []
            self._careful[record.position.partition] = left - 1
            yield [record]
        if portion:
            yield portion

    async def _process(self, records: Sequence[Record], *, final: bool = False) -> Sequence[Record]:
        refused: dict[str, str] = {}
        for _ in range(REDECIDED):
            draft = await self._decided(records, refused, final=final)
            if await self._log_decisions(draft, refused):
                break
            self._undo(draft)
        else:
            raise Fenced("another worker keeps deciding about the same posts")
        await self._write_incidents(list(draft.before))
        await self._finish(list(draft.before), draft.messages)
        self._waiting += draft.waiting
        for name, township, source in draft.counts:
            self._tally.add(name, township=township, source=source)
        return [record for record in records if record not in draft.waiting] if draft.waiting else records

    # 0 and 1: recall, decide

    async def _decided(self, records: Sequence[Record], refused: Mapping[str, str], *, final: bool) -> Draft:
        draft = Draft()
        arrived = [a for record in records if (a := self._read(record, draft))]
        recalled = await self._recall(arrived)
        draft.earlier.update(recalled.posts)
        alone = records[0].position.partition if len(records) == 1 else -1
        deadly = await self._before_alone(alone, records[0])
        for arrival in arrived:
            if deadly:
                self._bury(arrival, draft, "judge", "deadly", "two workers died while they judged this record")
            elif arrival.document in refused:
                self._bury(arrival, draft, "store", "refused", refused[arrival.document])
            elif forgotten_id(arrival.document) in recalled.forgotten:
                self._count(draft, "forgotten", arrival)
            else:
                self._decide(arrival, draft, final=final)
        await self._after_alone(alone)
        return draft

    def _read(self, record: Record, draft: Draft) -> _Arrived | None:
        """The record, when it is one of ours and in its place; else a dead letter, or its move, in the draft."""
        try:
            content = read(record)
        except (Unreadable, FutureSchema) as error:
            reason: Reason = "schema" if isinstance(error, FutureSchema) else "unreadable"
            draft.messages.append(
                self._letters.of(record, step="read", reason=reason, error=str(error), time=record.time)
            )
            draft.counts.append(("dead", "", ""))
            return None
        township = padded(content.township)
        arrived = _Arrived(record, content, township)
        if isinstance(content, Post):
            arrived.document = document_id(township, content.source, content.id)
        if self._knowledge(township) is None:
            error_text = f"the deployment serves no township {township}: add its file and send the letter again"
            self._bury(arrived, draft, "read", "township", error_text)
            return None
        if self._log.partition(township.encode()) != record.position.partition:
            draft.messages.append(_moved(record, township))
            self._count(draft, "moved", arrived)
            return None
        return arrived

    async def _recall(self, arrived: Iterable[_Arrived]) -> Recalled:
        wanted = {a.document: a.township for a in arrived if a.document}
        return await self._insist(lambda: self._store.recall(wanted)) if wanted else Recalled({})

    def _decide(self, arrived: _Arrived, draft: Draft, *, final: bool) -> None:
        try:
            if isinstance(arrived.content, Post):
                self._judge(arrived, arrived.content, draft)
            else:
                self._act(arrived, arrived.content, draft, final=final)
        except StepFailed as error:
            self._bury(arrived, draft, error.step, "step", str(error))

    def _judge(self, arrived: _Arrived, post: Post, draft: Draft) -> None:
        record, knowledge = arrived.record, self._known(arrived.township)
        version = self._version(arrived, post, draft)
        earlier = draft.earlier.get(arrived.document)
        moment = _moment(record, post.published, knowledge, live=record.role == "posts")
        known = Known(arrived.document, version, self._generation, earlier)
        given = {**knowledge, Arrival: Arrival(post), Moment: moment, Known: known}
        values = self._flow.post.run(given | self._incidents(arrived.township))
        judged = values[JudgedPost]
        if earlier is None or self._is_news(judged, earlier, arrived, draft):
            draft.posts[arrived.document] = judged
            draft.earlier[arrived.document] = Earlier(version, judged.incident, judged.first, judged.digest)
            self._count(draft, "judged", arrived)
        if matter := values.get(Matter):
            self._apply(matter, record.position, draft)

    def _is_news(self, judged: JudgedPost, earlier: Earlier, arrived: _Arrived, draft: Draft) -> bool:
        """Whether the store should take this version: newer than what is there, and not the same again."""
        if judged.version == earlier.version and judged.digest != earlier.digest:
            self._count(draft, "same_version_other_content", arrived)
        same = judged.digest == earlier.digest and judged.generation == earlier.version % GENERATIONS
        if judged.version > earlier.version and not same:
            return True
        self._count(draft, "unchanged", arrived)
        return False

    def _version(self, arrived: _Arrived, post: Post, draft: Draft) -> int:
        fetched = post.fetched
        if fetched > arrived.record.time + FUTURE:
            self._count(draft, "clamped", arrived)
            fetched = arrived.record.time
        return int(fetched.timestamp() * 1_000) * GENERATIONS + self._generation

    def _act(self, arrived: _Arrived, action: Action, draft: Draft, *, final: bool) -> None:
        record, knowledge = arrived.record, self._known(arrived.township)
        moment = _moment(record, None, knowledge, live=True)
        given = {**knowledge, Decision: Decision(action), Moment: moment}
        matter = self._flow.action.run(given | self._incidents(arrived.township)).get(Matter)
        if matter:
            self._apply(matter, record.position, draft)
            self._count(draft, "acted", arrived)
        elif final:
            self._bury(arrived, draft, "act", "orphan", f"there is no incident {action.incident} in {arrived.township}")
        else:
            draft.waiting.append(record)

    def _apply(self, matter: Matter, position: Position, draft: Draft) -> None:
        """Take the incident on as it is after this record, unless the record has been applied to it already."""
        place = f"{position.topic}/{position.partition}"
        mark = matter.now.applied.get(place)
        if mark and mark.incarnation == position.incarnation and position.offset <= mark.offset:
            return
        applied = {**matter.now.applied, place: Mark(position.incarnation, position.offset)}
        self._change(replace(matter.now, applied=applied), matter.before, draft)

    def _change(self, incident: Incident, before: Incident | None, draft: Draft) -> None:
        draft.before.setdefault(incident.id, (incident.township, before))
        self._memory.put(incident)

    def _undo(self, draft: Draft) -> None:
        for incident, (township, before) in draft.before.items():
            self._memory.restore(incident, township, before)

    # Judging alone, after a worker died

    async def _before_alone(self, partition: int, record: Record) -> bool:
        """Leave a note before a record is judged alone; true when two workers have died of this record."""
        if self._careful.get(partition) is None:
            return False
        note = self._notes[partition]
        deaths = note.deaths if note.position == record.position else 0
        if deaths >= 2:  # noqa: PLR2004
            return True
        self._notes[partition] = Attempts(partition, record.position, deaths + 1, open=True)
        await self._note(partition)
        return False

    async def _after_alone(self, partition: int) -> None:
        if self._careful.get(partition) is None:
            return
        self._notes[partition] = Attempts(partition, open=True)
        await self._note(partition)
        if not self._careful[partition]:
            del self._careful[partition]

    async def _note(self, partition: int) -> None:
        await self._insist(lambda: self._store.note_attempts(self._notes[partition]))

    # 2: write

    async def _log_decisions(self, draft: Draft, refused: dict[str, str]) -> bool:
        """Write the posts; false when the store knows better, and the batch must be decided again."""
        pending, contested = dict(draft.posts), []
        for attempt in _attempts():
            outcomes = await self._attempt(self._store.write_posts, pending) if pending else ()
            busy = {}
            for (document, judged), outcome in zip(list(pending.items()), outcomes, strict=True):
                match outcome:
                    case Conflict():
                        contested.append(document)
                    case Rejected(reason):
                        refused[document] = reason
                    case Overloaded():
                        busy[document] = judged
                    case Done():
                        pass
            pending = busy
            if not pending:
                break
            await self._clock.sleep(attempt)
        if len(draft.posts) >= ALL_REFUSED and all(document in refused for document in draft.posts):
            raise TooManyDead(f"the store refuses all {len(draft.posts)} posts: {refused[next(iter(draft.posts))]}")
        return not any(document in refused for document in draft.posts) and await self._agreed(contested, draft)

    async def _agreed(self, contested: Sequence[str], draft: Draft) -> bool:
        """Whether what stands in the store under these ids was decided as we decided."""
        if not contested:
            return True
        wanted = {document: draft.posts[document].post.township for document in contested}
        stored = (await self._insist(lambda: self._store.recall(wanted))).posts
        ours = draft.posts
        return all(
            document in stored
            and (stored[document].incident, stored[document].first) == (ours[document].incident, ours[document].first)
            for document in contested
        )

    async def _write_incidents(self, incidents: Sequence[str]) -> None:
        """Write incidents by compare-and-set until each one stands.

        Raises:
            Fenced: an incident was changed by another worker.
            TooManyDead: the store refuses an incident, which no retry can mend.
        """
        writes = [self._write(draft) for draft in incidents]
        for attempt in _attempts():
            self._log.assert_owned()
            outcomes = await self._attempt(self._store.write_incidents, writes) if writes else ()
            busy = []
            for write, outcome in zip(writes, outcomes, strict=True):
                match outcome:
                    case Done(seq_no, primary_term):
                        self._memory.hold(Versioned(write.incident, seq_no, primary_term))
                    case Conflict():
                        await self._reread(write.incident)
                    case Overloaded():
                        busy.append(write)
                    case Rejected(reason):
                        raise TooManyDead(f"the store refuses incident {write.incident.id}: {reason}")
            writes = busy
            if not writes:
                return
            await self._clock.sleep(attempt)

    def _write(self, incident: str) -> IncidentWrite:
        now = self._memory.now(incident)
        return IncidentWrite(now, self._memory.stored(incident))

    async def _reread(self, ours: Incident) -> None:
        """A conflict is our own write seen late, or another writer."""
        found = await self._insist(lambda: self._store.read_incident(ours.id, ours.township))
        if found is None or found.incident != ours:
            raise Fenced(f"incident {ours.id} of {ours.township} was changed by another worker")
        self._memory.hold(found)

    # 3: alerts, dead letters, history

    async def _finish(self, incidents: Sequence[str], messages: Sequence[Message]) -> None:
        """Send what is pending, write the history's own documents, then clear what was pending."""
        pending = [i for incident in incidents if (i := self._memory.now(incident)).pending_alerts]
        alerts = [_alert(incident.township, alert) for incident in pending for alert in incident.pending_alerts]
        if alerts or messages:
            self._log.assert_owned()
            await self._insist(lambda: self._log.send([*messages, *alerts]))
            self._tally.add("alerts", len(alerts))
        await self._archive(incidents)
        if pending:
            for incident in pending:
                self._memory.put(replace(self._memory.now(incident.id), pending_alerts=()))
            await self._write_incidents([incident.id for incident in pending])

    async def _archive(self, incidents: Sequence[str]) -> None:
        open_history = [i for incident in incidents if (i := self._memory.now(incident)).revision > max(1, i.archived)]
        for attempt in _attempts():
            outcomes = await self._attempt(self._store.write_history, open_history) if open_history else ()
            busy = []
            for incident, outcome in zip(open_history, outcomes, strict=True):
                if isinstance(outcome, Overloaded):
                    busy.append(incident)
                elif isinstance(outcome, Rejected):
                    raise TooManyDead(f"the store refuses the history of incident {incident.id}: {outcome.reason}")
                else:
                    self._memory.put(replace(self._memory.now(incident.id), archived=incident.revision))
            open_history = busy
            if not open_history:
                return
            await self._clock.sleep(attempt)

    # Timers

    async def _give_up(self, passed: Mapping[int, datetime]) -> Sequence[Record]:
        """An action whose incident is still not there when the posts have passed its time will never find it."""
        late = [r for r in self._waiting if passed.get(r.position.partition, _NEVER) >= r.time]
        if not late:
            return ()
        self._waiting = [record for record in self._waiting if record not in late]
        return await self._process(late, final=True)

    async def _escalate(self, passed: Mapping[int, datetime]) -> None:
        draft = Draft()
        overdue = self._memory.overdue(
            lambda code: passed.get(self._log.partition(code.encode())), max(passed.values())
        )
        for due, incident in overdue:
            knowledge = self._known(incident.township)
            position = Position("timer", self._log.partition(incident.township.encode()), int(due.timestamp()))
            moment = Moment(position, due, due, live=True, traceparent=_traceparent(position))
            matter = self._flow.timer.run({**knowledge, Overdue: Overdue(incident, due), Moment: moment})[Matter]
            self._change(matter.now, matter.before, draft)
        if draft.before:
            await self._write_incidents(list(draft.before))
            await self._finish(list(draft.before), [])

    # Small things

    def _known(self, township: str) -> Mapping[type, object]:
        knowledge = self._knowledge(township)
        if knowledge is None:
            raise LookupError(f"township {township} was served a moment ago")
        return knowledge

    def _incidents(self, township: str) -> dict[type, object]:
        incidents = self._memory.township(township)
        return {Incidents: incidents, type(incidents): incidents}

    def _bury(self, arrived: _Arrived, draft: Draft, step: str, reason: Reason, error: str) -> None:
        source = arrived.content.source if isinstance(arrived.content, Post) else None
        letter = self._letters.of(
            arrived.record,
            step=step,
            reason=reason,
            error=error,
            time=arrived.record.time,
            township=arrived.township,
            source=source,
        )
        draft.messages.append(letter)
        self._count(draft, "dead", arrived)

    def _count(self, draft: Draft, name: str, arrived: _Arrived) -> None:
        source = arrived.content.source if isinstance(arrived.content, Post) else "actions"
        draft.counts.append((name, arrived.township, source))

    async def _attempt(self, write: Callable[[T], Awaitable[Sequence[Outcome]]], argument: T) -> Sequence[Outcome]:
        return await self._insist(lambda: write(argument))

    async def _insist(self, request: Callable[[], Awaitable[T]]) -> T:
        """Try a request until the server is no longer busy, as long as this worker owns what it works on."""
        for attempt in _attempts():
            try:
                return await request()
            except Busy as busy:
                self._tally.add("busy", server=type(busy.__cause__).__name__)
                self._log.assert_owned()
                await self._clock.sleep(attempt)
        raise AssertionError("attempts never end")


_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def _attempts() -> Iterable[float]:
    yield from PATIENCE
    while True:
        yield PATIENCE[-1]


def _unfinished(incident: Incident) -> bool:
    return bool(incident.pending_alerts) or incident.revision > max(1, incident.archived)


def _moment(record: Record, published: datetime | None, knowledge: Mapping[type, object], *, live: bool) -> Moment:
    township = knowledge[Township]
    if not isinstance(township, Township):
        raise TypeError("knowledge must hold a Township")
    said = published or record.time
    fresh = record.time - said <= timedelta(hours=township.alert_max_age_hours)
    happened = min(max(said, record.time - PAST), record.time)
    traceparent = record.headers.get("traceparent", b"").decode("ascii", "replace") or _traceparent(record.position)
    return Moment(record.position, record.time, happened, live=live and fresh, traceparent=traceparent)


def _traceparent(position: Position) -> str:
    """W3C Trace Context, made from the record's place where its producer sent none."""
    digest = forgotten_id(f"{position.topic}/{position.partition}/{position.offset}/{position.incarnation}")
    return f"00-{digest}-{digest[:16]}-01"


def _moved(record: Record, township: str) -> Message:
    """The same bytes under the township's own key: the log puts them where they belong."""
    position = record.position
    origin = f"{position.topic}/{position.partition}/{position.offset}".encode()
    headers = {**record.headers, "moved-from": origin}
    return Message(role=record.role, key=township.encode(), value=record.value or b"", headers=headers)


def _alert(township: str, alert: AlertMessage) -> Message:
    headers = {name: value.encode() for name, value in alert.headers.items()}
    return Message(role="alerts", key=township.encode(), value=alert.value.encode(), headers=headers)
