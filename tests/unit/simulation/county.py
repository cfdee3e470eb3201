"""A county for the simulation: posts that say their place and grade in so many words, and a flow that reads them.

Judging is made trivial, so that ten thousand schedules fit into a minute; following, revising, alerting, acting
and escalating are the real steps.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cache
from random import Random
from types import SimpleNamespace
from typing import cast

from msgspec import json
from msgspec.structs import replace

import agents.act
import agents.alert
import agents.escalate
import agents.follow
import agents.forget
import agents.revise
from streams.batch.letters import Letters
from streams.batch.processor import Processor
from streams.flow import Flow
from streams.identity import answer_id, content_digest, document_id, incident_id, with_answer
from streams.matter import Arrival, Decision, Deployment, Forgetting, Grouping, Known, Matter, Moment, Overdue
from streams.privacy.door import Door, key_of_post
from streams.privacy.pseudonym import Pseudonyms
from streams.protocols import Clock, Incidents, Log, Record, Store
from streams.records import (
    Action,
    Colour,
    Deadline,
    Emotion,
    Evidence,
    Forget,
    Grade,
    Incident,
    JudgedPost,
    Post,
    Sentiment,
    Severity,
    Toll,
    Topic,
    Verb,
)
from streams.stage import Stage, Step
from streams.township import Township
from tests.unit.simulation.world import LIST, QUIET, START, numbered

PARTITIONS = 3
CODES = ("990101101000", "990101102000", "990101103000", "990101104000")
ANSWERED = "id=answer places=chat grade=none warning=none deaths="
NAMELESS = agents.forget.NAMELESS
DOOR = Door(Pseudonyms({1: b"simulation" * 4}))


class Matters:
    """A township's incidents, in the plainest form."""

    def __init__(self) -> None:
        self._incidents: dict[str, Incident] = {}

    def get(self, incident: str) -> Incident | None:
        return self._incidents.get(incident)

    def put(self, incident: Incident) -> None:
        self._incidents[incident.id] = incident

    def remove(self, incident: str) -> None:
        del self._incidents[incident]

    def __iter__(self) -> Iterator[Incident]:
        return iter(self._incidents.values())


def _words(post: Post) -> dict[str, str]:
    return dict(word.split("=") for word in post.body.split())


def admit(arrival: Arrival) -> Post:
    if "poison" in arrival.post.body:
        raise ValueError("poison")
    return arrival.post


def group(post: Post, known: Known, matters: Incidents, moment: Moment) -> Grouping:
    """The post's incident: decided once; else the one that shares most places; else a new one."""
    places = tuple(_words(post)["places"].split("+"))
    if standing := known.standing(moment.position):
        return Grouping(standing.incident, places=places)
    if "chat" in places:
        return Grouping(None)
    alike = sorted(
        (-len(set(places) & set(i.places)), i.id)
        for i in matters
        if set(places) & set(i.places) and moment.recorded - i.last_record <= QUIET
    )
    founded = incident_id(post.township, post.source, post.id)
    return Grouping(alike[0][1] if alike else founded, places=places)


def judge(post: Post, grouping: Grouping, known: Known, moment: Moment) -> JudgedPost:
    said = _words(post)
    grade, warning = cast("Grade", said["grade"]), cast("Colour", said["warning"])
    quote = post.body.partition(" ")[0]
    evidence = (Evidence(quote, 0, len(quote)),) if grade != "none" or warning != "none" else ()
    severity = Severity(grade, "accident", warning=warning, rules=(f"rule.{grade}",), evidence=evidence)
    return JudgedPost(
        post=post,
        version=known.version,
        generation=known.generation,
        first=known.first(moment.position, grouping),
        position=moment.position,
        recorded=moment.recorded,
        happened=moment.happened,
        topic=Topic("traffic", 1.0, uncertain=False),
        sentiment=Sentiment("neutral", 0.0),
        emotion=Emotion("neutral", 1.0),
        places=grouping.places,
        facts=Toll(deaths=int(said["deaths"])),
        severity=severity,
        incident=grouping.incident,
        keywords=(),
        digest=content_digest(post.title, post.body),
        tokens="",
    )


def owe(matter: Matter, moment: Moment) -> Matter:
    """Everything that is founded owes an answer within ten seconds."""
    if matter.before:
        return matter
    due = Deadline(name="answer", due=moment.recorded + timedelta(seconds=10))
    return Matter(None, replace(matter.now, deadlines=(due,)))


def _step(function: object) -> Step:
    return cast("Step", SimpleNamespace(__name__=function.__name__, run=function))  # type: ignore[attr-defined]


CONTEXT = (Incidents, Moment, Township, Deployment, Door)


@cache
def flow(*, timers: bool) -> Flow:
    """The flow of the simulation; without timers the order of revisions is one and the same in every schedule."""
    steps = (_step(admit), _step(group), _step(judge), agents.follow, *([_step(owe)] if timers else []))
    ends = (agents.revise, agents.alert)
    return Flow(
        post=Stage("post", given={Arrival, Known, *CONTEXT}, steps=cast("tuple[Step, ...]", (*steps, *ends))),
        action=Stage("action", given={Decision, *CONTEXT}, steps=cast("tuple[Step, ...]", (agents.act, *ends))),
        forget=Stage("forget", given={Forgetting, *CONTEXT}, steps=cast("tuple[Step, ...]", (agents.forget, *ends))),
        timer=Stage("timer", given={Overdue, *CONTEXT}, steps=cast("tuple[Step, ...]", (agents.escalate, *ends))),
        incidents=Matters,
    )


@cache
def knowledge(code: str) -> Mapping[type, object] | None:
    if code not in CODES:
        return None
    township = Township(code=code, name=code, offices=(), supervision="s", duty="duty", routes=())
    return {Township: township, Deployment: Deployment("county"), Door: DOOR}


class Silent:
    """Counts nothing."""

    def add(self, name: str, amount: int = 1, **labels: str) -> None:
        pass


def processor(log: Log, store: Store, clock: Clock, *, timers: bool, generation: int = 0) -> Processor:
    return Processor(
        flow=flow(timers=timers),
        knowledge=knowledge,
        log=log,
        store=store,
        clock=clock,
        letters=Letters(lambda raw: raw.hex()),
        tally=Silent(),
        generation=generation,
        alone=2,
    )


def post(
    identity: str,
    code: str,
    places: str,
    *,
    fetched: int = 0,
    grade: str = "none",
    warning: str = "none",
    deaths: int = 0,
    author: str = "a",
) -> bytes:
    """A post's bytes; a later `fetched` (in seconds) makes it an edit."""
    body = f"id={identity} places={places} grade={grade} warning={warning} deaths={deaths}"
    record = Post(
        id=identity,
        township=code,
        source="forum",
        body=body,
        author=DOOR_AUTHORS[author],
        fetched=START + timedelta(seconds=fetched),
        published=START,
    )
    return json.encode(record)


DOOR_AUTHORS = {name: f"p1-{name * 32}" for name in "abcdef"}


def posts(
    random: Random, count: int, codes: Sequence[str] = CODES, each: float = 1.5
) -> list[tuple[str, int, bytes, float]]:
    """Posts of townships on three partitions: new ones, edits, second deliveries, poison; `each` read so often."""
    inputs: list[tuple[str, int, bytes, float]] = []
    names = [f"p{number}" for number in range(max(2, int(count / each)))]
    for number in range(count):
        code = random.choice(codes)
        value = post(
            random.choice(names),
            code,
            random.choice(["school", "bridge", "school+bridge", "well", "chat"]),
            fetched=random.choice([0, 0, number]),
            grade=random.choice(["none", "none", "IV", "III", "II", "unknown"]),
            warning=random.choice(["none", "blue", "yellow", "red"]),
            deaths=random.randint(0, 9),
            author=random.choice("abcdef"),
        )
        if random.random() < 0.04:
            value = random.choice([b"{", value.replace(b"places", b"poison places"), b""])
        inputs.append(("posts", int(code) % PARTITIONS, value, random.random() * 20))
    return inputs


def actions(
    random: Random, inputs: list[tuple[str, int, bytes, float]], count: int
) -> list[tuple[str, int, bytes, float]]:
    """Decisions about incidents that posts of the input may found, some before their post, some about nothing."""
    decided = []
    for number in range(count):
        _, partition, value, second = random.choice(inputs)
        try:
            about = json.decode(value, type=Post)
        except ValueError:
            continue
        verb: Verb = random.choice(["confirm", "handle", "answer", "close", "close", "reopen", "note"])
        at = second + random.random() * 10 - 2
        action = Action(
            id=f"a{number}", township=about.township, incident=incident_id(about.township, "forum", about.id),
            revision=1, verb=verb, role="duty", reason="seen", time=START + timedelta(seconds=max(at, 0)),
        )  # fmt: skip
        decided.append(("actions", partition, json.encode(action), max(at, 0)))
        if random.random() < 0.3:
            decided.append(("actions", partition, json.encode(action), max(at, 0) + random.random() * 5))
    return decided


def forgetting(
    random: Random, inputs: Sequence[tuple[str, int, bytes, float]], count: int
) -> list[tuple[str, int, bytes, float]]:
    """Posts of the input that are forgotten, before or after they come: listed first, then told to their owner.

    Each is told once or twice, at once or late, as by a command that was killed in between and run again.
    """
    told = list[tuple[str, int, bytes, float]]()
    for number in range(count):
        _, _, value, second = random.choice(inputs)
        try:
            about = json.decode(value, type=Post)
        except ValueError:
            continue
        listed = max(second + random.random() * 12 - 4, 0)
        told.append((LIST, 0, keys_with_answer(about), listed))
        later = [listed + random.random() * random.choice([0.1, 6]) for _ in range(random.randint(1, 2))]
        told += [("actions", int(about.township) % PARTITIONS, forget(f"f{number}", about), at) for at in later]
    return told


def answers(
    random: Random, inputs: Sequence[tuple[str, int, bytes, float]], share: float
) -> list[tuple[str, int, bytes, float]]:
    """What an office answers to so many of these posts: mostly later, mostly in the same township; it names nobody."""
    given = list[tuple[str, int, bytes, float]]()
    for number, (role, _, value, second) in enumerate(inputs):
        try:
            about = json.decode(value, type=Post)
        except ValueError:
            continue
        if random.random() < share:
            code = about.township if random.random() < 0.8 else random.choice(CODES[:2])
            said = replace(
                about, id=answer_id(about.id), township=code, kind="answer", author=None, body=f"{ANSWERED}{number}"
            )
            given.append((role, int(code) % PARTITIONS, json.encode(said), max(second + random.random() * 8 - 2, 0)))
    return given


def keys_with_answer(post: Post) -> bytes:
    """What is listed of a post that is forgotten by its id."""
    return " ".join(key_of_post(post.source, each) for each in with_answer(post.id)).encode()


def forget(identity: str, *posts: Post) -> bytes:
    """What tells the owner of these posts' township that they are to be forgotten, each with its answer."""
    township = posts[0].township
    ids = [(each.source, name) for each in posts for name in with_answer(each.id)]
    documents = tuple(document_id(township, *each) for each in ids)
    return json.encode(
        Forget(
            id=identity, township=township, verb="forget", posts=documents, role="privacy", reason="asked", time=START
        )
    )


def sweeping(
    random: Random, inputs: Sequence[tuple[str, int, bytes, float]], count: int
) -> list[tuple[str, int, bytes, float]]:
    """Incidents that posts of the input may found, closed, and to go once no post of theirs is left."""
    told = list[tuple[str, int, bytes, float]]()
    for number in range(count):
        try:
            about = json.decode(random.choice(inputs)[2], type=Post)
        except ValueError:
            continue
        name, partition = incident_id(about.township, about.source, about.id), int(about.township) % PARTITIONS
        close = Action(
            id=f"s{number}", township=about.township, incident=name, revision=1, verb="close", role="duty",
            reason="done", time=START,
        )  # fmt: skip
        over = Forget(
            id=f"o{number}", township=about.township, verb="sweep", incidents=(name,), role="retention",
            reason="age", time=START,
        )  # fmt: skip
        at = 15 + random.random() * 10
        told += [("actions", partition, json.encode(close), at), ("actions", partition, json.encode(over), at + 5)]
    return told


def mixed(seed: int) -> list[Record]:
    """Live posts and a backfill of the same townships, decisions, strays, and posts that the store refuses."""
    random = Random(seed)
    written = posts(random, random.randint(6, 16), codes=CODES[:2], each=random.choice([2, 4]))
    written += actions(random, written, random.randint(0, 4))
    return numbered([elsewhere(random, *entry) for entry in written])


def elsewhere(random: Random, role: str, partition: int, value: bytes, second: float) -> tuple[str, int, bytes, float]:
    """The same input, now and then in the backfill, in a wrong place, or as the store refuses it."""
    if role == "posts" and random.random() < 0.4:
        role = "backfill"
    if random.random() < 0.1:
        partition = random.randrange(PARTITIONS)
    if random.random() < 0.04:
        value = value.replace(b"places", b"says=refused places")
    return role, partition, value, second


def inputs(seed: int, *, timers: bool) -> list[Record]:
    """The same seed gives the same records."""
    random = Random(seed)
    written = posts(random, random.randint(4, 14))
    if timers:
        written += actions(random, written, random.randint(0, 5))
    return numbered(written)
