"""A body is read within its limits, however it is packed."""

import asyncio
import gzip
import zlib
from collections.abc import Callable

import pytest
from aiohttp import web

from streams.web.fetch import Limits
from tests.unit.streams.web.site import Site, failure, polite

PATIENT = Limits(interval=0.001)
SMALL = Limits(interval=0.001, body=100_000)


async def fetched(site: Site, body: bytes, encoding: str) -> bytes:
    site.says("/a", body, Content_Encoding=encoding)
    async with polite(site, limits=PATIENT) as web_:
        page = await web_.fetch(site.url("/a"))
    assert page is not None
    return page.body


async def test_a_body_beyond_the_limit_is_cut_off(site: Site) -> None:
    """More than 5 MB are not read to the end, and named."""
    site.says("/a", b"x" * 5_000_001)
    assert await failure(site, "/a", PATIENT) == "large"


async def test_a_hundred_megabytes_are_not_fetched(site: Site) -> None:
    """A body without announced length costs the limit, and the connection is closed: what is on its way, no more."""
    sent = 0

    async def pour(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(1_600):
            await response.write(b"x" * 65_536)
            sent += 65_536
        return response

    site.does("/a", pour)
    assert await failure(site, "/a", SMALL) == "large"
    assert sent < 20_000_000


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
async def test_a_bomb_does_not_go_off(site: Site, pack: Callable[[bytes], bytes]) -> None:
    """Few bytes that unpack to many are unpacked no further than the limit."""
    site.says("/a", pack(b"\0" * 50_000_000), Content_Encoding="gzip" if pack is gzip.compress else "deflate")
    assert await failure(site, "/a", PATIENT) == "bomb"


async def test_a_bomb_of_many_members_does_not_go_off(site: Site) -> None:
    """Nor does one that is cut into small ones: they count together."""
    site.says("/a", gzip.compress(b"\0" * 1_000_000) * 6, Content_Encoding="gzip")
    assert await failure(site, "/a", PATIENT) == "bomb"


async def test_a_bomb_within_a_bomb_is_not_opened(site: Site) -> None:
    """What is packed twice was not asked for, in one header or in two."""
    site.says("/a", gzip.compress(gzip.compress(b"\0" * 50_000_000)), Content_Encoding="gzip, gzip")
    assert await failure(site, "/a", PATIENT) == "broken"


async def test_empty_members_cost_little_time(site: Site) -> None:
    """A hundred thousand of them are taken apart while others go on."""
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    assert await fetched(site, gzip.compress(b"") * 100_000, "gzip") == b""
    ticking.cancel()
    assert ticks >= 3


async def test_a_packed_page_is_unpacked(site: Site) -> None:
    """An honest gzip body arrives as it was."""
    assert (await fetched(site, gzip.compress("学校".encode() * 1000), "gzip")).decode() == "学校" * 1000


@pytest.mark.parametrize("size", [10, 65_536 - 30, 300_000])
async def test_members_of_a_body_follow_one_another(site: Site, size: int) -> None:
    """A server may pack a page in pieces (RFC 1952); zeros or a line end behind the last are no part of it."""
    text = bytes(number * number % 251 for number in range(size))
    packed = gzip.compress(text, 0) + gzip.compress(b"second") + gzip.compress(b"third") + b"\0\0\r\n"
    assert await fetched(site, packed, "gzip") == text + b"secondthird"


async def test_a_body_of_nothing_is_nothing(site: Site) -> None:
    """Said to be packed or not."""
    assert await fetched(site, b"", "gzip") == b""


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "nonsense", "deflate, br"])
async def test_a_body_that_is_not_what_it_says_is_named(site: Site, encoding: str) -> None:
    """Packed otherwise than was asked for (only gzip is), or not packed at all."""
    site.says("/a", b"plain text", Content_Encoding=encoding)
    assert await failure(site, "/a") == "broken"
    assert site.headers[-1]["Accept-Encoding"] == "gzip"


async def test_half_a_packed_body_is_no_page(site: Site) -> None:
    """It would pass for the whole, and what it lacks for deleted."""
    site.says("/a", gzip.compress(bytes(range(256)) * 100)[:-20], Content_Encoding="gzip")
    assert await failure(site, "/a") == "broken"


@pytest.mark.parametrize("came", [1, 2, 3, 11])
async def test_a_member_that_was_cut_at_its_beginning_is_missed(site: Site, came: int) -> None:
    """Though what came before it is whole: of the second one a byte, or its head."""
    site.says("/a", gzip.compress(b"first") + gzip.compress(b"second")[:came], Content_Encoding="gzip")
    assert await failure(site, "/a") == "broken"


async def test_half_a_plain_body_is_no_page(site: Site) -> None:
    """The same of one that ends before its announced length."""

    async def hang_up(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"x" * 500)
        assert request.transport is not None
        request.transport.close()
        return response

    site.does("/a", hang_up)
    assert await failure(site, "/a") in {"broken", "unreachable"}
