"""Decide about a batch, record by record, in memory: nothing is read or written here."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec.structs import replace

from streams.batch.draft import Arrived, Draft
from streams.batch.headers import OLDER, generation, happened, is_uncounted, place
from streams.batch.headers import document as stored_as
from streams.batch.letters import Letters
from streams.batch.memory import Memory
from streams.batch.reading import LARGEST, origin, read
from streams.errors import FutureSchema, StepFailed, Unreadable
from streams.flow import Flow, Knowledge
from streams.identity import content_digest, document_id, padded
from streams.matter import GENERATIONS, Arrival, Decision, Forgetting, Known, Matter, Moment, Overdue
from streams.privacy.door import Door, source_of
from streams.protocols import Earlier, Incidents, Log, Message, Record, Told
from streams.records import Action, Forget, Incident, JudgedPost, Mark, Position, Post, Reason
from streams.topics import BACKFILL
from streams.township import Township

FUTURE: Final = timedelta(minutes=5)
"""How far ahead of the log's clock a crawler's clock may run before `fetched` is clamped to the log's."""

PAST: Final = timedelta(hours=72)
"""How far before its arrival a post counts in windows."""

HEADROOM: Final = 1_024
"""Bytes that the note of a move may add to a record."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""No version is negative; the zero time of some languages is the year 1."""

TRACEPARENT: Final = re.compile(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context, section 3.2; a header of another form may hold anything, and is not passed on."""


class Decider:
    """Runs records through the flow and keeps what follows in a draft and in memory.

    Args:
        flow: the stages.
        knowledge: what the steps know of a township, by type; None for one that the deployment does not serve.
        memory: the incidents as they stand.
        letters: makes dead letters.
        log: tells a key's partition.
        generation: of the judgement, 0 to 999; a higher one judges stored posts anew.
    """

    def __init__(
        self, *, flow: Flow, knowledge: Knowledge, memory: Memory, letters: Letters, log: Log, generation: int
    ) -> None:
        self._flow, self._knowledge, self._memory = flow, knowledge, memory
        self._letters, self._log, self._generation = letters, log, generation

    def arrive(self, record: Record, draft: Draft) -> Arrived | None:
        """The record, when it is one of ours and in its place; else its dead letter, or its move, is in the draft."""
        try:
            content = read(record)
        except (Unreadable, FutureSchema) as error:
            reason: Reason = "schema" if isinstance(error, FutureSchema) else "unreadable"
            township, source = origin(record)
            letter = self._letters.of(
                record, step="read", reason=reason, error=str(error), township=township, source=source
            )
            draft.messages.append(letter)
            draft.counts.append(("dead", township or "", source or ""))
            return None
        township = padded(content.township)
        arrived = self._arrived(record, content, township)
        knowledge = self._knowledge(township)
        if knowledge is None:
            missing = f"the deployment serves no township {township}"  # What to do, whoever shows the letter says.
            self.bury(arrived, draft, step="read", reason="township", error=missing)
            return None
        if self._log.partition(township.encode()) == record.position.partition:
            if isinstance(content, Post):
                arrived.keys = _door(knowledge).keys(content.source, content.id, content.author)
            return arrived
        self._move(arrived, draft, why="the record is under another township's key")
        return None

    def deadly(self, record: Record) -> Message:
        """The dead letter of a record of which two workers died; it is not even read again."""
        error = "two workers died while they had this record in hand, alone"
        return self._letters.of(record, step="judge", reason="deadly", error=error)

    def decide(self, arrived: Arrived, draft: Draft, *, final: bool) -> None:
        """Judge a post, or act on an action. `final`: an action whose incident is not there waits no longer."""
        try:
            match arrived.content:
                case Post() as post:
                    self._judge(arrived, post, draft)
                case Action() as action:
                    self._act(arrived, action, draft, final=final)
                case Forget(posts=posts, incidents=incidents):
                    draft.erased |= dict.fromkeys(posts, arrived)
                    draft.dropped |= dict.fromkeys(incidents, arrived)
                    draft.count("forgets", arrived)
        except StepFailed as error:
            self.bury(arrived, draft, step=error.step, reason="step", error=str(error))

    def escalate(self, due: datetime, incident: Incident, draft: Draft) -> None:
        """A deadline of this incident has passed unmet."""
        partition = self._log.partition(incident.township.encode())
        position = Position("timer", partition, int(due.timestamp()))
        moment = Moment(position, due, due, live=True, traceparent=_traceparent(position))
        given = {**self._known(incident.township), Overdue: Overdue(incident, due), Moment: moment}
        matter = self._flow.timer.run(given)[Matter]
        self._change(matter.now, matter.before, draft)

    def forget(self, arrived: Arrived, incident: Incident, left: Iterable[Told], draft: Draft) -> None:
        """Posts of this incident are about to be forgotten; `left` is what the others tell."""
        knowledge = self._known(arrived.township)
        told = isinstance(arrived.content, Forget) and arrived.content.verb == "forget"
        moment = _moment(arrived.record, None, knowledge, live=told)
        given = {**knowledge, Forgetting: Forgetting(incident, tuple(left)), Moment: moment}
        self._change(self._flow.forget.run(given)[Matter].now, incident, draft)

    def serves(self, township: str) -> bool:
        """Whether the deployment serves this township."""
        return self._knowledge(township) is not None

    def bury(self, arrived: Arrived, draft: Draft, *, step: str, reason: Reason, error: str) -> None:
        """A dead letter instead of a judgement."""
        if reason in ("step", "refused") and isinstance(arrived.content, Post):
            draft.verdicts.append((arrived.township, arrived.source, True))
        letter = self._letters.of(
            arrived.record, step=step, reason=reason, error=error, township=arrived.township, source=arrived.source
        )
        draft.messages.append(letter)
        draft.count("dead", arrived)

    def undo(self, draft: Draft) -> None:
        """Forget what a draft did to the memory."""
        for incident, (township, before) in draft.before.items():
            self._memory.restore(incident, township, before)

    def _arrived(self, record: Record, content: Post | Action | Forget, township: str) -> Arrived:
        if not isinstance(content, Post):
            return Arrived(record, content, township, "actions")
        named = stored_as(record.headers) if record.role == BACKFILL else None
        document = named or document_id(township, content.source, content.id)
        return Arrived(record, content, township, source_of(content), document, self._version(content, record))

    def _version(self, post: Post, record: Record) -> int:
        fetched = max(post.fetched, EPOCH)
        if fetched > record.time + FUTURE:
            fetched = record.time
        return int(fetched.timestamp() * 1_000) * GENERATIONS + self._generation

    def _judge(self, arrived: Arrived, post: Post, draft: Draft) -> None:
        record, earlier = arrived.record, draft.earlier.get(arrived.document)
        uncounted = earlier is not None and earlier.incident is not None and is_uncounted(record.headers, earlier.first)
        if earlier and uncounted:  # Its incident counts it here, and nowhere else.
            earlier = draft.earlier[arrived.document] = replace(earlier, first=record.position)
        knowledge = self._known(arrived.township)
        known = Known(arrived.document, arrived.version, self._generation, earlier)
        moment = _moment(record, post.published, knowledge, live=record.role == "posts" and not post.gone)
        given = {**knowledge, **self._incidents(arrived.township)}
        values = self._flow.post.run({**given, Arrival: Arrival(post), Moment: moment, Known: known})
        judged, matter = values[JudgedPost], values.get(Matter)
        if earlier and judged.incident is None:  # A record from before it joined: what it joined since stands.
            judged = replace(judged, incident=earlier.incident)
        if matter and _comes_late(matter, earlier, record.position):
            self._move(arrived, draft, why="the record was set aside when later ones of its incident were applied")
            return
        recounted = uncounted and earlier is not None and judged.version >= earlier.version
        if earlier is None or recounted or self._is_news(judged, earlier, arrived, draft):
            draft.posts[arrived.document] = judged
            draft.earlier[arrived.document] = _as_stored(judged)
            draft.count("judged", arrived)
        draft.verdicts.append((arrived.township, arrived.source, False))
        if not EPOCH <= post.fetched <= record.time + FUTURE:
            draft.count("clamped", arrived)
        if matter:
            self._apply(matter, record.position, draft)

    def _move(self, arrived: Arrived, draft: Draft, *, why: str) -> None:
        """Send the record again under its township's key: the log puts it where it belongs, behind all others."""
        if _size(arrived.record) > LARGEST - HEADROOM:
            error = f"{why}, and with a note of that it is too large to be moved"
            self.bury(arrived, draft, step="read", reason="refused", error=error)
            return
        draft.messages.append(_moved(arrived.record, arrived.township))
        draft.count("moved", arrived)

    def _is_news(self, judged: JudgedPost, earlier: Earlier, arrived: Arrived, draft: Draft) -> bool:
        """Whether the store should take this version: newer than what is there, and not the same again."""
        if judged.version == earlier.version and judged.digest != earlier.digest:
            draft.count("same_version_other_content", arrived)
        same = judged.digest == earlier.digest and judged.generation == earlier.version % GENERATIONS
        if judged.version > earlier.version and not same:
            return True
        draft.count("unchanged", arrived)
        if generation(arrived.record.headers) > self._generation:
            draft.count(OLDER, arrived)
        return False

    def _act(self, arrived: Arrived, action: Action, draft: Draft, *, final: bool) -> None:
        if action.incident in draft.awaited:
            draft.waiting.append(arrived.record)  # Decisions about one incident stay in their order.
            return
        moment = _moment(arrived.record, None, knowledge := self._known(arrived.township), live=True)
        given = {**knowledge, **self._incidents(arrived.township), Decision: Decision(action), Moment: moment}
        if matter := self._flow.action.run(given).get(Matter):
            self._apply(matter, arrived.record.position, draft)
            draft.count("acted", arrived)
        elif final:
            error = f"there is no incident {action.incident} in {arrived.township}"
            self.bury(arrived, draft, step="act", reason="orphan", error=error)
        else:
            draft.waiting.append(arrived.record)
            draft.awaited.add(action.incident)

    def _apply(self, matter: Matter, position: Position, draft: Draft) -> None:
        """The incident is as it is after this record, unless the record has been applied to it already."""
        if _has_seen(matter.now, position):
            return
        applied = {**matter.now.applied, _place(position): Mark(position.incarnation, position.offset)}
        self._change(replace(matter.now, applied=applied), matter.before, draft)

    def _change(self, incident: Incident, before: Incident | None, draft: Draft) -> None:
        draft.before.setdefault(incident.id, (incident.township, before))
        self._memory.put(incident)

    def _known(self, township: str) -> Mapping[type, object]:
        knowledge = self._knowledge(township)
        if knowledge is None:
            raise LookupError(f"township {township} was served a moment ago")
        return knowledge

    def _incidents(self, township: str) -> dict[type, object]:
        incidents = self._memory.township(township)
        return {Incidents: incidents, type(incidents): incidents}


def _door(knowledge: Mapping[type, object]) -> Door:
    door = knowledge[Door]
    if not isinstance(door, Door):
        raise TypeError("knowledge must hold a Door")
    return door


def _as_stored(judged: JudgedPost) -> Earlier:
    """What the store will say of it."""
    return Earlier(
        version=judged.version,
        incident=judged.incident,
        first=judged.first,
        digest=judged.digest,
        reach=judged.post.reach,
        gone=judged.post.gone,
        edited=judged.edited,
        edits=judged.edits,
    )


def _moment(record: Record, published: datetime | None, knowledge: Mapping[type, object], *, live: bool) -> Moment:
    township = knowledge[Township]
    if not isinstance(township, Township):
        raise TypeError("knowledge must hold a Township")
    said = _published(record, published) or record.time
    fresh = record.time - said <= timedelta(hours=township.alert_max_age_hours)
    counts = live and fresh
    happened = min(max(said, record.time - PAST) if counts else said, record.time)
    sent = record.headers.get("traceparent", b"")
    traceparent = sent.decode() if TRACEPARENT.fullmatch(sent) else _traceparent(record.position)
    return Moment(record.position, record.time, happened, live=counts, traceparent=traceparent)


def _published(record: Record, published: datetime | None) -> datetime | None:
    """When a post was published. Of a stored one that is judged anew, what was stored: it keeps its dates."""
    known = happened(record.headers)
    return known or published if record.role == BACKFILL else published or known


def _place(position: Position) -> str:
    return f"{position.topic}/{position.partition}"


def _has_seen(incident: Incident, position: Position) -> bool:
    """Whether the incident has been given this record, or a later one of its partition."""
    mark = incident.applied.get(_place(position))
    return mark is not None and mark.incarnation == position.incarnation and position.offset <= mark.offset


def _comes_late(matter: Matter, earlier: Earlier | None, position: Position) -> bool:
    """Whether a post joins an incident that has been given later records: when it was read before, it did not join.

    It was dead then, or an older generation found nothing in it.
    """
    joins = earlier is None or earlier.incident is None
    return joins and matter.before is not None and _has_seen(matter.before, position)


def _size(record: Record) -> int:
    """Bytes of the record as the log has it: a header's two lengths take up to ten."""
    carried = sum(len(name.encode()) + len(value) + 10 for name, value in record.headers.items())
    return len(record.value or b"") + len(record.key or b"") + carried


def _traceparent(position: Position) -> str:
    """W3C Trace Context, made from the record's place where its producer sent none."""
    digest = content_digest(f"{position.topic}/{position.partition}/{position.offset}/{position.incarnation}")
    return f"00-{digest}-{digest[:16]}-01"


def _moved(record: Record, township: str) -> Message:
    """The same bytes under the township's own key."""
    headers = {**record.headers, "moved-from": place(record.position)}
    return Message(role=record.role, key=township.encode(), value=record.value or b"", headers=headers)
