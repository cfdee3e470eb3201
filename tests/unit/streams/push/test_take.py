"""What is brought goes the way of a page: through the door, into its township, published once."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from streams.crawl.memory import Head, Here
from streams.errors import Busy, Misconfigured
from streams.push.take import Taken, take
from streams.source import AnySource
from tests.unit.streams.crawl.test_visit import Strict, World, source

WEBHOOK = """
kind: webhook
secret_file: secret
townships: ["330206104", "330206105"]
"""
MANUAL = """
kind: manual
township: "330206104"
expects: {posts_a_day: [5, 10]}
"""
MAPPED = """
kind: webhook
secret_file: secret
township: "330206104"
items: data.tickets
message: {id: number, body: words, time: created, answer: reply.text}
link: https://12345.example.cn/ticket/{id}
"""


async def brought(world: World, to: AnySource, said: object, time: datetime | None = None) -> Taken:
    return await take(to, world.way, json.dumps(said).encode(), time)


async def test_a_message_is_published_once_through_the_door() -> None:
    """A list or one object, by the names of a post; its author a pseudonym, its number masked, its township found."""
    world, webhook = World(), source(WEBHOOK)
    said = {
        "id": "1",
        "title": "水",
        "body": "青溪没水，电话13812345678",
        "author": "老周",
        "published": "2026-01-01T08:00:00+08:00",
    }
    assert (await brought(world, webhook, said)).counts["published"] == 1
    (post,) = world.published
    assert (post.township, post.source, post.body) == ("330206104000", "s", "青溪没水，电话***********")
    assert post.author is not None
    assert post.author.startswith("p1-")
    again = await brought(world, webhook, [said, {**said, "id": "2", "body": "白石也没水"}])
    assert (again.counts["unchanged"], again.counts["published"], again.unreadable) == (1, 1, "")
    assert world.ids() == ["1", "2"]


async def test_a_webhook_may_speak_its_own_words() -> None:
    """Where its source says where what stands: items within, an answer beside the question, links for readers."""
    world = World()
    ticket = {"number": 7, "words": "路灯坏了", "created": "2026-01-01 08:00", "reply": {"text": "已修"}, "priority": 1}
    taken = await brought(world, source(MAPPED), {"data": {"tickets": [ticket]}})
    assert [(post.id, post.kind, post.url) for post in world.published] == [
        ("7", "message", "https://12345.example.cn/ticket/7"),
        ("7#answer", "answer", "https://12345.example.cn/ticket/7"),
    ]
    assert taken.counts["signal:unused:priority"] == 1


async def test_a_time_that_is_yet_to_come_is_taken_and_named() -> None:
    """No report is lost for a sender's clock; the answer says what to mend. Ten minutes are granted to any clock."""
    world, webhook = World(), source(WEBHOOK)
    time = world.clock.time + timedelta(minutes=11)
    soon = {"id": "1", "body": "青溪没水", "published": (time - timedelta(minutes=2)).isoformat()}
    taken = await brought(world, webhook, soon)
    assert (taken.counts["published"], taken.counts.get("signal:time:ahead")) == (1, None)
    said = time.isoformat()
    late = {"id": "2", "body": "白石没水", "published": said, "answer": "已修", "answered": said}
    taken = await brought(world, webhook, [late, {**late, "id": "3"}])
    assert (taken.counts["published"], taken.unreadable) == (4, "")
    assert (taken.counts["signal:time:ahead"], taken.counts["signal:answer_time:ahead"]) == (1, 1)
    assert {post.published for post in world.published[1:]} == {time}


@pytest.mark.parametrize("said", [b"\xff", b"", b'{"data": []}', b"[" * 10_000, b'{"data": {"tickets": 1}}'])
async def test_what_is_no_message_is_named(said: bytes) -> None:
    """Nothing is published, and the sender is told what could not be read."""
    world = World()
    assert (await take(source(MAPPED), world.way, said)).unreadable
    assert world.published == []


async def test_an_older_message_takes_no_newer_words_back() -> None:
    """Whoever sends it again, or late, and though nobody remembers its id; what else is in it is taken."""
    world, webhook, first = World(), source(WEBHOOK), datetime(2026, 1, 1, tzinfo=UTC)
    said, edit = {"id": "1", "body": "青溪没水"}, {"id": "1", "body": "青溪没水，三人受伤"}
    minute = timedelta(minutes=1)
    await brought(world, webhook, said, first)
    await brought(world, webhook, edit, first + minute)
    late = await brought(world, webhook, [said, {"id": "2", "body": "白石没电"}], first)
    assert (late.counts["outdated"], late.counts["published"], late.unreadable) == (1, 1, "")
    await brought(world, webhook, edit, first + 3 * minute)
    assert (await brought(world, webhook, said, first + 2 * minute)).counts["outdated"] == 1
    assert [post.body for post in world.published] == ["青溪没水", "青溪没水，三人受伤", "白石没电"]
    assert (await brought(world, webhook, said, first + 4 * minute)).counts["edited"] == 1


@pytest.mark.parametrize("said", [[{"nummer": 7, "words": "x"}], [7], [{"number": 7, "text": "x"}]])
async def test_a_message_whose_names_nobody_knows_is_refused(said: list[object]) -> None:
    """An id or words stand elsewhere in all of it than its source says: the sender hears of it, and keeps it."""
    world = World()
    assert (await brought(world, source(MAPPED), {"data": {"tickets": said}})).unreadable
    whole = {"data": {"tickets": [*said, {"number": 8, "words": "路灯坏了"}]}}
    assert not (await brought(world, source(MAPPED), whole)).unreadable
    assert world.ids() == ["8"]


async def test_messages_that_fail_at_once_are_no_silence() -> None:
    """They are one mistake of the sender; that nothing better comes for as long as two visits are apart is reported."""
    world, webhook = World(), source(MAPPED)
    good = {"data": {"tickets": [{"number": 8, "words": "路灯坏了"}]}}
    await brought(world, webhook, good)
    for _ in range(5):
        await brought(world, webhook, [])
    await brought(world, webhook, good)
    assert world.reported == []
    for _ in range(3):
        await brought(world, webhook, [])
    await world.clock.sleep(webhook.schedule)
    await world.visit(webhook)
    await brought(world, webhook, good)
    assert [(each.event, each.reason) for each in world.reported] == [
        ("source_silent", "barren"),
        ("source_recovered", "barren"),
    ]


async def test_what_could_not_be_published_comes_again() -> None:
    """A log that is away is an error for who brings it; the second time it is as new as the first."""
    world = World()
    world.log_is_away = True
    with pytest.raises(Busy):
        await brought(world, source(WEBHOOK), {"id": "1", "body": "青溪没水"})
    world.log_is_away = False
    assert (await brought(world, source(WEBHOOK), {"id": "1", "body": "青溪没水"})).counts["published"] == 1


async def test_a_message_with_a_post_that_the_log_refuses_is_refused() -> None:
    """The others are published; who sent it keeps it, because nobody else has what it said."""
    world = Strict()
    taken = await brought(world, source(WEBHOOK), [{"id": "1", "body": "没水"}, {"id": "2", "body": "太长的话"}])
    assert (taken.unreadable, world.ids()) == ("refused:log", ["1"])


async def test_who_is_expected_to_bring_and_does_not_is_reported() -> None:
    """A visit fetches nothing of what is brought; it looks whether enough of it came."""
    world, manual = World(), replace(source(MANUAL), schedule=36_000.0)
    for day in range(3):
        for number in range(5):
            await brought(world, manual, {"id": f"{day}-{number}", "body": "有人说路不平"})
        await world.visit(manual)
        await world.clock.sleep(86_400)
    assert world.reported == []
    for _ in range(3):
        await world.visit(manual)
        await world.clock.sleep(36_000)
    assert [(event.event, event.reason) for event in world.reported] == [("source_silent", "few")]
    assert world.web.asked == []


def test_only_sites_need_an_address() -> None:
    """A feed without `url` is refused by name; what is brought has none."""
    with pytest.raises(Misconfigured, match="field `url`"):
        source('kind: feed\ntownship: "330206104"')
    assert source(WEBHOOK).url == source(MANUAL).url == ""


async def test_what_a_later_message_does_not_repeat_is_not_gone() -> None:
    """A message is no list of all that there is: days of messages take nothing back."""
    world, webhook = World(), source(WEBHOOK)
    for day in range(4):
        await brought(
            world, webhook, {"id": str(day), "body": "青溪没水", "published": f"2026-01-0{day + 1}T08:00:00Z"}
        )
        await world.visit(webhook)
        await world.clock.sleep(86_400)
    assert world.ids() == ["0", "1", "2", "3"]
    assert "gone" not in world.counts.of("s")


class Contested(Here):
    """A store at which a message comes just before a visit writes that it has begun, and that it is done."""

    def __init__(self, world: World, to: AnySource) -> None:
        super().__init__()
        self._world, self._to, self.messages = world, to, 0

    async def put_head(self, head: Head) -> Head | None:
        self.messages += 1
        if self.messages in (1, 4):
            await brought(self._world, self._to, {"id": str(self.messages), "body": "水管爆了"})
        return await super().put_head(head)


async def test_a_message_during_a_visit_takes_no_source_away() -> None:
    """It was no other crawler: the visit ends well, and both are in how the source stands."""
    world, webhook = World(), source(WEBHOOK)
    world.memory = store = Contested(world, webhook)
    visited = await world.visit(webhook)
    assert (visited.failures, store.messages) == (0, 6)
    head = await world.memory.head("s")
    assert (head.crawler, head.walked, sum(head.watch.hours.values())) == ("1", True, 2)
    assert "error:taken" not in world.counts.of("s")


class Beaten(Here):
    """A store in which somebody else writes a head just before each second one."""

    late = False

    async def put_head(self, head: Head) -> Head | None:
        self.late = not self.late
        if self.late:
            await super().put_head(await self.head(head.source))
        return await super().put_head(head)


async def test_what_changed_is_told_once_whoever_writes_first() -> None:
    """A visit and a message look again at how their source stands then, and report no second time what they did."""
    world, manual = World(), replace(source(MANUAL), schedule=36_000.0)
    world.memory = Beaten()
    for day in range(3):
        for number in range(5):
            await brought(world, manual, {"id": f"{day}-{number}", "body": "有人说路不平"})
        await world.visit(manual)
        await world.clock.sleep(86_400)
    for _ in range(3):
        await world.visit(manual)
        await world.clock.sleep(36_000)
    for number in range(5):
        await brought(world, manual, {"id": f"3-{number}", "body": "有人说路不平"})
    told = [(event.event, event.reason) for event in world.reported]
    assert told == [("source_silent", "few"), ("source_recovered", "few")]
    assert world.counts.total("source_silent") == world.counts.total("source_recovered") == 1
