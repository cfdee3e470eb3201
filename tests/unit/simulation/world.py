"""A world in one process: a log, a store and a clock that misbehave, and workers that die, all by one seed.

Every request is in flight until the world delivers it: in any order, twice as late as its sender's death, half
done, or done and answered with a time-out. Workers run the real `streams.batch.processor.Processor`.
"""

import types
from collections import deque
from collections.abc import Callable, Collection, Coroutine, Generator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, Protocol

from msgspec.structs import replace

from streams.batch.processor import Processor
from streams.errors import Busy, Fenced
from streams.protocols import (
    Attempts,
    Conflict,
    Done,
    Earlier,
    Erasure,
    IncidentWrite,
    Message,
    Outcome,
    Overloaded,
    PostWrite,
    Recalled,
    Record,
    Rejected,
    StoredPost,
    Told,
    Versioned,
)
from streams.records import Incident, JudgedPost, Position, headline
from streams.topics import BACKFILL, READ

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
SESSION = 6.0
"""Seconds after which the log gives a silent worker's partitions to another."""

QUIET = timedelta(seconds=6)
"""An incident that was quiet for longer is out of reach of new posts, and left out when a worker loads."""

LIST: Final = "list"
"""No topic: what comes under this name are keys for the list of what was forgotten."""

END = 45.0
"""Seconds after which every record has come and every timer is due."""


def _seconds(record: Record) -> float:
    return (record.time - START).total_seconds()


@types.coroutine
def _until(ready: Callable[[], bool]) -> Generator[Callable[[], bool], None, None]:
    """Hand control back to the world until this is true."""
    yield ready


@dataclass
class Flight:
    """A request on its way: delivered by the world, perhaps after its sender died."""

    deliver: Callable[[], object]
    sender: "Worker"
    done: bool = False
    answer: object = None
    error: Exception | None = None


@dataclass(frozen=True)
class Faults:
    """How likely each thing is, per delivery or per step of the world."""

    crash: float = 0.01
    freeze: float = 0.01
    rebalance: float = 0.01
    busy_before: float = 0.03
    busy_after: float = 0.03
    half: float = 0.05
    rebuild: float = 0.005
    until: float = 25.0
    """Seconds after which the world behaves, so that it can end."""


NO_FAULTS = Faults(crash=0, freeze=0, rebalance=0, busy_before=0, busy_after=0, half=0, rebuild=0)


class Make(Protocol):
    """Builds a worker's processor over its view of the world."""

    def __call__(self, log: "Log", store: "Store", clock: "Clock") -> Processor: ...


class World:
    """The log's topics, the store's documents, the clock, and who works.

    Args:
        inputs: records in the order of their time; each is appended to its partition when its time has come.
        partitions: how many each role has.
        forgotten: the list of keys under which posts must not be stored again.
    """

    def __init__(
        self,
        seed: int,
        inputs: Sequence[Record],
        partitions: int,
        workers: int,
        faults: Faults,
        forgotten: AbstractSet[str] = frozenset(),
    ) -> None:
        self.random, self.faults, self.partitions, self.forgotten = Random(seed), faults, partitions, set(forgotten)
        self.now = 0.0
        self.coming = deque((_seconds(record), record) for record in inputs)
        roles = {record.role for record in inputs} - {LIST}
        places = sorted({(role, partition) for role in roles for partition in range(partitions)})
        self.topics: dict[tuple[str, int], list[Record]] = {place: [] for place in places}
        self.committed: dict[tuple[str, int], int] = dict.fromkeys(self.topics, 0)
        self.sent: list[Message] = []
        self.stored: dict[str, tuple[JudgedPost | None, Done]] = {}
        self.incidents: dict[str, Versioned] = {}
        self.visible: dict[str, Versioned] = {}
        self.history: dict[str, Done] = {}
        self.strays: set[str] = set()
        """Entries that came when their incident was gone: a request of somebody who slept, or died."""
        self.notes: dict[int, Attempts] = {}
        self.sequence = self.rebuilds = 0
        self.flights: list[Flight] = []
        self.deaths: list[str] = []
        self.generation = 0
        self.owners: dict[int, Worker] = {}
        self.workers = [Worker(self, name) for name in range(workers)]

    @property
    def posts(self) -> Mapping[str, JudgedPost]:
        """The stored posts by document."""
        return {document: judged for document, (judged, _) in self.stored.items() if judged}

    @property
    def marks(self) -> AbstractSet[str]:
        """The documents of which only a mark is left."""
        return {document for document, (judged, _) in self.stored.items() if judged is None}

    # How it runs

    def run(self, make: Make, most: int = 60_000) -> None:
        """Run until all is read, written and due. Raises AssertionError when that never comes."""
        for worker in self.workers:
            worker.start(make)
        self.rebalance()
        for _ in range(most):
            if self.now > END and self._at_rest():
                return
            self._step(make)
        raise AssertionError(f"the world did not come to rest: {self.committed}, {self.deaths[-5:]}")

    def _at_rest(self) -> bool:
        read = all(self.committed[place] == len(records) for place, records in self.topics.items())
        return read and not self.coming and all(worker.idle for worker in self.owners.values()) and not self.flights

    def append(self, record: Record) -> None:
        """Put a record at the end of its partition: its offset is what the log says, not its sender."""
        records = self.topics[record.role, record.position.partition]
        position = replace(record.position, offset=len(records))
        records.append(record if position == record.position else replace(record, position=position))

    def _step(self, make: Make) -> None:
        self._arrive()
        self._misfortune()
        able = [worker for worker in self.workers if worker.able()]
        choices = len(able) + len(self.flights)
        if not choices:
            self.now += 0.25
        else:
            choice = self.random.randrange(choices)
            if choice < len(able):
                able[choice].step(make)
            else:
                self._deliver(self.flights.pop(choice - len(able)))
            self.now += self.random.random() * 0.02
        self._expire()

    def _arrive(self) -> None:
        while self.coming and self.coming[0][0] <= self.now:
            record = self.coming.popleft()[1]
            if record.role == LIST:
                self.forgotten |= set((record.value or b"").decode().split())
            else:
                self.append(record)

    def _misfortune(self) -> None:
        if self.now > self.faults.until:
            return
        dice, worker = self.random.random(), self.random.choice(self.workers)
        if dice < self.faults.crash:
            worker.die("killed")
        elif dice < self.faults.crash + self.faults.freeze:
            worker.frozen_until = self.now + self.random.random() * 3 * SESSION
        elif dice < self.faults.crash + self.faults.freeze + self.faults.rebalance:
            self.rebalance()
        elif dice < self.faults.crash + self.faults.freeze + self.faults.rebalance + self.faults.rebuild:
            self.rebuild()

    def _deliver(self, flight: Flight) -> None:
        dice, calm = self.random.random(), self.now > self.faults.until
        if not flight.sender.is_sender_of(flight) and dice < 0.5:
            return  # A dead worker's request may be lost; the other half arrives late.
        if not calm and dice < self.faults.busy_before:
            flight.error = Busy("not now")
        else:
            flight.answer = flight.deliver()
            if not calm and dice > 1 - self.faults.busy_after:
                flight.error = Busy("done, but the answer was lost")
        flight.done = True

    def _expire(self) -> None:
        """The log gives away what a silent worker holds."""
        for worker in self.workers:
            if worker in self.owners.values() and worker.last_poll + SESSION < self.now:
                self.rebalance()
                return

    def rebalance(self) -> None:
        """Share the partitions among the workers that the log believes alive."""
        self.generation += 1
        alive = [w for w in self.workers if w.last_poll + SESSION >= self.now and w.frozen_until <= self.now]
        alive = alive or self.workers[:1]
        offset = self.random.randrange(len(alive))
        self.owners = {p: alive[(p + offset) % len(alive)] for p in range(self.partitions)}
        for worker in alive:
            worker.last_poll = self.now

    def rebuild(self) -> None:
        """Another index takes the place of the one in use: all documents get new numbers, which others had before."""
        self.rebuilds, self.sequence = self.rebuilds + 1, 0
        self.stored = {document: (judged, self.done()) for document, (judged, _) in self.stored.items()}
        self.incidents = {name: versioned(each.incident, self.done()) for name, each in self.incidents.items()}
        self.visible = {name: self.incidents[name] for name in self.visible if name in self.incidents}
        self.history = {entry: self.done() for entry in self.history}

    def refresh(self) -> None:
        """Let a scan see what stands now."""
        self.visible = dict(self.incidents)

    def note(self, incident: str, revision: int) -> None:
        """Write an entry of an incident's history."""
        entry = f"{incident}:{revision}"
        self.history[entry] = self.done()
        if incident not in self.incidents:
            self.strays.add(entry)

    def done(self) -> Done:
        """The numbers of a write."""
        self.sequence += 1
        return Done(self.sequence, 1, f"v{self.rebuilds}")

    def time(self, seconds: float) -> datetime:
        return START + timedelta(seconds=seconds)


@dataclass(eq=False)
class Worker:
    """One process: a coroutine that the world may stop, freeze or end at every request."""

    world: World
    name: int
    frozen_until: float = 0.0
    last_poll: float = 0.0
    generation: int = -1
    idle: bool = False
    held: list[Record] = field(default_factory=list)
    life: Coroutine[Callable[[], bool], None, None] | None = None
    waits: Callable[[], bool] | None = None
    lives: int = 0
    own: list[Flight] = field(default_factory=list)

    def start(self, make: Make) -> None:
        self.lives += 1
        self.idle, self.generation, self.last_poll, self.own = False, -1, self.world.now, []
        processor = make(Log(self), Store(self), Clock(self))
        self.life, self.waits = self._live(processor), None

    def die(self, why: str) -> None:
        if self.life:
            self.life.close()
        self.life, self.waits, self.own, self.idle = None, None, [], False
        self.world.deaths.append(f"{self.world.now:.1f} worker {self.name} {why}")

    def is_sender_of(self, flight: Flight) -> bool:
        return any(own is flight for own in self.own)

    def able(self) -> bool:
        if self.frozen_until > self.world.now:
            return False
        return self.life is None or self.waits is None or self.waits()

    def step(self, make: Make) -> None:
        if self.life is None:
            self.start(make)
            return
        try:
            self.waits = self.life.send(None)
        except Fenced as fenced:
            self.die(f"left: {fenced}")

    def mine(self) -> list[int]:
        return [partition for partition, owner in self.world.owners.items() if owner is self]

    async def request(self, deliver: Callable[[], object]) -> Any:
        """Put a request in flight and wait for its answer."""
        flight = Flight(deliver, self)
        self.world.flights.append(flight)
        self.own = [flight]
        await _until(lambda: flight.done)
        if flight.error:
            raise flight.error
        return flight.answer

    async def _live(self, processor: Processor) -> None:
        """What the Faust worker does, without Faust: rebalance, load, poll, process, acknowledge, tick."""
        positions: dict[tuple[str, int], int] = {}
        while True:
            self.last_poll = self.world.now
            if self.generation != self.world.generation:
                await processor.drop()
                self.generation, mine = self.world.generation, self.mine()
                await processor.load(mine)
                positions = {p: c for p, c in self.world.committed.items() if p[1] in mine}
                unacknowledged: list[Record] = []
                continue
            batch = self._poll(positions)
            if batch:
                unacknowledged += batch
                done = await processor.process(batch)
            else:
                done = await processor.tick(self._passed(positions))
            unacknowledged = [record for record in unacknowledged if record not in done]
            self._commit(positions, unacknowledged)
            self.idle = not batch and not unacknowledged and self.world.now > END
            await self._sleep(positions, self.world.now + 1.0)

    async def _sleep(self, positions: Mapping[tuple[str, int], int], until: float) -> None:
        await _until(lambda: self.world.now >= until or self._has_news(positions))

    def _has_news(self, positions: Mapping[tuple[str, int], int]) -> bool:
        if self.generation != self.world.generation:
            return True
        return any(len(self.world.topics[place]) > at for place, at in positions.items())

    def _poll(self, positions: dict[tuple[str, int], int]) -> list[Record]:
        """Some records, of partitions in any order, each partition in its own; backfill when the rest is read."""
        random, topics, batch = self.world.random, self.world.topics, list[Record]()
        for _ in range(random.randint(1, 6)):
            behind = [place for place in positions if len(topics[place]) > positions[place]]
            places = [place for place in behind if place[0] != BACKFILL] or behind
            if not places:
                break
            place = random.choice(places)
            batch.append(topics[place][positions[place]])
            positions[place] += 1
        return batch

    def _passed(self, positions: Mapping[tuple[str, int], int]) -> dict[int, datetime]:
        passed = {}
        for partition in {partition for _, partition in positions}:
            ends = []
            for place, at in positions.items():
                if place[1] == partition:
                    records = self.world.topics[place]
                    lag = len(records) > at
                    ends.append((records[at - 1].time if at else START) if lag else self.world.time(self.world.now))
            passed[partition] = min(ends)
        return passed

    def _commit(self, positions: Mapping[tuple[str, int], int], unacknowledged: Sequence[Record]) -> None:
        if self.generation != self.world.generation:
            return
        for place, at in positions.items():
            role, partition = place
            open_offsets = [
                r.position.offset for r in unacknowledged if r.role == role and r.position.partition == partition
            ]
            self.world.committed[place] = min([at, *open_offsets])


@dataclass
class Clock:
    """The world's clock."""

    worker: Worker

    def now(self) -> datetime:
        return self.worker.world.time(self.worker.world.now)

    async def sleep(self, seconds: float) -> None:
        world = self.worker.world
        until = world.now + seconds
        await _until(lambda: world.now >= until)


@dataclass
class Log:
    """The broker, seen by one worker."""

    worker: Worker

    async def send(self, messages: Sequence[Message]) -> None:
        world = self.worker.world

        def append() -> None:
            half = world.now <= world.faults.until and world.random.random() < world.faults.half
            for message in messages[: world.random.randint(0, len(messages))] if half else messages:
                self.append(message)
            if half:
                raise Busy("half of it arrived")

        def deliver() -> Exception | None:
            try:
                append()
            except Busy as busy:
                return busy
            return None

        if error := await self.worker.request(deliver):
            raise error

    def append(self, message: Message) -> None:
        """Put a message at the end of its partition; what no worker reads is only noted."""
        world = self.worker.world
        world.sent.append(message)
        if message.role in READ:
            world.append(
                Record(
                    role=message.role,
                    position=Position(f"county.{message.role}", self.partition(message.key), 0, "1"),
                    key=message.key,
                    value=message.value,
                    headers=message.headers,
                    time=world.time(world.now),
                )
            )

    def assert_owned(self) -> None:
        """A worker knows what it can know: how long it has not polled, and rebalances that it has heard of."""
        if self.worker.last_poll + SESSION < self.worker.world.now:
            raise Fenced("no poll for a session")

    def partition(self, key: bytes) -> int:
        return int(key) % self.worker.world.partitions if key.isdigit() else 0


@dataclass
class Store:
    """The search server, seen by one worker: reads by id are real-time, a scan sees what was refreshed."""

    worker: Worker

    async def recall(self, posts: Mapping[str, str], keys: Mapping[str, Collection[str]] | None = None) -> Recalled:
        world = self.worker.world

        def deliver() -> Recalled:
            found = {i: stored_post(*world.stored[i]) for i in posts if i in world.stored}
            listed = {i for i, each in (keys or {}).items() if not world.forgotten.isdisjoint(each)}
            return Recalled(found, forgotten=listed | {i for i, each in found.items() if each.forgotten})

        return await self.worker.request(deliver)  # type: ignore[no-any-return]

    async def told(self, incident: str, township: str) -> Sequence[Told]:
        assert township
        return await self.worker.request(  # type: ignore[no-any-return]
            lambda: [_told(i, judged) for i, judged in self.worker.world.posts.items() if judged.incident == incident]
        )

    async def erase(self, posts: Mapping[str, Erasure]) -> Sequence[Outcome]:
        if keys := {key for erasure in posts.values() for key in erasure.keys}:
            await self.worker.request(lambda: self.worker.world.forgotten.update(keys))
        return await self.worker.request(  # type: ignore[no-any-return]
            lambda: [self._unless_half(lambda i=i, e=e: self._mark(i, e)) for i, e in posts.items()]  # type: ignore[misc]
        )

    async def write_posts(self, posts: Mapping[str, PostWrite]) -> Sequence[Outcome]:
        writes = dict(posts)
        return await self.worker.request(  # type: ignore[no-any-return]
            lambda: [self._unless_half(lambda i=i, w=w: self._index(i, w)) for i, w in writes.items()]  # type: ignore[misc]
        )

    async def write_incidents(self, writes: Sequence[IncidentWrite]) -> Sequence[Outcome]:
        return await self.worker.request(  # type: ignore[no-any-return]
            lambda: [self._unless_half(lambda w=w: self._compare_and_set(w)) for w in writes]  # type: ignore[misc]
        )

    async def drop_incident(self, versioned: Versioned) -> Outcome:
        def deliver() -> Outcome:
            world, name = self.worker.world, versioned.incident.id
            if _fence(world.incidents.get(name)) != _fence(versioned):
                return Conflict()
            del world.incidents[name]
            return world.done()

        return await self.worker.request(deliver)  # type: ignore[no-any-return]

    async def drop_history(self, incidents: Mapping[str, str]) -> None:
        world = self.worker.world

        def find() -> dict[str, Done]:
            return {entry: done for entry, done in world.history.items() if _whose(entry) in incidents}

        def delete() -> bool:
            same = [entry for entry, done in gone.items() if world.history.get(entry) == done]
            for entry in same:
                del world.history[entry]
            return len(same) == len(gone)

        found = await self.worker.request(find)
        there = await self.worker.request(lambda: incidents.keys() & world.incidents.keys())
        gone = {entry: done for entry, done in found.items() if _whose(entry) not in there}
        if not await self.worker.request(delete):
            raise Busy("an entry was written meanwhile")

    async def read_incident(self, incident: str, township: str) -> Versioned | None:
        assert township
        return await self.worker.request(lambda: self.worker.world.incidents.get(incident))  # type: ignore[no-any-return]

    async def write_history(self, incidents: Sequence[Incident]) -> Sequence[Outcome]:
        world = self.worker.world

        def deliver() -> list[Outcome]:
            for incident in incidents:
                for change in incident.history:
                    if change.revision > incident.archived:
                        world.note(incident.id, change.revision)
            return [Done(0, 0)] * len(incidents)

        return await self.worker.request(deliver)  # type: ignore[no-any-return]

    async def load(self, partitions: Collection[int]) -> Sequence[Versioned]:
        world = self.worker.world
        await self.worker.request(world.refresh)
        return await self.worker.request(  # type: ignore[no-any-return]
            lambda: [v for v in world.visible.values() if self._is_wanted(v.incident, partitions)]
        )

    def _is_wanted(self, incident: Incident, partitions: Collection[int]) -> bool:
        """As the real store does it: of these partitions, and within reach of what is still to be read, or owed."""
        world, partition = self.worker.world, int(incident.township) % self.worker.world.partitions
        unread = [
            records[world.committed[place]].time
            for place, records in world.topics.items()
            if place[1] == partition and world.committed[place] < len(records)
        ]
        owed = incident.unfinished or any(not deadline.missed for deadline in incident.deadlines)
        return partition in partitions and bool(
            owed or min([world.time(world.now), *unread]) - incident.last_record <= QUIET
        )

    async def attempts(self, partitions: Collection[int]) -> Mapping[int, Attempts]:
        notes = self.worker.world.notes
        return await self.worker.request(lambda: {p: notes[p] for p in partitions if p in notes})  # type: ignore[no-any-return]

    async def note_attempts(self, note: Attempts) -> None:
        await self.worker.request(lambda: self.worker.world.notes.update({note.partition: note}))

    def _unless_half(self, write: Callable[[], Outcome]) -> Outcome:
        """In a bulk request, one item may be refused for load while its neighbour is done."""
        world = self.worker.world
        if world.now <= world.faults.until and world.random.random() < world.faults.half:
            return Overloaded("429")
        return write()

    def _index(self, document: str, write: PostWrite) -> Outcome:
        world, judged = self.worker.world, write.judged
        if "refused" in judged.post.body:
            return Rejected("the field is too long")
        there = world.stored.get(document)
        if (there[1] if there else None) != _fence(write.after):
            return Conflict()
        done = world.done()
        world.stored[document] = judged, done
        return done

    def _mark(self, document: str, erasure: Erasure) -> Outcome:
        world, there = self.worker.world, self.worker.world.stored.get(document)
        if (there[1] if there else None) != _fence(erasure.after):
            return Conflict()
        done = world.done()
        world.stored[document] = None, done
        return done

    def _compare_and_set(self, write: IncidentWrite) -> Outcome:
        world = self.worker.world
        there = world.incidents.get(write.incident.id)
        if _fence(there) != _fence(write.after):
            return Conflict()
        done = world.done()
        world.incidents[write.incident.id] = versioned(write.incident, done)
        return done


def stored_post(judged: JudgedPost | None, done: Done) -> StoredPost:
    """The post as it is recalled, or the mark that is left of it."""
    if judged is None:
        nothing = Earlier(2**62, None, Position("", 0, 0), "")
        return StoredPost(nothing, done.seq_no, done.primary_term, done.index, forgotten=True)
    earlier = Earlier(judged.version, judged.incident, judged.first, judged.digest)
    return StoredPost(earlier, done.seq_no, done.primary_term, done.index)


def _told(document: str, judged: JudgedPost) -> Told:
    post = judged.post
    return Told(
        document=document,
        source=post.source,
        id=post.id,
        headline=headline(post.title, post.body),
        author=post.author,
        first=judged.first,
        recorded=judged.recorded,
        evidence=judged.severity.evidence,
        places=judged.places,
    )


def _whose(entry: str) -> str:
    """The incident of an entry of the history."""
    return entry.partition(":")[0]


def versioned(incident: Incident, done: Done) -> Versioned:
    """The incident as it is read."""
    return Versioned(incident, done.seq_no, done.primary_term, done.index)


def _fence(seen: StoredPost | Versioned | None) -> Done | None:
    return Done(seen.seq_no, seen.primary_term, seen.index) if seen else None


def numbered(inputs: Sequence[tuple[str, int, bytes, float]], topic: str = "county") -> list[Record]:
    """Records of (role, partition, value, second), each at the next offset of its topic and partition."""
    ends: dict[tuple[str, int], int] = {}
    records = []
    for role, partition, value, second in sorted(inputs, key=lambda entry: entry[3]):
        offset = ends.get((role, partition), 0)
        ends[role, partition] = offset + 1
        position = Position(f"{topic}.{role}", partition, offset, "1")
        time = START + timedelta(seconds=second)
        records.append(Record(role=role, position=position, key=None, value=value, headers={}, time=time))
    return records
