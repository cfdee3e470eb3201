"""Servers that speak HTTP badly, on purpose or not: each costs its limits, and has its name."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress

import pytest

from streams.errors import Unfetched
from streams.web.fetch import Fetched, Limits, fetcher
from tests.unit.streams.web.site import Clock

OK = b"HTTP/1.1 200 OK\r\n"
Speak = Callable[[asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def speaking(speak: Speak) -> AsyncIterator[str]:
    """A server that has no robots.txt, and answers everything else in its own way; `host:port`."""
    connections: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError), closing(writer):
            asked = await reader.readuntil(b"\r\n\r\n")
            if b"GET /robots.txt " in asked:
                writer.write(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            else:
                await speak(writer)
            await writer.drain()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(asyncio.create_task(serve(reader, writer)))

    server = await asyncio.start_server(begin, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await server.wait_closed()


async def fetched(speak: Speak, limits: Limits | None = None) -> Fetched | None:
    async with (
        speaking(speak) as address,
        fetcher(
            contact="a@example.cn",
            version="0",
            clock=Clock(),
            limits=limits or Limits(interval=0.001),
            allow_hosts=[address],
        ) as web_,
    ):
        return await web_.fetch(f"http://{address}/a")


def saying(*parts: bytes, pause: float = 0.0) -> Speak:
    async def speak(writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)

    return speak


def endlessly(part: bytes, sent: list[int]) -> Speak:
    async def speak(writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        while True:
            writer.write(part)
            sent[0] += len(part)
            await writer.drain()
            await asyncio.sleep(0)

    return speak


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"X: " + b"x" * 100_000 + b"\r\n\r\n",
        OK + b"x" * 100_000 + b": x\r\n\r\n",
        b"HTTP/1.1 200 " + b"x" * 100_000 + b"\r\n\r\n",
        OK + b"".join(b"X-%d: x\r\n" % number for number in range(100_000)) + b"\r\n",
        b"no HTTP at all\r\n\r\n",
        b"\0" * 1_000,
        OK + b"Content-Length: -1\r\n\r\n",
        OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"",
    ],
)
async def test_a_broken_answer_is_named(answer: bytes) -> None:
    """Headers without measure, status lines that are none, lengths that contradict each other, silence."""
    with pytest.raises(Unfetched) as caught:
        await fetched(saying(answer))
    assert caught.value.name in {"broken", "unreachable"}


@pytest.mark.parametrize("part", [b"X: x\r\n", b"x" * 1_000, b"X: " + b"x" * 8_000 + b"\r\n"])
async def test_headers_without_end_fill_no_memory(part: bytes) -> None:
    """They are cut off long before the time runs out."""
    sent = [0]
    with pytest.raises(Unfetched) as caught:
        await fetched(endlessly(part, sent), Limits(interval=0.001, seconds=5))
    assert caught.value.name in {"broken", "unreachable"}
    assert sent[0] < 20_000_000


async def test_headers_that_drip_are_left() -> None:
    """The time is for the whole answer, its headers too."""
    with pytest.raises(Unfetched) as caught:
        await fetched(saying(OK, *[b"X: x\r\n"] * 50, pause=0.05), Limits(interval=0.001, seconds=0.3))
    assert caught.value.name == "timeout"


async def test_interim_answers_without_end_are_left() -> None:
    """100 Continue, again and again, is no answer."""
    with pytest.raises(Unfetched) as caught:
        await fetched(
            saying(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 100, pause=0.02), Limits(interval=0.001, seconds=0.3)
        )
    assert caught.value.name in {"timeout", "broken", "unreachable"}


async def test_what_is_packed_twice_in_two_headers_is_not_taken_for_once() -> None:
    """Servers behind servers add one each."""
    body = gzip.compress(gzip.compress(b"x"))
    length = b"Content-Length: %d\r\n\r\n" % len(body)
    with pytest.raises(Unfetched) as caught:
        await fetched(saying(OK, b"Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", length, body))
    assert caught.value.name == "broken"


async def test_a_body_without_a_length_ends_with_its_connection() -> None:
    """Old servers do that."""
    page = await fetched(saying(OK + b"\r\n", b"old"))
    assert page is not None
    assert page.body == b"old"
