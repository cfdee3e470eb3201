"""What is remembered of a source."""

from streams.crawl.memory import Held, Here, Published, Seen


async def test_news_is_added_to_what_was_known() -> None:
    """Over what stood under the same names; another source's is apart."""
    memory = Here()
    await memory.remember("a", Seen({"1": Published("x", "t")}, {"u": Held("e")}, {"u": "3"}, walked=True))
    await memory.remember("a", Seen({"1": Published("y", "t"), "2": Published("z", "t")}))
    seen = await memory.recall("a")
    assert (seen.posts["1"].digest, seen.posts["2"].digest) == ("y", "z")
    assert (seen.pages, seen.stamps, seen.walked) == ({"u": Held("e")}, {"u": "3"}, False)
    assert (await memory.recall("b")).posts == {}


async def test_memory_has_an_end() -> None:
    """The posts seen last are kept; what was seen long ago goes first."""
    memory = Here()
    await memory.remember("a", Seen({str(number): Published("x", "t") for number in range(50_000)}))
    await memory.remember("a", Seen({"0": Published("x", "t"), "new": Published("x", "t")}))
    posts = (await memory.recall("a")).posts
    assert len(posts) == 50_000
    assert {"0", "new"} <= posts.keys()
    assert "1" not in posts
