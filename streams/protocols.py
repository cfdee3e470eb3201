"""What the batch needs from the world: a log, a store, a clock; Faust and Elasticsearch are one choice."""

from collections.abc import Awaitable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct, field

from streams.errors import Why
from streams.records import Evidence, Incident, JudgedPost, Position, Reach


class Record(Struct, frozen=True, kw_only=True):
    """A record as read from the log. `role` is the topic without the deployment's name: posts, actions, backfill.

    `time` is the log's own (LogAppendTime): the only clock that all workers share.
    """

    role: str
    position: Position
    key: bytes | None
    value: bytes | None
    headers: Mapping[str, bytes] = field(default_factory=dict)
    time: datetime
    damage: str = ""
    """What is wrong with it, when it could not be taken from the log as its producer meant it."""


class Message(Struct, frozen=True, kw_only=True):
    """A record to be produced. `partition` is set by the log from the key with Java's murmur2."""

    role: str
    key: bytes
    value: bytes
    headers: Mapping[str, bytes] = field(default_factory=dict)


class Done(Struct, frozen=True):
    """The store holds the document; the numbers fence the next write, in this index and no other."""

    seq_no: int
    primary_term: int
    index: str = ""


class Conflict(Struct, frozen=True):
    """Something is there that was not there when it was looked up: our own write seen late, or another writer's."""


class Rejected(Struct, frozen=True):
    """The store will never take this document."""

    reason: str


class Overloaded(Struct, frozen=True):
    """Not now: 429, 503, a time-out; the same write may succeed later, or may have succeeded unseen."""

    reason: str
    why: Why = "overloaded"


Outcome = Done | Conflict | Rejected | Overloaded


class Earlier(Struct, frozen=True):
    """What the store already holds about a post."""

    version: int
    incident: str | None
    first: Position
    digest: str
    reach: Reach = Reach()
    gone: datetime | None = None
    edited: datetime | None = None
    edits: int = 0


class StoredPost(Struct, frozen=True):
    """What the store holds about a post, with the numbers by which its next write is fenced.

    `forgotten`: only a mark is left of it, so that no late write brings it back (decision 0019).
    """

    earlier: Earlier
    seq_no: int
    primary_term: int
    index: str = ""
    forgotten: bool = False


class PostWrite(Struct, frozen=True):
    """A post to be written: created when `after` is None, else by compare-and-set upon what was recalled."""

    judged: JudgedPost
    after: StoredPost | None


class Erasure(Struct, frozen=True):
    """A post of which only a mark is to be left: in place of what was recalled, or of nothing."""

    township: str
    time: datetime
    after: StoredPost | None
    keys: tuple[str, ...] = ()
    """Under which the list of what was forgotten is to hold it from now on, if it does not yet."""


class Told(Struct, frozen=True):
    """What a stored post tells of its incident."""

    document: str
    source: str
    id: str
    headline: str
    author: str | None
    first: Position
    recorded: datetime
    evidence: tuple[Evidence, ...] = ()
    places: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


class Recalled(Struct, frozen=True):
    """What the store remembers of a batch: the stored posts by document id, and which documents were forgotten."""

    posts: Mapping[str, StoredPost]
    forgotten: Collection[str] = ()


class Versioned(Struct, frozen=True):
    """An incident with the numbers by which its next write is fenced."""

    incident: Incident
    seq_no: int
    primary_term: int
    index: str = ""


class IncidentWrite(Struct, frozen=True):
    """An incident to be written: created when `after` is None, else by compare-and-set upon that version."""

    incident: Incident
    after: Versioned | None


class Attempts(Struct, frozen=True):
    """A note about a partition: whoever finds it open knows that its last worker died, and of which record.

    `position` is the record in hand, judged alone; `suspect` the one of which so many workers died in a row. Without a
    suspect nobody knows of what they died.
    """

    partition: int
    position: Position | None = None
    suspect: Position | None = None
    deaths: int = 0
    open: bool = False


class Log(Protocol):
    """Where records are produced, and who owns them."""

    async def send(self, messages: Sequence[Message]) -> None:
        """Produce in order and await the acknowledgement of all. Raises Busy when one is not acknowledged."""

    def assert_owned(self) -> None:
        """Raise Fenced when this worker may have lost its partitions: a rebalance is on, or no poll for a session."""

    def partition(self, key: bytes) -> int:
        """The partition of a key, by Java's murmur2."""


class Store(Protocol):
    """Where posts and incidents stand. Each call is one request and one attempt; the batch decides on retries.

    Every method raises Busy when the request as a whole failed and may succeed later.
    """

    async def recall(self, posts: Mapping[str, str], keys: Mapping[str, Collection[str]] | None = None) -> Recalled:
        """Look up posts, in real time.

        Args:
            posts: document id -> township.
            keys: document id -> the keys under which the list of what was forgotten may hold that post.
        """

    async def told(self, incident: str, township: str) -> Sequence[Told]:
        """Refresh, then what every stored post of an incident tells, in no particular order."""

    async def erase(self, posts: Mapping[str, Erasure]) -> Sequence[Outcome]:
        """List their keys; then leave only a mark of posts, by document id: created, or by compare-and-set."""

    async def write_posts(self, posts: Mapping[str, PostWrite]) -> Sequence[Outcome]:
        """Create or compare-and-set posts by document id."""

    async def write_incidents(self, writes: Sequence[IncidentWrite]) -> Sequence[Outcome]:
        """Create or compare-and-set incidents."""

    async def drop_incident(self, versioned: Versioned) -> Outcome:
        """Delete an incident if it is as it was read."""

    async def drop_history(self, incidents: Mapping[str, str]) -> None:
        """Delete the history of those of these incidents (id -> township) that there are no more.

        However late a request of it comes, the history of an incident that came anew stays. Raises Busy when some may
        be left.
        """

    async def read_incident(self, incident: str, township: str) -> Versioned | None:
        """One incident in real time, or None."""

    async def write_history(self, incidents: Sequence[Incident]) -> Sequence[Outcome]:
        """Write the entries of `history` above `archived` as documents `{incident}:{revision}`, over what is there.

        One outcome per incident: done when all of its entries are.
        """

    async def load(self, partitions: Collection[int]) -> Sequence[Versioned]:
        """Refresh, then every incident of these partitions whose window has not passed, in any status."""

    async def attempts(self, partitions: Collection[int]) -> Mapping[int, Attempts]:
        """The notes left for these partitions."""

    async def note_attempts(self, note: Attempts) -> None:
        """Leave a note, over the one that is there."""


class Incidents(Protocol):
    """A township's incidents in memory: a cache of the store, dropped at every rebalance."""

    def get(self, incident: str) -> Incident | None:
        """The incident of this id, or None."""

    def put(self, incident: Incident) -> None:
        """Add an incident, or replace the one of its id."""

    def remove(self, incident: str) -> None:
        """Take back an incident that never came to be."""

    def __iter__(self) -> Iterator[Incident]:
        """All of them, in no particular order."""


class Clock(Protocol):
    """Time, passed in."""

    def now(self) -> datetime:
        """Wall-clock time in UTC."""

    def sleep(self, seconds: float) -> Awaitable[None]:
        """Wait."""
