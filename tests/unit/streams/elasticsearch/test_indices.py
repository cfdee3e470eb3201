"""What is said of an index that is not as it should be, and what to do about it."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from elasticsearch import AsyncElasticsearch

from streams.elasticsearch.indices import Template, Wanted, differences

TEMPLATE = Template("posts", 2, {"template": {"mappings": {"dynamic": "strict", "_meta": {"version": 2}}}})
WANTED = Wanted("d-posts-v2", ("d-posts",), TEMPLATE)


async def said(*, version: int = 2, block: str = "", lock: str = "") -> list[str]:
    """Of an index of this version, with this block and this lock."""
    index = f"d-posts-v{version}"
    state = {
        "aliases": {"d-posts": {}, f"{index}-live": {}, **({f"{index}-moving-{lock}": {}} if lock else {})},
        "mappings": {"dynamic": "strict", "_meta": {"version": version}},
        "settings": {"index": {"blocks": {block: "true"} if block else {}}},
    }

    async def get(**_: object) -> Any:
        return SimpleNamespace(body={index: state})

    client = cast("AsyncElasticsearch", SimpleNamespace(indices=SimpleNamespace(get=get)))
    return await differences(client, "http://server", [WANTED])


@pytest.mark.parametrize("lock", ["", "run"])
async def test_a_full_disk_is_called_one(lock: str) -> None:
    """As a worker's health does: who is told of a rebuild looks for what is not there, while the disk stays full."""
    line, *_ = await said(block="read_only_allow_delete", lock=lock)
    assert "make room" in line
    assert "rebuild" not in line


async def test_an_index_that_somebody_closed_says_how_it_opens() -> None:
    """By `--resume` after a killed rebuild; or as it was closed."""
    (line,) = await said(block="write")
    assert "rebuild --resume" in line
    assert "index.blocks.write" in line


@pytest.mark.parametrize("block", ["", "write"])
async def test_what_a_killed_rebuild_left_has_one_remedy(block: str) -> None:
    """`indices rebuild` alone, which the older version asks for, is refused there: only --resume goes on."""
    (line,) = await said(version=1, block=block, lock="run")
    assert "--resume" in line
    assert ("takes no writes" in line) == bool(block)
    assert await said(version=1) == ["d-posts-v1 is of version 1, not 2; run `xiangyin indices rebuild`"]
