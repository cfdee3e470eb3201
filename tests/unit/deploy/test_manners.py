"""Operators are told how sites are treated."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from deploy.manners import assert_awake, host_teller, show_permissions
from deploy.schema import schema
from streams.crawl.counts import Counts
from streams.errors import Busy, Misconfigured
from streams.protocols import Message
from streams.source import Feed, Permission
from streams.web.address import Addresses
from streams.web.host import HostEvent

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
LETTER = Permission(by="某某论坛站务组", date=date(2026, 2, 14), covers=("/forum.php",), note="registry 2026-31")
NEWS = Feed(name="news", url="https://a.example.cn/rss", township="330206104", permission=LETTER)
MORE = Feed(name="more", url="http://a.example.cn:8080/rss", township="330206105")
ELSEWHERE = Feed(name="elsewhere", url="https://b.example.cn/rss", township="330206104")
RESTS = HostEvent(event="host_rests", host="a.example.cn", time=NOW, reason="server", failures=5, until=NOW)


class Clock:
    def now(self) -> datetime:
        return NOW

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError


async def test_a_host_is_told_of_with_its_sources() -> None:
    """Whichever port they stand on; under their one township or their county; counted for each."""
    sent: list[Message] = []
    counts = Counts()

    async def send(messages: Sequence[Message]) -> None:
        sent.extend(messages)

    await host_teller([NEWS, MORE, ELSEWHERE], Addresses(), counts, send)(RESTS)
    await host_teller([NEWS, ELSEWHERE], Addresses(), counts, send)(RESTS)
    assert [(message.role, message.key) for message in sent] == [
        ("operations", b"330206000000"),
        ("operations", b"330206104000"),
    ]
    assert json.loads(sent[0].value) == {
        "event": "host_rests", "host": "a.example.cn", "time": "2026-03-01T08:00:00Z", "sources": ["more", "news"],
        "township": "330206000000", "reason": "server", "failures": 5, "until": "2026-03-01T08:00:00Z",
    }  # fmt: skip
    assert (counts.of("news")["host_rests"], counts.of("more")["host_rests"]) == (2, 1)
    assert counts.of("elsewhere") == {}


async def test_fetching_does_not_wait_for_the_log() -> None:
    """A broker that is away keeps nobody from being polite."""
    counts = Counts()

    async def away(_: Sequence[Message]) -> None:
        raise Busy("the log is away")

    await host_teller([NEWS], Addresses(), counts, away)(RESTS)
    assert counts.of("news")["host_rests"] == 1


async def test_a_permission_is_told_at_each_start() -> None:
    """Whole, as it stands in the source's file; sources without one are not named."""
    sent: list[Message] = []

    async def send(messages: Sequence[Message]) -> None:
        sent.extend(messages)

    await show_permissions({"news": NEWS, "more": MORE}, Clock(), send)
    assert [(message.role, message.key) for message in sent] == [("operations", b"330206104000")]
    assert json.loads(sent[0].value) == {
        "event": "permission_shown", "source": "news", "township": "330206104000", "by": "某某论坛站务组",
        "date": "2026-02-14", "covers": ["/forum.php"], "note": "registry 2026-31", "time": "2026-03-01T08:00:00Z",
    }  # fmt: skip


def test_the_schema_knows_what_operators_are_told() -> None:
    """`xiangyin schema operation` names the events."""
    text = json.dumps(schema("operation"))
    assert all(event in text for event in ("host_rests", "host_recovered", "host_spent", "permission_shown"))


def test_hours_that_never_meet_are_refused() -> None:
    """The source would sleep for ever, and nobody would miss what it never had."""
    night = replace(NEWS, hours="23:00-05:00")
    assert_awake([night, MORE], "")
    assert_awake([night, MORE], "04:00-23:00")
    with pytest.raises(Misconfigured, match=r"06:00-23:00 in deployment.yaml and those of news \(23:00-05:00\)"):
        assert_awake([night, MORE], "06:00-23:00")
