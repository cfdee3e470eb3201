"""Small incidents, posts and moments for the tests of the steps that follow a matter."""

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from streams.matter import Moment
from streams.privacy.door import Door
from streams.privacy.pseudonym import Pseudonyms
from streams.records import (
    Emotion,
    Evidence,
    Incident,
    JudgedPost,
    Office,
    Position,
    Post,
    Sentiment,
    Severity,
    Toll,
    Topic,
)
from streams.township import Route, Township

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
DOOR = Door(Pseudonyms({1: b"a key for tests only, 32 bytes.."}))
OFFICE = Office(id="emergency", name="应急办")
TOWNSHIP = Township(
    code="990101101000", name="柳汀镇", offices=(OFFICE,), supervision="emergency", duty="值班室",
    routes=(Route(office="emergency"),),
)  # fmt: skip
WALL = Evidence("围墙倒了", 0, 4)


def moment(offset: int = 0, *, live: bool = True, minutes: float = 0) -> Moment:
    at = NOW + timedelta(minutes=minutes)
    return Moment(Position("county.posts", 0, offset), at, at, live=live, traceparent="00-0-0-01")


def incident(**changes: Any) -> Incident:
    plain = Incident(
        id="i1", township=TOWNSHIP.code, title="围墙", kind="none", topic="城乡建设", grade="none", warning="none",
        status="open", first_seen=NOW, last_seen=NOW, founded=NOW, last_record=NOW, posts=1, revision=1,
    )  # fmt: skip
    return replace(plain, **changes)


def judged(identity: str = "p1", *, first: int = 0, author: str | None = None, **severity: Any) -> JudgedPost:
    post = Post(id=identity, township=TOWNSHIP.code, source="forum", fetched=NOW, title="围墙倒了", author=author)
    return JudgedPost(
        post=post, version=1, generation=0, first=Position("county.posts", 0, first),
        position=Position("county.posts", 0, first), recorded=NOW, happened=NOW,
        topic=Topic("城乡建设", 0.9, uncertain=False), sentiment=Sentiment("negative", -0.5),
        emotion=Emotion("angry", 0.5), places=(), facts=severity.pop("facts", Toll()),
        severity=Severity(**severity), incident="i1", keywords=(), digest="d", tokens="",
    )  # fmt: skip
