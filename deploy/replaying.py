"""Judges stored posts anew: through `.backfill`, or here, to see what would change."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from agents import flow
from deploy import producing
from streams.batch.headers import DOCUMENT, GENERATION, HAPPENED
from streams.elasticsearch.stored import Stored
from streams.errors import StepFailed
from streams.flow import Knowledge
from streams.identity import document_id
from streams.privacy.door import Door
from streams.protocols import Message
from streams.records import Post, Severity, Topic
from streams.topics import BACKFILL

BLOCK: Final = 200
"""Posts judged, or sent, together."""


def message(stored: Stored, generation: int) -> Message:
    """The post on its way back to its own document, for this generation: it keeps its dates, and is never live."""
    made = producing.message(BACKFILL, stored.post)
    said = {HAPPENED: stored.happened.astimezone(UTC).isoformat().encode(), GENERATION: str(generation).encode()}
    if stored.document != document_id(stored.post.township, stored.post.source, stored.post.id):
        said[DOCUMENT] = stored.document.encode()
    return replace(made, headers={**made.headers, **said})


def keys(stored: Stored, door: Door) -> tuple[str, ...]:
    """Under which keys the list of what was forgotten may hold the post."""
    return door.keys(stored.post.source, stored.post.id, stored.post.author)


class Changes(Struct):
    """What a judgement by today's models would say otherwise of stored posts."""

    posts: int = 0
    topics: Counter[tuple[str, str]] = field(default_factory=Counter)
    grades: Counter[tuple[str, str]] = field(default_factory=Counter)
    warnings: Counter[tuple[str, str]] = field(default_factory=Counter)
    changed: int = 0
    """Posts that change in any of the three."""
    failed: int = 0
    """Posts on which a step fails: they would become dead letters, and stay stored as they are."""

    def see(self, stored: Sequence[Stored], knowledge: Knowledge) -> None:
        """Judge these posts and compare."""
        inputs = ({**(knowledge(each.post.township) or {}), Post: each.post} for each in stored)
        for each, judged in zip(stored, flow.JUDGE.run_all(inputs), strict=True):
            self.posts += 1
            if isinstance(judged, StepFailed):
                self.failed += 1
                continue
            topic, severity = judged[Topic], judged[Severity]
            pairs = (
                (self.topics, (each.topic, topic.label)),
                (self.grades, (each.grade, severity.grade)),
                (self.warnings, (each.warning, severity.warning)),
            )
            differing = [(counter, pair) for counter, pair in pairs if pair[0] != pair[1]]
            for counter, pair in differing:
                counter[pair] += 1
            self.changed += bool(differing)

    def lines(self) -> Iterator[str]:
        """What a person reads of it."""
        yield f"judged here: {self.posts} posts, of which {self.changed} would change"
        for name, counter in (("topic", self.topics), ("grade", self.grades), ("warning", self.warnings)):
            pairs = ", ".join(f"{before} -> {after} {number}" for (before, after), number in counter.most_common(12))
            yield f"{name}: {counter.total()}" + (f" ({pairs})" if pairs else "")
        if self.failed:
            yield f"a step fails on {self.failed}: they would become dead letters, and stay stored as they are"


async def blocks(posts: AsyncIterator[Stored]) -> AsyncIterator[list[Stored]]:
    """The same posts, BLOCK at a time."""
    block: list[Stored] = []
    async for each in posts:
        block.append(each)
        if len(block) == BLOCK:
            yield block
            block = []
    if block:
        yield block
