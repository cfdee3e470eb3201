"""What is read of many documents is all of them, or it is not read: a shard that is away is not an empty one."""

from typing import Any

import pytest
from aiohttp import web

from streams.elasticsearch.store import ElasticsearchStore
from streams.elasticsearch.whole import counted, scanned
from streams.errors import Busy
from tests.contract.stored import FixedClock
from tests.unit.streams.elasticsearch.tiny import Answer, client_of, shards

HITS = [{"_id": str(number), "_source": {}} for number in range(2)]


def page(hits: list[dict[str, Any]], failed: int = 0) -> Answer:
    return 200, {"_scroll_id": "place", "_shards": shards(failed), "hits": {"hits": hits}}


LOST: Answer = (404, {"error": {"type": "search_phase_execution_exception", "reason": "all shards failed"}})
"""What a server that was started again says of the place in a scan that it kept before."""


class Pages:
    """Answers the pages of a scan, one after the other."""

    def __init__(self, *pages: Answer) -> None:
        self.left, self.asked, self.given_back = list(pages), list[web.BaseRequest](), 0

    def __call__(self, request: web.BaseRequest) -> Answer:
        if request.method == "DELETE":
            self.given_back += 1
            return 200, {}
        self.asked.append(request)
        return self.left.pop(0)


async def read(pages: Pages) -> list[str]:
    async with client_of(pages) as (client, url):
        return [hit["_id"] async for hit in scanned(client, url, index="d", query={"match_all": {}}, size=2)]


async def test_a_scan_brings_every_page_and_gives_its_place_back() -> None:
    """The pages in order, to the first that is empty."""
    pages = Pages(page(HITS), page(HITS[:1]), page([]))
    assert await read(pages) == ["0", "1", "0"]
    assert pages.given_back == 1
    assert pages.asked[0].query["allow_partial_search_results"] == "false"


@pytest.mark.parametrize("before", [(), (page(HITS),)])
@pytest.mark.parametrize("hits", [[], HITS])
async def test_a_page_that_lacks_a_shard_is_no_answer(before: tuple[Answer, ...], hits: list[dict[str, Any]]) -> None:
    """The server answers 200 with what the other shards hold, perhaps nothing: the scan is Busy, not at its end."""
    pages = Pages(*before, page(hits, failed=1), page([]))
    with pytest.raises(Busy, match=r"not read every shard"):
        await read(pages)
    assert pages.given_back == 1


async def test_a_server_that_lost_the_place_is_busy() -> None:
    """Started again between two pages, it answers 404: not the 404 of an index that was never created."""
    with pytest.raises(Busy, match="lost its place"):
        await read(Pages(page(HITS), LOST))


async def test_a_count_without_a_shard_is_no_count() -> None:
    """What is counted is all, or Busy."""
    counts = {"count": 7, "_shards": shards()}
    async with client_of(lambda _: (200, counts)) as (client, url):
        assert await counted(client, url, index="d", query={"match_all": {}}) == 7
        counts["_shards"] = shards(failed=1)
        with pytest.raises(Busy, match="not read every shard"):
            await counted(client, url, index="d", query={"match_all": {}})


@pytest.mark.parametrize("lacking", ["_refresh", "_search"])
async def test_a_worker_takes_no_absent_shard_for_one_without_incidents(lacking: str) -> None:
    """Else the next post of a standing matter founds it again, and what is pending or due sleeps."""

    def answer(request: web.BaseRequest) -> Answer:
        if "_alias" in request.path:
            return 200, {"d-incidents-a-v1": {"aliases": {"d-incidents-a-v1-live": {}}}}
        failed = int(request.path.endswith(lacking))
        return page([], failed) if "_search" in request.path else (200, {"_shards": shards(failed)})

    async with client_of(answer) as (client, url):
        store = ElasticsearchStore(
            client, server=url, deployment="d", partition=lambda _: 3, clock=FixedClock(), wanted=()
        )
        with pytest.raises(Busy, match="not read every shard"):
            await store.load([3])
