"""What crawlers rely on, asked of the memory in this process and of the one that lasts."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from streams.crawl.day import Day
from streams.crawl.memory import Head, Held, Memory, Noted
from streams.crawl.watch import Past, Watch
from streams.pages.page import Link
from streams.records import Reach

NOW = datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)
HERE, THERE = "330206104000", "330206105000"


class MemoryContract:
    """Promises of `streams.crawl.memory.Memory`; the fixture `memory` gives an empty one."""

    async def test_nothing_is_known_of_a_new_source(self, memory: Memory) -> None:
        """Its head is empty, and so is every look-up, of nothing too."""
        assert await memory.head("a") == Head(source="a")
        assert await memory.posts("a", ["1"]) == {} == await memory.posts("a", [])
        assert await memory.pages("a", ["u"]) == {} == await memory.pages("a", [])

    async def test_what_was_remembered_is_there_at_once(self, memory: Memory) -> None:
        """Equal to what was written, down to the microsecond; another source's is apart."""
        post = Noted(township=HERE, digest="d", reach=Reach(views=5), sent=NOW, listed=NOW)
        post = replace(post, document="0" * 32, written=NOW, missed=NOW, gone=NOW)
        page = Held('"1"', "Sun, 01 Mar 2026 08:00:00 GMT", (Link("https://a.example/1", "thread", "s"),), "t", "r")
        page = replace(page, keys=("1", "2"), missing=("3",), again=NOW)
        await memory.remember("a", {"1": post}, {"u": page, "v": Held(stamp="t")})
        assert await memory.posts("a", ["1", "2"]) == {"1": post}
        assert await memory.pages("a", ["u", "v", "w"]) == {"u": page, "v": Held(stamp="t")}
        assert await memory.posts("b", ["1"]) == {} == await memory.pages("b", ["u"])

    async def test_the_later_note_stands(self, memory: Memory) -> None:
        """What is remembered again replaces what was there; a post and a page of one name are two things."""
        old = Noted(township=HERE, digest="d")
        await memory.remember("a", {"1": old}, {"1": Held("x")})
        await memory.remember("a", {"1": replace(old, digest="e", sent=NOW)}, {"1": Held("y")})
        assert await memory.posts("a", ["1"]) == {"1": replace(old, digest="e", sent=NOW)}
        assert await memory.pages("a", ["1"]) == {"1": Held("y")}

    async def test_the_first_decision_stands(self, memory: Memory) -> None:
        """Of two crawlers that decide about a post's township, the second is told what the first one decided."""
        first, second = Noted(township=HERE), Noted(township=THERE)
        assert await memory.decide("a", {"1": first}) == {"1": first}
        assert await memory.decide("a", {"1": second, "2": second}) == {"1": first, "2": second}
        assert await memory.posts("a", ["1", "2"]) == {"1": first, "2": second}

    async def test_a_head_is_written_by_compare_and_set(self, memory: Memory) -> None:
        """Of two crawlers that read the same head one writes it, and the other is told; so with a new source."""
        empty = await memory.head("a")
        assert await memory.put_head(replace(empty, crawler="1")) is not None
        assert await memory.put_head(replace(empty, crawler="2")) is None
        ours = theirs = await memory.head("a")
        assert ours.crawler == "1"
        after = await memory.put_head(replace(ours, crawler="2"))
        assert await memory.put_head(replace(theirs, crawler="3")) is None
        assert after is not None
        assert await memory.put_head(replace(after, failures=3)) is not None
        assert (await memory.head("a")).failures == 3

    async def test_a_head_keeps_all_that_it_says(self, memory: Memory) -> None:
        """Health, too: a trouble that was reported is not reported again after a restart."""
        watch = Watch(
            trouble="few",
            since=NOW,
            began=NOW,
            last=NOW,
            failing=NOW,
            good=NOW,
            barren=2,
            barren_since=NOW,
            errors=("server (500)",),
            lacks=("body:missing", "id:missing"),
            bare={"body": 7},
            hours={"492000": 3},
            asked={"492000": 9},
            amiss={"492000": 1},
            past=Past(7, 14, 20),
        )
        head = Head(source="a", crawler="1", visited=NOW, walked=True, reading="r", failures=2, closed=NOW, watch=watch)
        head = replace(head, reread=NOW, looked=NOW, reached=41)
        written = await memory.put_head(head)
        assert written is not None
        assert await memory.head("a") == written == replace(head, fence=written.fence)

    async def test_a_day_keeps_all_that_it_says(self, memory: Memory) -> None:
        """Another day of the source is apart, and so is another source's."""
        assert await memory.days({"a": NOW.date(), "b": NOW.date()}) == {}
        day = Day(
            source="a",
            day=NOW.date(),
            begins=NOW,
            townships=(HERE, THERE),
            time=NOW,
            good=NOW,
            trouble="bare",
            since=NOW,
            missing=("author",),
            shares={"1": {"visits": 2, "listed": 4, "published": 1, "unchanged": 2, "error:timeout": 3}},
        )
        assert await memory.put_days([day]) == []
        found = (await memory.days({"a": NOW.date(), "b": NOW.date()}))["a"]
        assert replace(found, fence=None) == day
        assert await memory.days({"a": NOW.date() + timedelta(days=1)}) == {}

    async def test_a_day_is_written_by_compare_and_set(self, memory: Memory) -> None:
        """Of two crawlers that read the same day one writes it, and the other is told which it was."""
        day, other = (Day(source=name, day=NOW.date(), begins=NOW) for name in "ab")
        assert await memory.put_days([day]) == []
        assert await memory.put_days([replace(day, trouble="few"), other]) == [replace(day, trouble="few")]
        read = (await memory.days({"a": NOW.date()}))["a"]
        assert await memory.put_days([replace(read, trouble="few")]) == []
        assert await memory.put_days([replace(read, trouble="many")]) == [replace(read, trouble="many")]
        assert (await memory.days({"a": NOW.date()}))["a"].trouble == "few"

    async def test_nothing_is_forgotten_that_nobody_listed(self, memory: Memory) -> None:
        """A look-up in the list of what was forgotten, of many keys or none."""
        assert await memory.forgotten([]) == set() == await memory.forgotten(["a", "b"])
