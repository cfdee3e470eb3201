"""`xiangyin forget` and `xiangyin sweep`, killed before each request and run again: nothing is left half done."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from elastic_transport import AsyncTransport
from elasticsearch import AsyncElasticsearch
from msgspec import to_builtins
from msgspec.structs import replace

from deploy import forgetting
from deploy.cli import exits, run
from deploy.keys import notebook
from deploy.settings.deployment import Settings, load
from streams.crawl.news import key_of
from streams.elasticsearch import documents
from streams.elasticsearch.bulk import Write
from streams.elasticsearch.client import connect
from streams.elasticsearch.sources import post_id
from streams.identity import document_id, incident_id
from streams.kafka.log import KafkaLog
from streams.privacy import keyring
from streams.privacy.pseudonym import Pseudonyms
from streams.protocols import Outcome, Overloaded
from tests.contract.stored import incident, judged
from tests.embedded.county import HERE, County, post

REQUESTS = (
    (AsyncTransport, "perform_request"),
    (KafkaLog, "send"),
    (AIOKafkaConsumer, "start"),
    (AIOKafkaAdminClient, "start"),
)
"""What a command asks of a server goes through one of these."""

MOST = 60
"""Requests that a command makes, at most."""

HANDLE = "听风的石头"
FORGET = ("forget", "--role", "privacy", "--reason", "asked for it")
OLD = datetime.now(UTC) - timedelta(days=1000)


class Killed(BaseException):
    """The process ends here: nothing catches it."""


class Life:
    """How many requests a command may still make."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left: int | None = None
        for owner, name in REQUESTS:
            monkeypatch.setattr(owner, name, self._mortal(getattr(owner, name)))

    def _mortal(self, request: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def mortal(*arguments: Any, **options: Any) -> Any:
            if self.left == 0:
                raise Killed
            self.left = None if self.left is None else self.left - 1
            return await request(*arguments, **options)

        return mortal

    async def is_enough(self, arguments: tuple[str, ...], requests: int) -> bool:
        """Run a command that is killed behind so many requests; whether it ended before."""
        self.left = requests
        try:
            await asyncio.to_thread(run, list(arguments))
        except Killed:
            return False
        finally:
            self.left = None
        return True


@pytest.fixture
async def client(county: County) -> AsyncIterator[AsyncElasticsearch]:
    opened = await connect(load(county.folder / "deployment.yaml").access())
    yield opened
    await opened.close()


@pytest.fixture
def life(monkeypatch: pytest.MonkeyPatch) -> Life:
    return Life(monkeypatch)


def is_mark(hit: Mapping[str, Any]) -> bool:
    return hit["_source"].keys() >= {"forgotten", "version"} and not hit["_id"].startswith("mark")


class Shelves:
    """What a test puts into the stores, and what stands there of it."""

    def __init__(self, client: AsyncElasticsearch, settings: Settings) -> None:
        self._client, self._deployment, self._notebook = client, settings.name, notebook(settings)

    async def put(self, kind: str, identity: str, document: object) -> None:
        await self._client.index(index=f"{self._deployment}-{kind}", id=identity, document=to_builtins(document))

    async def post(self, identity: str, **more: Any) -> str:
        """Store a post that founded an incident, and what a crawler noted of it; its document."""
        document, name = document_id(HERE, "forum", identity), incident_id(HERE, "forum", identity)
        author: str = more.pop("author", "")
        value = judged(identity, township=HERE, incident=name, body=f"墙上写着{identity}", **more)
        value = replace(value, post=replace(value.post, title=identity, author=author or None))
        matter = incident(name, township=HERE, title=identity, posts=1, samples=(identity,), history=(), revision=1)
        await self.put(f"incidents-{HERE}", name, documents.incident_document(matter, 0))
        await self.put(f"posts-{HERE}", document, documents.post_document(value))
        note = {"kind": "post", "source": "forum", "township": HERE, "listed": datetime.now(UTC)}
        await self.put("sources", self.note_of(identity), note)
        return document

    def note_of(self, identity: str) -> str:
        """The document of a crawler's note of a post."""
        return post_id(self._notebook, "forum", key_of(identity))

    async def old(self, identity: str) -> list[tuple[str, str]]:
        """A matter that is over, its history, a mark, notes of a post and of a page, all of long ago; their places."""
        over = incident(
            incident_id(HERE, "over", identity), township=HERE, posts=0, status="closed", archived=2, last_seen=OLD
        )
        mark, note = (
            documents.mark_document(HERE, OLD),
            {"kind": "post", "source": "s", "township": HERE, "listed": OLD},
        )
        page = {"kind": "page", "source": "s", "visited": OLD, "sealed": ""}
        shelved: list[tuple[str, str, object]] = [
            (f"incidents-{HERE}", over.id, documents.incident_document(over, 0)),
            ("history", f"{over.id}:2", documents.change_document(over, over.history[1])),
            (f"posts-{HERE}", f"mark{identity}", mark),
            ("sources", f"s:post:{identity}", note),
            ("sources", f"s:page:{identity}", page),
        ]
        for each in shelved:
            await self.put(*each)
        return [(kind, name) for kind, name, _ in shelved]

    async def stand(self, *places: tuple[str, str]) -> list[str]:
        """Those of these documents (index, id) that stand, and are more than a fresh mark."""
        docs = [{"_index": f"{self._deployment}-{kind}", "_id": identity} for kind, identity in places]
        found = (await self._client.mget(docs=docs))["docs"]
        return [each["_id"] for each in found if each["found"] and not is_mark(each)]

    async def telling(self, words: str) -> list[str]:
        """Documents of posts and incidents in which these words stand."""
        index = f"{self._deployment}-posts,{self._deployment}-incidents"
        await self._client.indices.refresh(index=index)
        hits = (await self._client.search(index=index, size=1000))["hits"]["hits"]
        return [hit["_id"] for hit in hits if words in json.dumps(hit["_source"], ensure_ascii=False)]


@pytest.fixture
async def shelves(county: County) -> AsyncIterator[Shelves]:
    settings = load(county.folder / "deployment.yaml")
    client = await connect(settings.access())
    yield Shelves(client, settings)
    await client.close()


@pytest.mark.parametrize("name", ["--pseudonym", "--post"])
async def test_what_is_to_be_forgotten_is_whenever_the_command_dies(
    county: County, shelves: Shelves, life: Life, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Run again it forgets what is left, and the receipt says what that was.

    Her letter holds her handle: so by her older pseudonym she is forgotten under the newer one, too.
    """
    await county.publish([post("letter", "", author=HANDLE, township="990101109000")])
    await county.until(0, dead=1)
    keyring.rotate(county.folder / "key")
    older, newer = Pseudonyms(keyring.read(county.folder / "key")).every("forum", HANDLE)
    for requests in range(MOST):
        identity = f"paint{requests}."
        document = await shelves.post(identity, author=newer if requests % 2 else older)
        command = (*FORGET, name, older if name == "--pseudonym" else document)
        ended = await life.is_enough(command, requests)
        places = ((f"posts-{HERE}", document), ("sources", shelves.note_of(identity)))
        posts, notes = [len(await shelves.stand(place)) for place in places]
        capsys.readouterr()
        assert await asyncio.to_thread(run, list(command)) == exits.OK
        said = capsys.readouterr().out
        assert f"crawlers' notes: {notes}\n" in said
        assert int(said.partition("posts: ")[2].split()[0]) in {posts, 0}, "its worker may have been told already"
        assert f"not shown or sent any more: {int(name == '--pseudonym')}\n" in said
        assert not await shelves.stand(*places)
        assert not await shelves.telling(identity)
        if ended:
            return
    raise AssertionError(f"it makes more than {MOST} requests")


async def test_a_note_that_the_server_keeps_is_not_called_deleted(
    shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is too busy to delete it ends the command before its owner is told: run it again."""
    document = await shelves.post("paint")

    async def overloaded(_client: object, _server: str, writes: Sequence[Write]) -> list[Outcome]:
        return [Overloaded("429")] * len(writes)

    monkeypatch.setattr(forgetting, "send", overloaded)
    assert await asyncio.to_thread(run, [*FORGET, "--post", document]) == exits.TEMPORARY
    assert await shelves.stand((f"posts-{HERE}", document), ("sources", shelves.note_of("paint")))


async def test_what_is_old_is_swept_whenever_the_command_dies(county: County, shelves: Shelves, life: Life) -> None:
    """Of a post, of a closed matter and its history, of marks and crawlers' notes nothing is left by the next run."""
    for requests in range(MOST):
        identity = f"paint{requests}."
        places = [(f"posts-{HERE}", await shelves.post(identity, happened=OLD))]
        places += await shelves.old(identity)
        ended = await life.is_enough(("sweep",), requests)
        assert await asyncio.to_thread(run, ["sweep"]) == exits.OK
        assert not await shelves.stand(*places)
        assert not await shelves.telling(identity)
        if ended:
            return
    raise AssertionError(f"it makes more than {MOST} requests")
