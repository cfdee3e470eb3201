"""Forget a post, or all that an author wrote: the list first, then all else, so that a kill costs a second run."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

from elasticsearch import AsyncElasticsearch
from msgspec import Struct

from deploy import letters
from deploy.desk import Desk
from deploy.keys import door, notebook
from deploy.knowledge import with_inboxes
from deploy.letters import Said
from deploy.owners import AT_ONCE, Owners
from deploy.producing import open_log
from deploy.settings import townships
from deploy.settings.deployment import Settings
from streams.crawl.arrive import shortened
from streams.crawl.news import key_of
from streams.elasticsearch.bulk import Write, send
from streams.elasticsearch.client import connect
from streams.elasticsearch.failures import busy_when_away, looked_up
from streams.elasticsearch.forgotten import Forgotten
from streams.elasticsearch.names import Names
from streams.elasticsearch.sources import post_id
from streams.elasticsearch.whole import assert_whole, refresh, scanned
from streams.errors import Busy
from streams.identity import answer_id, asked_id, content_digest, document_id, forgotten_author, with_answer
from streams.portions import portions
from streams.privacy.door import digested, key_of_post
from streams.protocols import Done
from streams.records import Letter

PAGE: Final = 500
"""Posts of which one page of a search tells."""

MOST_SOURCES: Final = 100
"""Sources that are named at most."""

ROUNDS: Final = 3
"""How often an author's posts are looked for again: what a worker had in hand when the list was written comes late."""


class Found(Struct, frozen=True):
    """A stored post that is to be forgotten."""

    document: str
    township: str
    source: str
    id: str


class Receipt(Struct):
    """What was done, and what is left to be done by a second run."""

    keys: int = 0
    before: bool = False
    """Whether something was found under a key before: then somebody forgets what is left."""
    posts: int = 0
    answers: int = 0
    """Those of the posts that are an office's answer to one of the others."""
    late: int = 0
    """Answers to what a worker has dropped: hers, or of others who were forgotten; none of the posts."""
    incidents: int = 0
    notes: int = 0
    letters: int = 0
    waiting: int = 0
    """Documents whose owner has not answered yet: no worker runs, or it is behind."""
    foreign: tuple[str, ...] = ()
    """Townships with such posts that the deployment does not serve: nobody owns them."""

    @property
    def is_vain(self) -> bool:
        """Whether nothing was found, now or by a run before."""
        return not (self.before or self.posts or self.notes or self.letters or self.foreign)


class Forgetter:
    """Runs the steps, each of which may be repeated.

    Args:
        client: of the search server.
        owners: do what only they may.
        desk: drops dead letters.
        settings: of the deployment.
    """

    def __init__(self, client: AsyncElasticsearch, owners: Owners, desk: Desk, settings: Settings) -> None:
        self._client, self._desk, self._owners, self._settings = client, desk, owners, settings
        self._names, self._server, self._door = Names(settings.name), settings.elasticsearch, door(settings)
        self._listed = Forgotten(client, server=self._server, deployment=settings.name)
        self._served = list(with_inboxes(townships.read_all(settings.townships)))
        self._notebook = notebook(settings)
        self._incidents, self._keys = set[str](), set[str]()

    async def post(self, source: str, identity: str, wait: float, stored: Found | None = None) -> Receipt:
        """Forget one post, wherever it is stored, and its office's answer, whose words tell what was asked.

        Args:
            source: of the post.
            identity: its id there, as its source gave it or as it is stored.
            wait: for its owners, in seconds.
            stored: where it stands, when that is known.
        """
        receipt, answer = Receipt(), answer_id(identity)
        keys = [_key(source, each) for each in (identity, answer)]
        await self._list(keys, receipt)
        found_letters, notes = await self._letters(set(keys)), await self._notes([(source, identity), (source, answer)])
        answers = await self._stored([(source, answer)])
        found = {**await self._stored([(source, identity)]), **answers, **({stored.document: stored} if stored else {})}
        if found or notes or found_letters:
            await self._list(keys, receipt, found=True)
        receipt.notes, receipt.letters = await self._delete_notes(notes), await self._drop(found_letters)
        mine = self._owned(found.values(), receipt)
        receipt.posts, receipt.answers = len(mine), len(answers.keys() & mine.keys())
        # Each owner is told, also one that has no such post: it may have it in hand.
        documents = {**self._documents(source, identity), **self._documents(source, answer), **mine}
        receipt.waiting = await self._owners.forget(documents, wait)
        receipt.incidents = len(self._incidents)
        return receipt

    def pseudonyms(self, source: str, handle: str) -> Collection[str]:
        """What a handle of a source is called under each key of the deployment."""
        return self._door.pseudonyms(source, handle)

    async def author(self, pseudonyms: Collection[str], wait: float) -> Receipt:
        """Forget all that was written under these pseudonyms, and under others that a dead letter tells to be hers."""
        keys, receipt = frozenset(map(forgotten_author, pseudonyms)), Receipt()
        await self._list(sorted(keys), receipt)
        found_letters = await self._letters(keys)
        # One that another program published holds her handle, which leads to her under every key.
        hers = keys.union(*(self._authors(said) for _, said in found_letters.values()))
        if others := hers - keys:
            await self._list(sorted(others), receipt)
            found_letters = await self._letters(hers)
        if found_letters:
            await self._list(sorted(hers), receipt, found=True)
        receipt.letters = await self._drop(found_letters)
        # What she wrote may have an answer that is stored, though it is a dead letter itself.
        dead = {(said.source, said.id) for _, said in found_letters.values()}
        # No post has this id: it makes each owner answer once it has stored what it had in hand.
        documents = {content_digest("forget", code, *sorted(hers)): code for code in self._served}
        for _ in range(ROUNDS):
            found, late = await self._by(hers)
            asked = dead.union((each.source, each.id) for each in found.values())
            ids = [(source, each) for source, identity in asked for each in with_answer(identity)]
            if ids:
                await self._list([*sorted(hers), *(_key(*each) for each in ids)], receipt, found=True)
            ids += [(each.source, each.id) for each in late.values()]
            receipt.notes += await self._delete_notes(await self._notes(ids))
            answers = await self._stored([(source, answer_id(identity)) for source, identity in asked])
            mine = self._owned({**late, **answers, **found}.values(), receipt)
            receipt.late += len(late.keys() & mine.keys() - answers.keys() - found.keys())
            receipt.posts += len(mine.keys() & (answers.keys() | found.keys()))
            receipt.answers += len(mine.keys() & answers.keys() - found.keys())
            if not mine and not documents:
                break
            receipt.waiting = await self._owners.forget({**documents, **mine}, wait)
            if receipt.waiting:
                break
            documents = {}
        if posts := self._keys - hers:  # A letter of an answer to what she wrote names nobody.
            of_posts = await self._letters(posts)
            receipt.letters += await self._drop({i: each for i, each in of_posts.items() if i not in found_letters})
        receipt.incidents = len(self._incidents)
        return receipt

    async def named(self, document: str) -> Found | None:
        """The stored post of this document id; None where there is none, or only its mark."""
        there = await self._under(document)
        return next((_found(item) for item in there if "forgotten" not in item["_source"]), None)

    async def is_mark(self, document: str) -> bool:
        """Whether only a mark is left of the post of this document id."""
        return any("forgotten" in item["_source"] for item in await self._under(document))

    async def sources(self) -> Sequence[str]:
        """The sources of which posts are stored; of very many those with the most posts."""
        await refresh(self._client, self._server, index := self._names.all_posts)
        with busy_when_away(self._server):
            counted = {"of": {"terms": {"field": "source", "size": MOST_SOURCES}}}
            answer = await self._client.search(index=index, size=0, aggs=counted, allow_partial_search_results=False)
        assert_whole(self._server, answer)
        return sorted(each["key"] for each in answer["aggregations"]["of"]["buckets"])

    # The list

    async def _list(self, keys: Sequence[str], receipt: Receipt, *, found: bool = False) -> None:
        """List keys; `found`, before anything is taken away: another run says what this one knew."""
        stand = await self._listed.found(keys)
        receipt.before |= not found and any(stand.values())
        new = [key for key in keys if key not in stand or (found and not stand[key])]
        await self._listed.add(new, datetime.now(UTC), found=found)
        self._keys |= set(keys)
        receipt.keys = len(self._keys)

    # What is stored

    def _documents(self, source: str, identity: str) -> dict[str, str]:
        """Where a post may stand, and in which township: under its id, or under what the door made of it."""
        short = shortened(identity)
        return {document_id(code, source, each): code for code in self._served for each in (short, digested(short))}

    async def _stored(self, posts: Collection[tuple[str, str]]) -> dict[str, Found]:
        """Where these posts (source, id) are stored, and more than a mark, by their documents.

        Where they may stand is looked up in real time. A post of another program stands under an id that the door took
        away from it, and a township may be served no more: so what they say of themselves is searched for, too.
        """
        documents, by_source = dict[str, str](), dict[str, set[str]]()
        for source, identity in posts:
            documents |= self._documents(source, identity)
            by_source.setdefault(source, set()).update(_called(shortened(identity)))
        items = await self._items(documents.items())
        await refresh(self._client, self._server, self._names.all_posts)
        for source, ids in by_source.items():
            for some in portions(sorted(ids), lambda _: 1, AT_ONCE):
                items += await self._searched({"terms": {"source": _called(source)}}, {"terms": {"id": some}})
        return {item["_id"]: _found(item) for item in items if "forgotten" not in item["_source"]}

    def _owned(self, found: Iterable[Found], receipt: Receipt) -> dict[str, str]:
        """Those that somebody owns, with their townships; the receipt names the townships of the others."""
        mine = {each.document: each.township for each in found if each.township in self._served}
        foreign = {each.township for each in found if each.township not in self._served}
        receipt.foreign = tuple(sorted(foreign.union(receipt.foreign)))
        return mine

    async def _under(self, document: str) -> list[Mapping[str, Any]]:
        """What stands under this document id: in real time, and of townships that are served no more."""
        items = await self._items((document, code) for code in self._served)
        await refresh(self._client, self._server, self._names.all_posts)
        return items + await self._searched({"ids": {"values": [document]}})

    async def _searched(self, *filters: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The documents of posts that a search finds, marks too, also of townships that are served no more."""
        query, fields = {"bool": {"filter": list(filters)}}, [*_FOUND, "incident", "forgotten"]
        search: dict[str, Any] = {"query": query, "sort": ["_doc"], "source_includes": fields}
        index = self._names.all_posts
        items = [hit async for hit in scanned(self._client, self._server, index=index, size=PAGE, **search)]
        self._note_incidents(items)
        return items

    def _note_incidents(self, items: Iterable[Mapping[str, Any]]) -> None:
        """Remember which incidents are told anew: those of posts that somebody owns."""
        told = [each["_source"] for each in items if each["_source"]["township"] in self._served]
        self._incidents |= {each["incident"] for each in told if each.get("incident")}

    async def _items(self, wanted: Iterable[tuple[str, str]]) -> list[Mapping[str, Any]]:
        """The documents of posts that there are, marks too, in real time."""
        docs, items = [{"_index": self._names.posts(code), "_id": document} for document, code in wanted], list[Any]()
        for some in portions(docs, lambda _: 1, AT_ONCE):
            with busy_when_away(self._server):
                answer = await self._client.mget(docs=some, source_includes=[*_FOUND, "incident", "forgotten"])
            items += [item for each in answer["docs"] if (item := looked_up(self._server, each))]
        self._note_incidents(items)
        return items

    async def _by(self, authors: Collection[str]) -> tuple[Mapping[str, Found], Mapping[str, Found]]:
        """All stored posts of authors with these keys, who stand in no index: every post is read. By their documents.

        And the answers that the list names: a worker lists the answer of what it drops for its author, and one that
        stands in another township may have been stored before.
        """
        hers, answers = dict[str, Found](), dict[str, Found]()
        index = self._names.all_posts
        await refresh(self._client, self._server, index)
        search: dict[str, Any] = {"query": {"match_all": {}}, "sort": ["_doc"], "source_includes": [*_FOUND, *_ABOUT]}
        async for hit in scanned(self._client, self._server, index=index, size=PAGE, **search):
            source = hit["_source"]
            if (author := source.get("author")) and forgotten_author(author) in authors:
                self._note_incidents([hit])
                hers[hit["_id"]] = _found(hit)
            elif asked_id(source.get("id") or ""):
                answers[hit["_id"]] = _found(hit)
        listed = await self._listed.among([_key(each.source, each.id) for each in answers.values()])
        return hers, {name: each for name, each in answers.items() if _key(each.source, each.id) in listed}

    async def _notes(self, posts: Collection[tuple[str, str]]) -> list[str]:
        """The documents in which crawlers noted these posts (source, id)."""
        ids = list(dict.fromkeys(post_id(self._notebook, source, key_of(identity)) for source, identity in posts))
        there = list[str]()
        for some in portions(ids, lambda _: 1, AT_ONCE):
            with busy_when_away(self._server):
                answer = await self._client.mget(index=self._names.sources, ids=some, source=False)
            there += [item["_id"] for each in answer["docs"] if (item := looked_up(self._server, each))]
        return there

    async def _delete_notes(self, there: Sequence[str]) -> int:
        """Delete these notes; how many they are."""
        for some in portions(there, lambda _: 1, AT_ONCE):
            notes = [Write("delete", {"_index": self._names.sources, "_id": each}, None) for each in some]
            for outcome in await send(self._client, self._server, notes):
                if not isinstance(outcome, Done):
                    raise Busy(f"{self._server} did not delete a crawler's note: {outcome}")
        return len(there)

    # What others are told

    async def _letters(self, keys: AbstractSet[str]) -> Mapping[tuple[str, datetime], tuple[Letter, Said]]:
        """The dead letters of which a key is among these, each with what it says of its post."""
        found = dict[tuple[str, datetime], tuple[Letter, Said]]()
        async for letter, original in letters.all_originals(self._settings):
            said = letters.said(original)
            if said and not keys.isdisjoint(letters.keys_of(original, self._door)):
                found[letter.identity] = letter, said
        return found

    def _authors(self, said: Said) -> Iterable[str]:
        """Under which keys the list may hold who wrote a letter's post."""
        if said.author is None or not said.author.strip():
            return ()
        return map(forgotten_author, self.pseudonyms(said.source, said.author))

    async def _drop(self, found: Mapping[tuple[str, datetime], tuple[Letter, Said]]) -> int:
        """Be done with these letters; how many there are. None of them is shown or sent again."""
        for letter, _ in found.values():
            await self._desk.drop(letter)
        return len(found)


def _key(source: str, identity: str) -> str:
    """Under which key the list holds a post of any id, however long."""
    return key_of_post(source, shortened(identity))


def _found(item: Mapping[str, Any]) -> Found:
    source = item["_source"]
    return Found(item["_id"], source["township"], source["source"], source["id"])


def _called(name: str) -> list[str]:
    """What a stored post may call its source, or its id: as it was given, or what the door made of it."""
    return sorted({name, digested(name)})


_FOUND: Final = ("township", "source", "id")
_ABOUT: Final = ("author", "incident")


@asynccontextmanager
async def opened(settings: Settings, *, role: str, reason: str) -> AsyncIterator[Forgetter]:
    """A forgetter over the deployment's servers.

    Raises:
        Busy: a server is away.
        Misconfigured: a topic or an index is missing.
    """
    client = await connect(settings.access())
    try:
        async with open_log(settings) as log:
            desk = Desk(log, client, settings, by=role, reason=reason, now=lambda: datetime.now(UTC))
            owners = Owners(
                client, log, server=settings.elasticsearch, deployment=settings.name, role=role, reason=reason
            )
            yield Forgetter(client, owners, desk, settings)
    finally:
        await client.close()
