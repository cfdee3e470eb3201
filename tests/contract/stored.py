"""Posts and incidents as the store's tests write them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from streams.elasticsearch.store import ElasticsearchStore
from streams.protocols import (
    Done,
    IncidentWrite,
    Outcome,
    PostWrite,
    StoredPost,
    Versioned,
)
from streams.records import (
    Change,
    Emotion,
    Evidence,
    Incident,
    JudgedPost,
    Mark,
    Office,
    Position,
    Post,
    Reach,
    Sentiment,
    Severity,
    Toll,
    Topic,
)

TOWN, OTHER = "330206104000", "330206105000"
NOW = datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)


class FixedClock:
    def now(self) -> datetime:
        return NOW

    async def sleep(self, seconds: float) -> None:
        """Never waits."""


def judged(
    post: str = "1", *, version: int = 1000, township: str = TOWN, body: str = "学校围墙开裂", **more: Any
) -> JudgedPost:
    position = Position("demo.posts", 3, 17, "abc")
    values: dict[str, Any] = {
        "post": Post(
            id=post,
            township=township,
            source="forum",
            fetched=NOW,
            title="求助",
            body=body,
            author="p1-" + "0" * 32,
            reach=Reach(views=5),
            published=NOW - timedelta(hours=1),
        ),
        "version": version,
        "generation": 0,
        "first": position,
        "position": position,
        "recorded": NOW,
        "happened": NOW,
        "topic": Topic("城乡建设", 0.9, uncertain=False),
        "sentiment": Sentiment("negative", -0.5),
        "emotion": Emotion("fear", 0.6),
        "places": ("中心小学",),
        "facts": Toll(injured=2),
        "severity": Severity(grade="IV", kind="accident", evidence=(Evidence("围墙开裂", 5, 9),)),
        "incident": "i1",
        "keywords": ("围墙",),
        "digest": "d" * 32,
        "tokens": "学校 围墙 开裂",
    }
    return JudgedPost(**{**values, **more})


def incident(name: str = "i1", **more: Any) -> Incident:
    values: dict[str, Any] = {
        "id": name,
        "township": TOWN,
        "title": "围墙开裂",
        "kind": "accident",
        "topic": "城乡建设",
        "grade": "IV",
        "warning": "yellow",
        "status": "open",
        "founded": NOW - timedelta(days=1),
        "first_seen": NOW - timedelta(days=1),
        "last_seen": NOW,
        "last_record": NOW,
        "posts": 2,
        "samples": ("a", "b"),
        "voices": 1,
        "voice_marks": ("f" * 32,),
        "places": ("中心小学",),
        "words": ("围墙", "开裂"),
        "toll": Toll(injured=2, loss_yuan=10**30),
        "evidence": (Evidence("围墙开裂", 0, 4),),
        "offices": (Office(id="build", name="村镇建设办", phone="0574"),),
        "deadlines": (),
        "revision": 2,
        "history": (
            Change(revision=1, time=NOW, cause="post", what="founded"),
            Change(revision=2, time=NOW, cause="post", what="grew"),
        ),
        "applied": {"demo.posts/3": Mark("abc", 17)},
    }
    return Incident(**{**values, **more})


async def written(store: ElasticsearchStore, *incidents: Incident) -> list[Versioned]:
    outcomes = await store.write_incidents([IncidentWrite(each, None) for each in incidents])
    return [
        Versioned(each, outcome.seq_no, outcome.primary_term, outcome.index)
        for each, outcome in zip(incidents, outcomes, strict=True)
        if isinstance(outcome, Done)
    ]


async def put(
    store: ElasticsearchStore, posts: Mapping[str, JudgedPost], *, after: StoredPost | None = None
) -> Sequence[Outcome]:
    return await store.write_posts({document: PostWrite(each, after) for document, each in posts.items()})
