"""Forget stored posts: their incidents first, without what only they said; then the posts, of which a mark is left.

Whatever ends it in between, the posts are still there to say which incidents they belong to, and the record that asks
for it is read again. The mark is for workers that sleep: a post that they have in hand, and believe to be new, is not
created where it stands (decision 0019).
"""

from collections.abc import Collection, Mapping
from typing import Final

from streams.batch.decide import Decider
from streams.batch.draft import Arrived, Draft
from streams.batch.memory import Memory
from streams.batch.patience import Patience
from streams.batch.write import Writer
from streams.errors import Fenced
from streams.identity import with_answer
from streams.privacy.door import key_of_post
from streams.protocols import Erasure, Store, StoredPost, Told
from streams.records import Incident, Post

OVER: Final = ("closed", "false")
"""Statuses of an incident that owes nothing any more."""

REPEATED: Final = 5
"""How often posts that another writes meanwhile are tried again, before the worker starts afresh."""


class Eraser:
    """Erases posts that the list of what was forgotten names already, by id or author: none comes in any more.

    Args:
        store: holds the posts.
        memory, writer: of the incidents.
        patience: for a busy store.
        decider: says what is left of an incident.
    """

    def __init__(self, store: Store, memory: Memory, patience: Patience, writer: Writer, decider: Decider) -> None:
        self._store, self._memory, self._patience = store, memory, patience
        self._writer, self._decider = writer, decider

    async def erase(self, posts: Mapping[str, Arrived]) -> None:
        """Leave a mark of each post and no more, whether it was stored or not; twice changes nothing.

        Args:
            posts: document id -> the record that asks for it.

        Raises:
            Fenced: another worker keeps writing them.
            StoreRefuses: the store refuses an incident or a mark.
        """
        open_ones: Collection[str] = list(posts)
        for _ in range(REPEATED):
            if not open_ones:
                return
            open_ones = await self._erase(posts, open_ones)
        raise Fenced("another worker keeps writing posts that are to be forgotten")

    async def drop(self, incidents: Mapping[str, Arrived]) -> None:
        """Delete incidents, with their history, that are closed and of which no post is left; leave others alone.

        Args:
            incidents: id -> the record that asks for it.
        """
        gone = {i: a.township for i, a in incidents.items() if await self._is_gone(i, a.township)}
        if gone:
            await self._patience.insist(lambda: self._store.drop_history(gone))

    async def _is_gone(self, incident: str, township: str) -> bool:
        """Whether there is no such incident, or no more: one that is over goes here."""
        if not await self._is_there(incident, township):
            return True
        if not self._is_over(incident) or await self._told(incident, township):
            return False
        return await self._writer.drop(incident)

    def _is_over(self, incident: str) -> bool:
        now = self._memory.now(incident)
        return now.status in OVER and not now.posts and not now.unfinished

    async def _erase(self, posts: Mapping[str, Arrived], open_ones: Collection[str]) -> Collection[str]:
        """One attempt; the posts that another has written meanwhile."""
        wanted = {document: posts[document].township for document in open_ones}
        stored = (await self._patience.insist(lambda: self._store.recall(wanted))).posts
        todo = {document: posts[document] for document in open_ones if not _is_mark(stored.get(document))}
        await self._change({i: a for d, a in todo.items() if (i := _incident(stored.get(d)))}, posts)
        return await self._writer.erase(
            {d: Erasure(a.township, a.record.time, stored.get(d), _keys(a)) for d, a in todo.items()}
        )

    async def _change(self, incidents: Mapping[str, Arrived], gone: Collection[str]) -> None:
        """Take out of these incidents what only those posts said that are about to go.

        Each is written, also one that stays as it is, or that nobody has written yet: else a worker that slept since
        it stored the post would count it there still.
        """
        draft = Draft()
        for incident, arrived in incidents.items():
            there = await self._is_there(incident, arrived.township)
            told = await self._told(incident, arrived.township)
            left = [each for each in told if each.document not in gone]
            before = self._memory.now(incident) if there else _unwritten(incident, arrived, is_over=not left)
            self._decider.forget(arrived, before, left, draft)
        await self._writer.incidents(list(draft.before))
        await self._writer.finish(list(draft.before), ())

    async def _told(self, incident: str, township: str) -> Collection[Told]:
        return await self._patience.insist(lambda: self._store.told(incident, township))

    async def _is_there(self, incident: str, township: str) -> bool:
        """Whether there is such an incident, which is in memory then."""
        if not self._memory.knows(incident) and (found := await self._writer.read(incident, township)):
            self._memory.hold(found)
            await self._writer.finish([incident] if found.incident.unfinished else (), ())
        return self._memory.knows(incident)


def _unwritten(incident: str, arrived: Arrived, *, is_over: bool) -> Incident:
    """An incident of one post, as if its worker had written it: what comes of it without that post tells nothing."""
    time = arrived.record.time
    return Incident(
        id=incident, township=arrived.township, title="", kind="none", topic="", grade="none", warning="none",
        status="closed" if is_over else "open", closed=time if is_over else None, posts=1,
        first_seen=time, last_seen=time, founded=time, last_record=time,
    )  # fmt: skip


def _keys(arrived: Arrived) -> tuple[str, ...]:
    """What is to be listed: of a post that came again, which the list may know by its author only, and of its answer.

    Who answers it names no author, may be slow, and may write to another township.
    """
    match arrived.content:
        case Post(source=source, id=identity):
            return tuple(key_of_post(source, each) for each in with_answer(identity))
        case _:  # Who asks for it has listed what is to be.
            return ()


def _is_mark(stored: StoredPost | None) -> bool:
    return stored is not None and stored.forgotten


def _incident(stored: StoredPost | None) -> str | None:
    return stored.earlier.incident if stored else None
