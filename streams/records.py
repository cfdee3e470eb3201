"""The records that travel between programs, as they stand on the wire."""

from datetime import datetime
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct, field

SCHEMA_VERSION: Final = 1
"""Version of the public records, carried in the header `schema`; a worker sets a newer one aside."""

STATE_VERSION: Final = 1
"""Version of the incident's own fields; an older worker leaves state of a newer version alone."""

Grade = Literal["I", "II", "III", "IV", "none", "unknown"]
"""I 特别重大, II 重大, III 较大, IV 一般; `unknown`: harm is hinted at, not stated in words that can be used."""

Colour = Literal["red", "orange", "yellow", "blue", "none"]
"""Colour of a warning, the most urgent first."""

Polarity = Literal["negative", "neutral", "positive"]
PostKind = Literal["thread", "reply", "message", "article", "answer"]
"""`answer`: an office's own public answer; it is stored, and founds, feeds and reopens nothing."""
Status = Literal["open", "confirmed", "handling", "answered", "closed", "false"]
Reason = Literal["unreadable", "refused", "schema", "step", "deadly", "quarantine", "orphan", "township"]
Verb = Literal["confirm", "handle", "answer", "close", "reopen", "note"]

GRADES: Final[tuple[Grade, ...]] = ("none", "unknown", "IV", "III", "II", "I")
"""From the least to the most severe."""

COLOURS: Final[tuple[Colour, ...]] = ("none", "blue", "yellow", "orange", "red")
"""From the least to the most urgent."""

TownshipCode = Annotated[
    str,
    Meta(
        pattern="^([0-9]{9}|[0-9]{12})$",
        description="Division code of the township, 12 digits (GB/T 2260, GB/T 10114); 9 are padded with 000.",
    ),
]
SourceName = Annotated[str, Meta(min_length=1, max_length=128, description="Name of the source.")]
Count = Annotated[int, Meta(ge=0)]
PSEUDONYM: Final = "^p[0-9]{1,3}-[0-9a-f]{32}$"
"""What an author looks like beyond the crawler: number of the key, keyed HMAC-SHA-256 cut to 128 bits."""


class Reach(Struct, frozen=True, omit_defaults=True):
    """How far a post went, as its site says; for reading only, nothing is graded by it."""

    views: Count | None = None
    replies: Count | None = None
    likes: Count | None = None


class Post(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What somebody published. Any program may send it to `{deployment}.posts`: this is the public entrance."""

    id: Annotated[str, Meta(min_length=1, max_length=512, description="Stable within the source.")]
    township: TownshipCode
    source: SourceName
    fetched: Annotated[datetime, Meta(tz=True, description="When a program read it; a later one is an edit.")]
    kind: PostKind = "message"
    url: Annotated[str, Meta(max_length=2048)] | None = None
    title: Annotated[str, Meta(max_length=2000)] = ""
    body: Annotated[str, Meta(max_length=200_000)] = ""
    published: Annotated[datetime, Meta(tz=True)] | None = None
    author: (
        Annotated[
            str,
            Meta(
                max_length=256,
                description=f"A pseudonym ({PSEUDONYM}); anything else is made one before it is stored.",
            ),
        ]
        | None
    ) = None
    reach: Reach = Reach()
    gone: (
        Annotated[
            datetime, Meta(tz=True, description="When its source was found to hold it no more; its last words stay.")
        ]
        | None
    ) = None


class Action(Struct, frozen=True, kw_only=True):
    """What an officer decided about an incident; travels in `{deployment}.actions` under the township's key."""

    id: Annotated[str, Meta(min_length=1, max_length=128)]
    township: TownshipCode
    incident: Annotated[str, Meta(min_length=1, max_length=64)]
    revision: Annotated[int, Meta(ge=1, description="The incident's revision that the officer saw.")]
    verb: Verb
    role: Annotated[str, Meta(min_length=1, max_length=64, description="Role account, never a person.")]
    reason: Annotated[str, Meta(min_length=1, max_length=2000)]
    time: Annotated[datetime, Meta(tz=True)]


DocumentId = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]


class Forget(Struct, frozen=True, kw_only=True):
    """That posts are to go: `xiangyin forget` sends it to `.actions` once their keys stand in the list.

    The owner of the township takes out of its incidents what only these posts said, then the posts themselves. `sweep`:
    because their time is over; nobody is told of it, and their keys are not listed.
    """

    id: Annotated[str, Meta(min_length=1, max_length=128)]
    township: TownshipCode
    verb: Literal["forget", "sweep"]
    posts: Annotated[tuple[DocumentId, ...], Meta(max_length=500, description="Ids of their documents.")] = ()
    incidents: Annotated[
        tuple[DocumentId, ...],
        Meta(max_length=500, description="Incidents that are to go, if they are closed and no post of theirs is left."),
    ] = ()
    role: Annotated[str, Meta(min_length=1, max_length=64, description="Role account, never a person.")]
    reason: Annotated[str, Meta(min_length=1, max_length=2000)]
    time: Annotated[datetime, Meta(tz=True)]


class Evidence(Struct, frozen=True):
    """A quotation: `text` stands literally at characters `start` to `end` of the post's text."""

    text: str
    start: int
    end: int


def headline(title: str, body: str) -> str:
    """What an incident is called by a post that founds it, or makes it graver."""
    return (title or body)[:80]


class Text(Struct, frozen=True):
    """A post's words without markup; as long as the original, so that quotations keep their places."""

    title: str
    body: str
    year: int | None = None
    """In which it was published, where the post says so: earlier years are history then."""

    @property
    def whole(self) -> str:
        """The title, a newline, the body; the body alone when there is no title."""
        return f"{self.title}\n{self.body}" if self.title else self.body


class Topic(Struct, frozen=True):
    """What a post is about: decides the office."""

    label: str
    score: float
    uncertain: bool
    runner_up: str = ""


class Sentiment(Struct, frozen=True):
    """The mood of a post; grades nothing. `score` runs from -1 to 1."""

    label: Polarity
    score: float


class Emotion(Struct, frozen=True):
    """The feeling of a post; grades nothing."""

    label: str
    score: float


class Toll(Struct, frozen=True):
    """Who and what was harmed, as stated: null = not said, 0 = said to be none."""

    deaths: int | None = None
    missing: int | None = None
    injured: int | None = None
    injured_serious: int | None = None
    poisoned: int | None = None
    trapped: int | None = None
    evacuated: int | None = None
    loss_yuan: int | None = None


class Severity(Struct, frozen=True):
    """How grave a matter is, by rules with a source, and in whose words."""

    grade: Grade = "none"
    kind: str = "none"
    hazard: bool = False
    immediate: bool = False
    warning: Colour = "none"
    rules: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class Position(Struct, frozen=True, order=True):
    """Where a record stands in the log; `incarnation` tells a topic from one recreated under its name."""

    topic: str
    partition: int
    offset: int
    incarnation: str = ""


class Ambiguity(Struct, frozen=True):
    """A word of a text that stands for one of several places; nobody has said for which."""

    word: str
    candidates: tuple[str, ...]


class JudgedPost(Struct, frozen=True, kw_only=True):
    """A post and all that was decided about it: one document of the posts index, and the decision log."""

    post: Post
    version: int
    generation: int
    first: Position
    """Where the post was first seen: an incident counts the post when this record is applied, and only then."""
    position: Position
    recorded: datetime
    happened: datetime
    topic: Topic
    sentiment: Sentiment
    emotion: Emotion
    places: tuple[str, ...]
    """Names of the places; of an ambiguous word all candidates, so that whoever looks for one finds it."""
    ambiguous: tuple[Ambiguity, ...] = ()
    """Which of the places are only candidates, and for which word."""
    facts: Toll
    severity: Severity
    incident: str | None
    keywords: tuple[str, ...]
    digest: str
    """Of title, body, reach and whether it is gone: tells a newer version from a second delivery."""
    edited: datetime | None = None
    """When its words were last found to be others; only the newest are kept."""
    edits: int = 0
    """How often they were."""
    tokens: str
    """The words, separated by blanks, for a whitespace-analysed field: searchable without a server plugin."""


class Office(Struct, frozen=True, kw_only=True):
    """An office that answers residents."""

    id: str
    name: str
    phone: str | None = None


class Deadline(Struct, frozen=True, kw_only=True):
    """By when something is owed to whom; `missed` once its time has passed unmet."""

    name: str
    due: datetime
    met_by: tuple[Verb, ...] = ("answer", "close")
    missed: bool = False


class Change(Struct, frozen=True, kw_only=True):
    """One entry of an incident's history: what a record changed of what is said about the matter."""

    revision: int
    time: datetime
    cause: str
    what: str


class AlertMessage(Struct, frozen=True, kw_only=True):
    """An alert ready to be produced, unchanged however often: CloudEvents 1.0, Kafka binary mode."""

    id: str
    headers: dict[str, str]
    value: str


class Mark(Struct, frozen=True):
    """How far a topic-partition has been applied to an incident."""

    incarnation: str
    offset: int


class Incident(Struct, frozen=True, kw_only=True):
    """One matter in one township, with all that the next record needs to be judged against it."""

    id: str
    township: str
    title: str
    """Headline of the founding post: by it later posts find the incident."""
    kind: str
    topic: str
    grade: Grade
    warning: Colour
    status: Status
    first_seen: datetime
    last_seen: datetime
    founded: datetime
    """Record time of the founding post; a decision older than this was about something else."""
    last_record: datetime
    """Record time of the newest post; rules that mix posts and actions compare record times."""
    summary: str = ""
    """What people read: headline of the post that made it so grave; empty where a program wrote it that knew none."""
    posts: int = 0
    samples: tuple[str, ...] = ()
    voices: int = 0
    voice_marks: tuple[str, ...] = ()
    """HMAC(author, incident) of each counted voice: says nothing about a person in another incident."""
    gone: int = 0
    """How many of its posts their sources hold no more."""
    gone_marks: tuple[str, ...] = ()
    """Ids of the documents of those posts: so that none counts twice, and one that is back counts no more."""
    places: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    toll: Toll = Toll()
    rules: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    unverified: tuple[Evidence, ...] = ()
    offices: tuple[Office, ...] = ()
    forgotten: int = 0
    """How many posts it counts no more, because they were forgotten, or their time was over."""
    accused: tuple[str, ...] = ()
    """Ids of the offices that a post of this matter accuses: none of them ever gets it."""
    deadlines: tuple[Deadline, ...] = ()
    closed: datetime | None = None
    decided: tuple[str, ...] = ()
    """Ids of the last actions: one that comes again changes nothing."""
    linked: tuple[str, ...] = ()
    revision: int = 0
    history: tuple[Change, ...] = ()
    archived: int = 0
    """Revision up to which the history stands in documents of its own."""
    alerted: int = 0
    """Rank of the gravest alert sent: an alert is news only above it."""
    alert_started: datetime | None = None
    pending_alerts: tuple[AlertMessage, ...] = ()
    applied: dict[str, Mark] = field(default_factory=dict)
    """Per `topic/partition`: a record at or below the mark is not applied again."""
    state_version: int = STATE_VERSION

    @property
    def unarchived(self) -> bool:
        """Whether its history has entries that may have no document of their own; the founding needs none."""
        return self.revision > max(1, self.archived)

    @property
    def unfinished(self) -> bool:
        """Whether somebody must still send or write what it holds, however quiet it is."""
        return bool(self.pending_alerts) or self.unarchived


class Letter(Struct, frozen=True, kw_only=True):
    """What a dead letter says in clear of a record that could not be processed."""

    id: str
    topic: str
    partition: int
    offset: int
    step: str
    reason: Reason
    error: str
    time: Annotated[datetime, Meta(tz=True)]
    """When the record came, by the log."""
    township: str | None = None
    source: str | None = None
    retries: int = 0
    """How often the record had been sent again by then: above 0, sending it again alone has not helped."""
    first: str | None = None
    """Id of the letter of its first death; None for that letter itself."""

    @property
    def identity(self) -> tuple[str, datetime]:
        """A topic that is created again has letters with ids of before, of records with other times."""
        return self.id, self.time

    @property
    def line(self) -> tuple[str, int]:
        """Its first death, and which death of that record this is."""
        return self.first or self.id, self.retries


class DeadLetter(Letter, frozen=True, kw_only=True):
    """A record that could not be processed, kept so that a person can look at it and send it again."""

    sealed: str
    """The original key, value and headers, encrypted with the deployment's key (base64)."""
