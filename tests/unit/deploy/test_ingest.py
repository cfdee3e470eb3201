"""What programs bring is taken once, when it is signed, and answered when it is safe."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs
from yarl import URL

from deploy import ingest
from deploy.callers import CONNECTIONS
from streams.crawl.counts import Counts
from streams.errors import Busy, Misconfigured, Refused
from streams.push.signature import TOLERANCE, sign
from streams.push.take import Taken

SECRET = b"s" * 32


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 8, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class House:
    """One entrance, what came through it, and what it does next."""

    def __init__(self) -> None:
        self.clock, self.counts, self.taken = Clock(), Counts(), list[bytes]()
        self.does: list[Exception | Taken] = []
        self.url, self.pause = "", 0.01
        self.session: ClientSession
        self.door: ingest.Ingest

    async def take(self, body: bytes, _: datetime) -> Taken:
        await asyncio.sleep(self.pause)
        does = self.does.pop(0) if self.does else Taken({"published": 1})
        if isinstance(does, Exception):
            raise does
        self.taken.append(body)
        return does

    async def post(
        self,
        body: bytes | AsyncIterator[bytes] = b"[]",
        name: str = "hotline",
        identity: str = "msg_1",
        secret: bytes = SECRET,
        late: timedelta = timedelta(),
    ) -> tuple[int, dict[str, object]]:
        now = self.clock.now() - late
        headers = {
            "webhook-id": identity,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": sign(secret, identity, now, body if isinstance(body, bytes) else b" " * 100_000),
        }
        async with self.session.post(f"{self.url}/ingest/{name}", data=body, headers=headers) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text.startswith("{") else {}


@asynccontextmanager
async def house() -> AsyncIterator[House]:
    made = House()
    entrances = {"hotline": ingest.Entrance([SECRET], made.take)}
    taking = ingest.Ingest(entrances, made.clock, made.counts)
    made.door = taking
    async with ingest.serving(taking, "127.0.0.1", 0) as port, ClientSession() as session:
        made.url, made.session = f"http://127.0.0.1:{port}", session
        yield made


async def test_a_signed_message_is_taken_and_answered_with_what_became_of_it() -> None:
    """200 and the counts, when it is safe."""
    async with house() as here:
        assert await here.post(b'{"id": 1}') == (200, {"published": 1})
        assert here.taken == [b'{"id": 1}']


def head(here: House, name: str = "hotline", length: int = 1_000) -> bytes:
    """Of a message that nobody signed, though it says so."""
    said = f"webhook-id: x\r\nwebhook-timestamp: {here.clock.time.timestamp():.0f}\r\nwebhook-signature: v1,x\r\n"
    return f"POST /ingest/{name} HTTP/1.1\r\nHost: x\r\n{said}Content-Length: {length}\r\n\r\n".encode()


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def connect(here: House, said: bytes = b"", peer: str = "127.0.0.1") -> Connection:
    reader, writer = await asyncio.open_connection("127.0.0.1", URL(here.url).port, local_addr=(peer, 0))
    writer.write(said)
    return reader, writer


def is_closed(connection: Connection) -> bool:
    """Whether the other side has gone, without a word."""
    return connection[0].at_eof() or connection[0].exception() is not None


async def test_connections_that_say_nothing_keep_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many come, so many stay, and each for a while: they take neither the crawler's files nor the entrance."""
    monkeypatch.setattr(ingest, "SECONDS", 0.5)
    async with house() as here:
        silent = [await connect(here, b"POST /ingest" if number % 2 else b"") for number in range(CONNECTIONS + 20)]
        assert await here.post() == (200, {"published": 1})
        assert [is_closed(each) for each in silent].count(False) == CONNECTIONS - 1
        await asyncio.sleep(0.6)
        assert all(is_closed(each) for each in silent)
        for _, writer in silent:
            writer.close()


async def test_a_message_that_is_being_taken_keeps_its_connection() -> None:
    """Its sender is known by then; who only opened a connection gives way."""
    async with house() as here:
        here.pause = 0.5
        sending = asyncio.create_task(here.post())
        await asyncio.sleep(0.1)
        strangers = [await connect(here, b"P" * 2_000) for _ in range(CONNECTIONS + 5)]
        assert await sending == (200, {"published": 1})
        for _, writer in strangers:
            writer.close()


async def test_who_sends_slowly_is_not_kept_out_by_who_opens_quickly() -> None:
    """Of too many messages under way the one gives way of which least comes, by the second."""
    async with house() as here:
        strangers: list[Connection] = []

        async def words() -> AsyncIterator[bytes]:
            for _ in range(20):
                yield b" " * 5_000
                await asyncio.sleep(0.02)

        async def open_quickly() -> None:
            while True:
                strangers.append(await connect(here, head(here) + b"x"))
                await asyncio.sleep(0.005)

        opening = asyncio.create_task(open_quickly())
        assert await here.post(words()) == (200, {"published": 1})
        opening.cancel()
        assert len(strangers) > ingest.COMING
        for _, writer in strangers:
            writer.close()


async def test_of_many_peers_the_one_with_most_under_way_gives_way() -> None:
    """Though another one sends less."""
    async with house() as here:
        slow = await connect(here, head(here), peer="127.0.0.2")
        strangers = [await connect(here, head(here, length=9_000) + b"x" * 8_000) for _ in range(2 * ingest.COMING)]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(slow[0].read(1), 0.1)
        for _, writer in [slow, *strangers]:
            writer.close()


async def test_strangers_do_not_learn_which_sources_there_are() -> None:
    """What is too long, what breaks off, what never comes: the same answer for a name that is none."""
    async with house() as here:
        for said in (head(here, "{}", 6_000_000), head(here, "{}"), head(here, "{}", 2) + b"{}"):
            answers = []
            for name in ("hotline", "nobody"):
                reader, writer = await connect(here, said.replace(b"{}", name.encode(), 1))
                try:
                    answers.append(await asyncio.wait_for(reader.readline(), 0.3))
                except TimeoutError:
                    answers.append(b"none")
                writer.close()
            assert answers[0] == answers[1]


async def test_what_is_not_signed_is_not_taken_and_tells_nothing() -> None:
    """401 for another secret and for a source that is not there alike, in the same words."""
    async with house() as here:
        wrong, unknown = await here.post(secret=b"t" * 32), await here.post(name="nobody")
        assert wrong == unknown
        assert wrong[0] == 401
        assert here.taken == []


async def test_strangers_who_drip_close_no_entrance() -> None:
    """More than may come at once, with headers that fit or without: a signed message is taken."""
    async with house() as here:
        unclaimed = b"POST /ingest/hotline HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx"
        dripping = [await connect(here, head(here, name) + b"x") for name in ("hotline", "nobody") * ingest.COMING]
        refused = [await connect(here, unclaimed) for _ in range(ingest.COMING // 2)]
        assert {(await asyncio.wait_for(reader.readline(), 3)).split()[1] for reader, _ in refused} == {b"401"}
        assert await here.post() == (200, {"published": 1})
        for _, writer in [*dripping, *refused]:
            writer.close()


async def test_who_breaks_off_leaves_no_trace() -> None:
    """No answer is owed, and no error is logged for what any stranger can do."""
    async with house() as here:
        with capture_logs() as logged:
            _, writer = await asyncio.open_connection("127.0.0.1", int(here.url.rpartition(":")[2]))
            now = f"{here.clock.time.timestamp():.0f}"
            said = f"webhook-id: x\r\nwebhook-timestamp: {now}\r\nwebhook-signature: v1,x\r\n"
            writer.write(f"POST /ingest/hotline HTTP/1.1\r\nHost: x\r\n{said}Content-Length: 9\r\n\r\nx".encode())
            await writer.drain()
            await asyncio.sleep(0.1)
            writer.transport.abort()
            await asyncio.sleep(0.1)
            for _ in range(5):
                await here.post(secret=b"t" * 32)
        assert [line["event"] for line in logged] == ["messages were refused"]


async def test_a_message_that_came_before_is_not_taken_again() -> None:
    """Not at once, and not at the same time: who recorded it gains nothing, who repeats it does no harm."""
    async with house() as here:
        answers = await asyncio.gather(here.post(), here.post())
        assert sorted(str(answer) for _, answer in answers) == ["{'published': 1}", "{'repeated': True}"]
        assert len(here.taken) == 1
        here.clock.time += timedelta(minutes=11)
        assert await here.post() == (200, {"published": 1})


async def test_other_words_under_an_id_that_was_used_are_another_message() -> None:
    """Some senders take their ticket's number for it: its next word is no repetition. Each of them is taken once."""
    async with house() as here:
        answers = [await here.post(body) for body in (b"reported", b"three are dead", b"reported", b"three are dead")]
        assert answers == [(200, {"published": 1})] * 2 + [(200, {"repeated": True})] * 2
        assert here.taken == [b"reported", b"three are dead"]


async def test_no_two_entrances_believe_one_secret() -> None:
    """A message recorded on its way to one of them would be taken by the other, too."""
    here = House()
    twice = {name: ingest.Entrance([SECRET], here.take) for name in ("hotline", "schools")}
    with pytest.raises(Misconfigured, match="hotline, schools: one secret for both"):
        ingest.Ingest(twice, here.clock, here.counts)


async def test_what_could_not_be_published_is_asked_for_again() -> None:
    """503 with Retry-After; the same message is then taken: nothing is lost, and nothing counted as repeated."""
    async with house() as here:
        here.does = [Busy("the broker is away")]
        status, said = await here.post()
        assert (status, here.taken) == (503, [])
        assert "send it again" in str(said["error"])
        assert await here.post() == (200, {"published": 1})


async def test_what_cannot_be_read_is_refused_and_may_come_again_mended() -> None:
    """422 names what is wrong; the id is free."""
    async with house() as here:
        here.does = [Taken({}, "signal:page:unreadable")]
        assert (await here.post(b"nonsense"))[0] == 422
        assert await here.post() == (200, {"published": 1})


async def test_a_message_beyond_the_limit_is_refused_unread() -> None:
    """413 after five megabytes."""
    async with house() as here:
        assert (await here.post(b" " * (ingest.LARGEST + 1)))[0] == 413
        assert here.taken == []


async def test_what_a_person_must_mend_is_asked_for_again() -> None:
    """503 while an index or a topic is missing, which ends the crawler; 422 for what is refused for ever."""
    async with house() as here:
        here.does = [Misconfigured("an index is missing"), Refused("too large")]
        with capture_logs() as logged:
            assert [(await here.post())[0] for _ in range(3)] == [503, 422, 200]
        with pytest.raises(Misconfigured, match="an index is missing"):
            await here.door.until_broken()
        assert [line["event"] for line in logged] == ["a message is refused by the log or the store"]


async def test_what_is_refused_is_counted_by_its_source() -> None:
    """Each by its own name, so that operators see a secret or a clock that is wrong; nothing of sources not there."""
    async with house() as here:
        await here.post(secret=b"t" * 32)
        await here.post(late=TOLERANCE * 2)
        await here.post(late=TOLERANCE * -2)
        await here.post(b" " * (ingest.LARGEST + 1))
        await here.post(name="nobody")
        await cut_in_the_middle(here)
        reasons = {"unsigned": 1, "clock": 2, "large": 1, "broken": 1}
        assert here.counts.of("hotline") == {f"error:message:{why}": number for why, number in reasons.items()}
        assert here.counts.of("nobody") == {}


async def cut_in_the_middle(here: House) -> None:
    """Say that ten bytes come, and go after two; until that is counted."""
    _, writer = await asyncio.open_connection("127.0.0.1", URL(here.url).port)
    now = here.clock.now()
    signed = f"webhook-timestamp: {int(now.timestamp())}\r\nwebhook-signature: {sign(SECRET, 'a', now, b'')}"
    said = f"Host: here\r\nContent-Length: 10\r\nwebhook-id: a\r\n{signed}"
    writer.write(f"POST /ingest/hotline HTTP/1.1\r\n{said}\r\n\r\n[]".encode())
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.close()
    await writer.wait_closed()
    await asyncio.sleep(0.05)


async def test_a_defect_is_no_answer_that_somebody_could_rely_on() -> None:
    """500, and the message is taken when it comes again."""
    async with house() as here:
        here.does = [RuntimeError("a defect")]
        assert (await here.post())[0] == 500
        assert await here.post() == (200, {"published": 1})
