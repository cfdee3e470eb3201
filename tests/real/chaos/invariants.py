"""What must hold at the end, told from what the servers themselves say: pure, each breach named."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from statistics import median
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from streams.worker.settings import Exit

WARM: Final = 120.0
"""Seconds after which a worker has loaded all that it loads once."""

MINUTES: Final = 10
"""Warm minutes without which there is nothing to be said about growth: the allocator's own steps would look like it."""

OF_MATTER: Final = 16 * 1024
"""Bytes that a worker may keep of each matter (docs/operating.md); none goes out of reach within a run."""

OF_VOICE: Final = 88
"""And for the mark of each of its voices: a string of 16 characters lies in 80 bytes, and a reference to it in 8."""

OF_POST: Final = 16
"""Bytes that memory may grow by for each post: less than anything that could be kept of it, as the smallest object of
Python has 16, and a reference to it 8. At 500 posts a second that is 27 MiB an hour, and tells a leak from noise."""

UNASKED: Final = ("asked of nothing",)
"""What is said of an invariant about which there was no evidence."""

Place = tuple[str, int, int]
"""Topic, partition, offset."""


class Logged(Struct, frozen=True):
    """A record of the posts topic as it stands there."""

    place: Place
    name: str
    """What the producer called it: a post's document id, or the name of a poison record."""
    reason: str = ""
    """Why it must be set aside; empty for a post, which must not."""
    fetched: str = ""
    """Of a post: in RFC 3339, all in one zone, so that the later one is the greater one."""
    matter: str = ""
    """Which matter its producer told of, and in which township; empty for chatter and rubbish."""
    grave: bool = False
    """Whether that matter is one of public safety."""

    @property
    def poison(self) -> bool:
        """Whether it must end as a dead letter."""
        return bool(self.reason)


class Stored(Struct, frozen=True):
    """A post as the store holds it."""

    document: str
    """Told from its fields, not from the name under which it is stored."""
    fetched: str
    incident: str | None
    grave: bool = False
    """Whether it was judged to be a matter of public safety."""


class Matter(Struct, frozen=True):
    """An incident as the store holds it."""

    id: str
    posts: int
    revision: int
    alerted: bool = False
    """Whether it says that an alert was sent."""
    pending: int = 0
    voices: int = 0
    """How many different people told of it: it keeps a mark of each, up to 2,000."""


class Alert(Struct, frozen=True):
    """A record of the alerts topic; these come in the order of their partition."""

    id: str
    incident: str
    revision: int
    first: bool
    """Whether it says that it is the first of its incident: CAP's msgType Alert."""
    content: bytes
    """All of it: value and headers."""


class Letter(Struct, frozen=True):
    """A dead letter: from where its record came, and why."""

    place: Place
    reason: str


class Offsets(Struct, frozen=True):
    """Of a partition of the posts topic at the end."""

    earliest: int
    committed: int
    end: int


class Ended(Struct, frozen=True):
    """A worker that was asked to end."""

    seconds: float
    """How long we waited for it."""
    code: int | None
    """Its exit code; None for one that outlived the deadline."""
    refused: bool = False
    """Whether all its writes were refused meanwhile."""

    def __str__(self) -> str:
        if self.code is None:
            return f"still there after {self.seconds:.1f} s"
        return f"ended after {self.seconds:.1f} s with {self.code}"

    @property
    def in_good_order(self) -> bool:
        """With 0; where it can write nothing its own deadline ends it, or a rebalance that its batch gives way to."""
        return self.code == Exit.DONE or (self.refused and self.code in (Exit.FAILED, Exit.AGAIN))


class Evidence(Struct, frozen=True, kw_only=True):
    """All that is asked for at the end, and what was noted meanwhile."""

    acknowledged: Iterable[str]
    """Names of records that Kafka acknowledged to the producer."""
    logged: Sequence[Logged]
    stored: Sequence[Stored]
    incidents: Sequence[Matter]
    history: Iterable[tuple[str, int]]
    """Incident and revision of each document of the history."""
    alerts: Sequence[Alert]
    letters: Sequence[Letter]
    offsets: Mapping[int, Offsets]
    commits: Sequence[Mapping[int, int]] = ()
    """Committed offsets by partition, as seen one after the other."""
    exits: Sequence[int] = ()
    """Codes with which workers ended that we had neither asked to nor killed."""
    planned: int = 0
    """Faults that were to fall."""
    faults: int = 0
    """Faults that fell."""
    unrecovered: Sequence[str] = ()
    """Faults after which nothing was judged again in time."""
    asked: Sequence[Ended] = ()
    memory: Sequence[tuple[float, int]] = ()
    """Seconds since the start, and resident bytes of the largest worker then; of a run without faults and without
    exits, which would give memory back."""
    absences: int = 0
    """How often the store was to be away for long."""
    waited: int = 0
    """Workers whose store was away for long."""
    impatient: Sequence[str] = ()


class Finding(Struct, frozen=True):
    """An invariant, how many things it was asked of, and those of which it does not hold."""

    promise: str
    asked: int
    breaches: tuple[str, ...]


def findings(evidence: Evidence) -> list[Finding]:
    """Every invariant with its breaches; one that is always to be asked and was asked of nothing is broken."""
    found = {check: check(evidence) for check in CHECKS}
    return [replace(each, breaches=UNASKED) if check in ALWAYS and not each.asked else each
            for check, each in found.items()]  # fmt: skip


def _finding(promise: str, asked: int, breaches: Iterable[object]) -> Finding:
    return Finding(promise, asked, tuple(str(each) for each in breaches))


def logged(evidence: Evidence) -> Finding:
    """What the broker acknowledged is in the log: it stands for all that was produced."""
    sent = set(evidence.acknowledged)
    return _finding("acknowledged records are in the log", len(sent), sent - {each.name for each in evidence.logged})


def nothing_lost(evidence: Evidence) -> Finding:
    """Every post of the log is in the store."""
    produced = {each.name for each in evidence.logged if not each.poison}
    return _finding(
        "posts of the log are indexed", len(produced), produced - {each.document for each in evidence.stored}
    )


def nothing_twice(evidence: Evidence) -> Finding:
    """No post is stored twice, and none that nobody published."""
    produced = {each.name for each in evidence.logged if not each.poison}
    counted = Counter(each.document for each in evidence.stored)
    wrong = [name for name, times in counted.items() if times > 1 or name not in produced]
    return _finding("indexed posts stand once", len(evidence.stored), wrong)


def newest(evidence: Evidence) -> Finding:
    """Of a post that was edited, the newest version is stored."""
    versions: defaultdict[str, set[str]] = defaultdict(set)
    for each in evidence.logged:
        if not each.poison:
            versions[each.name].add(each.fetched)
    edited = {name: max(times) for name, times in versions.items() if len(times) > 1}
    stored = {each.document: each.fetched for each in evidence.stored}
    wrong = [name for name, last in edited.items() if stored.get(name) != last]
    return _finding("edited posts stand as last edited", len(edited), wrong)


def dead(evidence: Evidence) -> Finding:
    """Each poison record is dead for the reason for which it must be, and nothing else is dead."""
    made = {(each.place, each.reason) for each in evidence.logged if each.poison}
    letters = {(each.place, each.reason) for each in evidence.letters}
    wrong = (
        f"{place} {reason}: {'missing' if (place, reason) in made else 'there'}" for place, reason in made ^ letters
    )
    return _finding("dead letters are the poison records", len(made), wrong)


def counts(evidence: Evidence) -> Finding:
    """An incident's count of posts is the number of stored posts that name it."""
    named = Counter(each.incident for each in evidence.stored if each.incident)
    said = {each.id: each.posts for each in evidence.incidents}
    wrong = [
        f"{id_}: {said.get(id_)} said, {named[id_]} stored" for id_ in {*named, *said} if said.get(id_) != named[id_]
    ]
    return _finding("incidents count their posts", len(said), wrong)


def nothing_pending(evidence: Evidence) -> Finding:
    """No incident holds an alert that was not sent."""
    return _finding("incidents hold no pending alert", len(evidence.incidents),
                    (each.id for each in evidence.incidents if each.pending))  # fmt: skip


def history(evidence: Evidence) -> Finding:
    """Every revision of an incident beyond the first stands in the history."""
    there = set(evidence.history)
    due = {(each.id, revision) for each in evidence.incidents for revision in range(2, each.revision + 1)}
    return _finding("revisions stand in the history", len(due), due - there)


def founded(evidence: Evidence) -> Finding:
    """Whoever asks for something founds an incident or joins one, and chatter does neither."""
    matters = _matters(evidence)
    wrong = [
        f"{each.document}: {each.incident}"
        for each in evidence.stored
        if each.document in matters and bool(matters[each.document]) != bool(each.incident)
    ]
    return _finding("who asks has an incident, chatter has none", sum(map(bool, matters.values())), wrong)


def grouped(evidence: Evidence) -> Finding:
    """A matter is one incident, whoever told of it first, and an incident is one matter.

    Exact, as a township's records have one order (docs/protocol.md), and as posts of one matter are alike enough,
    those of two are not, whichever came first: `test_content.py`.
    """
    matters = _matters(evidence)
    incidents, told = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for each in evidence.stored:
        if each.incident and (matter := matters.get(each.document)):
            incidents[matter].add(each.incident)
            told[each.incident].add(matter)
    wrong = (f"{one}: {', '.join(sorted(more))}" for one, more in (*incidents.items(), *told.items()) if len(more) > 1)
    return _finding("a matter is one incident", len(incidents), wrong)


def _matters(evidence: Evidence) -> dict[str, str]:
    """Of each post the matter that its producer told of."""
    return {each.name: each.matter for each in evidence.logged if not each.poison}


def grave(evidence: Evidence) -> Finding:
    """A post about public safety is judged to be one, and its incident has alerted."""
    due = {each.name for each in evidence.logged if each.grave}
    alerted = {each.id for each in evidence.incidents if each.alerted} & {each.incident for each in evidence.alerts}
    wrong = [
        f"{each.document}: {'graded' if each.grave else 'no grade'}, incident {each.incident}"
        for each in evidence.stored
        if (each.document in due or each.grave) and not (each.grave and each.incident in alerted)
    ]
    return _finding("matters of public safety have alerted", len(due), wrong)


def alerts(evidence: Evidence) -> Finding:
    """From an incident's first alert on, every revision has one, up to the last."""
    sent: defaultdict[str, dict[int, bool]] = defaultdict(dict)
    for each in evidence.alerts:
        sent[each.incident][each.revision] = each.first
    last = {each.id: each.revision for each in evidence.incidents if each.alerted}
    wrong = [id_ for id_ in {*last, *sent} if not _complete(sent.get(id_, {}), last.get(id_, 0))]
    return _finding("alerts that were due are in the topic", sum(map(len, sent.values())), wrong)


def _complete(revisions: Mapping[int, bool], last: int) -> bool:
    first = [revision for revision, is_first in revisions.items() if is_first]
    return len(first) == 1 and set(revisions) == set(range(first[0], last + 1))


def repeats(evidence: Evidence) -> Finding:
    """An alert that comes again comes byte for byte."""
    contents: defaultdict[str, set[bytes]] = defaultdict(set)
    for each in evidence.alerts:
        contents[each.id].add(each.content)
    wrong = [id_ for id_, different in contents.items() if len(different) > 1]
    return _finding("repeated alerts are the same", len(evidence.alerts) - len(contents), wrong)


def order(evidence: Evidence) -> Finding:
    """The first occurrences of an incident's alerts have rising revisions."""
    seen: set[str] = set()
    latest: dict[str, int] = {}
    wrong = []
    for each in evidence.alerts:
        if each.id not in seen:
            seen.add(each.id)
            wrong += [each.id] if each.revision <= latest.get(each.incident, 0) else []
            latest[each.incident] = each.revision
    return _finding("alerts come in the order of their revisions", len(seen), wrong)


def offsets(evidence: Evidence) -> Finding:
    """All is acknowledged, and nothing was deleted before it was."""
    wrong = [f"{n}: {at}" for n, at in evidence.offsets.items() if at.committed != at.end or at.earliest]
    return _finding("offsets stand at the end", len(evidence.offsets), wrong)


def forward(evidence: Evidence) -> Finding:
    """No committed offset went back."""
    return _finding("offsets only went forward", len(evidence.commits), _backward(evidence.commits))


def _backward(commits: Sequence[Mapping[int, int]]) -> Iterator[str]:
    for before, after in pairwise(commits):
        yield from (f"{n}: {at} to {after[n]}" for n, at in before.items() if n in after and after[n] < at)


def exits(evidence: Evidence) -> Finding:
    """No worker called for a person, none ended by a defect, and none was killed but by us: not for memory either."""
    wrong = (code for code in evidence.exits if code != Exit.AGAIN)
    return _finding("workers ended only to be started again", len(evidence.exits), wrong)


def recovery(evidence: Evidence) -> Finding:
    """As many faults fell as were to, and after each one a new post was judged in time."""
    missed = [f"{evidence.planned - evidence.faults} faults did not fall"] if evidence.faults < evidence.planned else []
    return _finding("judged again after each fault", evidence.faults, (*evidence.unrecovered, *missed))


def deadlines(evidence: Evidence) -> Finding:
    """Who was asked to end did so by its deadline, and in good order."""
    wrong = [each for each in evidence.asked if not each.in_good_order]
    return _finding("ended in good order when asked to", len(evidence.asked), wrong)


def patience(evidence: Evidence) -> Finding:
    """While the store is away workers wait, and do not grow."""
    nobody = UNASKED if evidence.absences and not evidence.waited else ()
    return _finding("workers waited for an absent store", evidence.waited, (*evidence.impatient, *nobody))


class Growth(Struct, frozen=True):
    """How a worker's memory grew once it was warm, in bytes an hour."""

    minutes: int
    hourly: float
    bound: float


def growth(evidence: Evidence) -> Growth | None:
    """By how much memory grew, and by how much it may; None for a run too short to say.

    Of each minute the smallest look counts, as batches come and go. A leak grows in the first half and in the second,
    so the smaller slope counts: a cache that fills, and a step of the allocator, are no leak.
    """
    least: dict[int, int] = {}
    for at, size in evidence.memory:
        if at > WARM:
            least[int(at // 60)] = min(size, least.get(int(at // 60), size))
    if len(least) < MINUTES:
        return None
    half, looks = len(least) // 2, list(least.items())
    hours = (evidence.memory[-1][0] - evidence.memory[0][0]) / 3600
    voices = sum(each.voices for each in evidence.incidents)
    kept = OF_MATTER * len(evidence.incidents) + OF_VOICE * voices + OF_POST * len(evidence.logged)
    return Growth(len(least), 60 * min(_slope(looks[:half]), _slope(looks[half:])), kept / hours)


def _slope(looks: Sequence[tuple[int, int]]) -> float:
    """The median of the slopes between any two (Theil and Sen), as single looks may be far off."""
    return median((after - before) / (later - earlier) for (earlier, before), (later, after) in combinations(looks, 2))


def flat(evidence: Evidence) -> Finding:
    """Memory grows with the matters that a worker knows, and not with the posts that it has read."""
    grown = growth(evidence)
    wrong = [f"{grown.hourly:,.0f} bytes an hour"] if grown and grown.hourly > grown.bound else []
    return _finding("memory grows with matters only", grown.minutes if grown else 0, wrong)


CHECKS = (
    logged, nothing_lost, nothing_twice, newest, dead, counts, nothing_pending, history, founded, grouped, grave,
    alerts, repeats, order, offsets, forward, exits, recovery, deadlines, patience, flat,
)  # fmt: skip

ALWAYS = frozenset(CHECKS) - {newest, repeats, exits, recovery, deadlines, patience, flat}
"""Those that every run asks. The others are about what not every run brings: edits, repeats, ends, faults, an absence,
a soak; where a plan brings it for sure, the invariant itself says that it is missing."""
