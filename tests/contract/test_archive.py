"""What crawlers ask about stored posts, of a search server."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from streams.elasticsearch.archive import ElasticsearchArchive
from streams.elasticsearch.store import ElasticsearchStore
from streams.records import JudgedPost
from streams.source import Feed
from tests.contract.stored import NOW, OTHER, TOWN, incident, judged, put, written

FORUM = Feed(name="forum", url="https://bbs.example.cn/", township=TOWN)
"""Its kind is not asked."""


@pytest.fixture
def archive(store: ElasticsearchStore) -> ElasticsearchArchive:
    return ElasticsearchArchive(store.client, server=store.server, deployment=store.names.deployment)


def thread(number: int, *, matter: str = "i1", **changes: object) -> JudgedPost:
    """The first post of a thread of its own."""
    post = replace(judged(str(number)).post, kind="thread", url=f"https://bbs.example.cn/t-{number}")
    return replace(judged(), post=replace(post, **changes), incident=matter)


async def test_a_post_is_read_as_it_was_published(store: ElasticsearchStore, archive: ElasticsearchArchive) -> None:
    """All that it said, when it was edited and that it is gone; before any refresh; nothing of what is not there."""
    first = judged(edited=NOW, edits=3)
    await put(store, {"p": replace(first, post=replace(first.post, gone=NOW))})
    assert await archive.posts({"p": TOWN, "q": TOWN, "r": OTHER, "s": "330206199000"}) == [
        replace(first.post, gone=NOW)
    ]
    earlier = (await store.recall({"p": TOWN})).posts["p"].earlier
    assert (earlier.gone, earlier.edited, earlier.edits, earlier.reach) == (NOW, NOW, 3, first.post.reach)


async def test_threads_of_open_incidents_are_named(store: ElasticsearchStore, archive: ElasticsearchArchive) -> None:
    """Of this source, heard of lately, not gone, first posts only; the latest first, and no more than asked for."""
    await written(store, incident(), incident("i2", status="closed"), incident("i3", status="handling"))
    posts = {
        "a": thread(1),
        "b": replace(thread(2, matter="i3"), recorded=NOW + timedelta(minutes=1)),
        "closed": thread(3, matter="i2"),
        "none": thread(4, matter="i9"),
        "reply": thread(5, kind="reply"),
        "other": thread(6, source="board"),
        "gone": thread(7, gone=NOW),
        "old": replace(thread(8), recorded=NOW - timedelta(days=8)),
        "nowhere": thread(9, url=None),
    }
    await put(store, posts)
    await store.client.indices.refresh(index=f"{store.names.deployment}-*")
    since = NOW - timedelta(days=7)
    assert await archive.threads(FORUM, since, 20) == ["https://bbs.example.cn/t-2", "https://bbs.example.cn/t-1"]
    assert await archive.threads(FORUM, since, 1) == ["https://bbs.example.cn/t-2"]
    assert await archive.threads(replace(FORUM, name="silent"), since, 20) == []


async def test_threads_of_late_are_named(store: ElasticsearchStore, archive: ElasticsearchArchive) -> None:
    """Whether or not they are somebody's matter: of this source, written lately, not gone, the latest first."""
    posts = {
        "a": replace(thread(1), happened=NOW - timedelta(hours=2)),
        "b": replace(thread(2, matter="i9"), recorded=NOW - timedelta(days=9)),
        "reply": thread(5, kind="reply"),
        "other": thread(6, source="board"),
        "gone": thread(7, gone=NOW),
        "old": replace(thread(8), happened=NOW - timedelta(days=8)),
        "nowhere": thread(9, url=None),
    }
    await put(store, posts)
    await store.client.indices.refresh(index=f"{store.names.deployment}-*")
    since = NOW - timedelta(days=7)
    assert await archive.recent(FORUM, since, 20) == ["https://bbs.example.cn/t-2", "https://bbs.example.cn/t-1"]
    assert await archive.recent(FORUM, since, 1) == ["https://bbs.example.cn/t-2"]
