"""A search server that refuses right credentials while it starts is waited for; one that goes on refusing is not."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from deploy.initialise import initialise
from deploy.settings.deployment import load
from deploy.templates import indices
from deploy.wiring.worker import open_store
from streams.elasticsearch.admission import ADMISSION, Admission
from streams.elasticsearch.names import live
from streams.elasticsearch.store import ElasticsearchStore
from streams.errors import Busy, Misconfigured, Why
from streams.protocols import PostWrite
from tests.contract.stored import TOWN, FixedClock, judged
from tests.unit.streams.elasticsearch.tiny import Answer, client_of, tiny

UNKNOWN: Answer = (401, {"error": {"type": "security_exception", "reason": "unable to authenticate with provided"}})
FORBIDDEN: Answer = (403, {"error": {"type": "security_exception", "reason": "action is unauthorized for user"}})
THERE: Answer = (200, {"docs": [{"_index": "d-posts", "_id": "p", "found": False}] * 2})


def item(error: dict[str, Any]) -> Answer:
    """An answer of 200, in which one index is closed to us."""
    closed = {"_index": "d-posts", "_id": "p", "error": error}
    return 200, {"docs": [closed] * 2, "items": [{"create": {**closed, "status": 403}}], "_shards": {"failed": 0}}


class Refusing:
    """A server and a store that asks it, with a clock of their own."""

    store: ElasticsearchStore

    def __init__(self) -> None:
        self.answer, self.now = THERE, 0.0

    async def ask(self, answer: Answer, *, after: float = 0.0) -> None:
        self.answer, self.now = answer, self.now + after
        await self.store.recall({"p": TOWN}, {"p": ["k"]})


@pytest.fixture
async def refusing() -> AsyncIterator[Refusing]:
    made = Refusing()
    async with client_of(lambda _: made.answer) as (client, url):
        made.store = ElasticsearchStore(
            client,
            server=url,
            deployment="d",
            partition=lambda _: 3,
            clock=FixedClock(),
            wanted=(),
            admission=Admission(url, lambda: made.now),
        )
        yield made


@pytest.mark.parametrize("refusal", [UNKNOWN, FORBIDDEN, item(FORBIDDEN[1]["error"])])
async def test_a_refusal_is_waited_for_until_it_has_lasted(refusing: Refusing, refusal: Answer) -> None:
    """Let in before or not, for so long; then a person must look, and what they should correct is named."""
    for _ in range(2):
        with pytest.raises(Busy, match="refuses our credentials") as busy:
            await refusing.ask(refusal)
        assert busy.value.why == "away"
        with pytest.raises(Busy):
            await refusing.ask(refusal, after=ADMISSION - 1)
        await refusing.ask(THERE, after=ADMISSION)
    with pytest.raises(Busy):
        await refusing.ask(refusal)
    with pytest.raises(Misconfigured, match=r"refuses our credentials .* elasticsearch_user"):
        await refusing.ask(refusal, after=ADMISSION)


async def test_who_was_away_meanwhile_is_refusing_anew(refusing: Refusing) -> None:
    """A second start may take as long as the first."""
    for answer, after in ((UNKNOWN, 0.0), ((503, {}), ADMISSION), (UNKNOWN, 1.0), (UNKNOWN, ADMISSION - 1)):
        with pytest.raises(Busy):
            await refusing.ask(answer, after=after)


async def test_a_post_is_no_letter_because_a_right_is_missing(refusing: Refusing) -> None:
    """A bulk whose items are refused for a lacking right is waited for as a whole; nothing is Rejected."""
    refusing.answer = item(FORBIDDEN[1]["error"])
    for after, error in ((0.0, Busy), (ADMISSION, Misconfigured)):
        refusing.now += after
        with pytest.raises(error, match="refuses our credentials"):
            await refusing.store.write_posts({"p": PostWrite(judged(), None)})


async def test_who_may_read_and_not_write_is_refused(refusing: Refusing) -> None:
    """A worker or crawler that lost one right ends, too: that it may still read is no sign that it was let in."""
    for after, error in ((0.0, Busy), (ADMISSION / 2, Busy), (ADMISSION / 2, Misconfigured)):
        await refusing.ask(THERE, after=after)
        refusing.answer = item(FORBIDDEN[1]["error"])
        with pytest.raises(error, match="refuses our credentials"):
            await refusing.store.write_posts({"p": PostWrite(judged(), None)})


class Impatient:
    """A clock that does not wait."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, _seconds: float) -> None:
        pass


async def test_a_worker_that_starts_beside_its_search_server_is_let_in_later(tmp_path: Path) -> None:
    """Both were started at once: refused three times, then let in; the health endpoint says why it waits."""
    initialise(tmp_path, "town")
    wanted = indices("town", [TOWN])
    aliases: dict[str, Any] = {
        each.name: {"aliases": {alias: {} for alias in (*each.aliases, live(each.name))}} for each in wanted
    }
    refusals, told = [UNKNOWN, FORBIDDEN, UNKNOWN], list[Why | None]()

    def answer(request: web.BaseRequest) -> Answer:
        if refusals:
            return refusals.pop()
        return (200, aliases) if "_alias" in request.path else (200, {"version": {"number": "8.19.21"}})

    async with tiny(answer) as url:
        settings = load(tmp_path / "deployment.yaml").model_copy(update={"elasticsearch": url, "name": "town"})
        opened = open_store(settings, [TOWN], Impatient(), 365, lambda why, _: told.append(why))
        async with opened as store:
            await store.assert_ready()
    assert told == ["away"] * 3 + [None]
