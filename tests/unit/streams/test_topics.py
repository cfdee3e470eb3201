"""Names, sizes and lifetimes of a deployment's topics."""

from datetime import timedelta

import pytest

from streams.errors import Misconfigured
from streams.topics import DEAD, LIVE, MEBIBYTE, PLANS, POSTS, READ, role, topic

BY_ROLE = {plan.role: plan for plan in PLANS}


def test_a_topic_is_named_after_its_deployment_and_role() -> None:
    """The name gives the role back, also where the deployment's name has a dash."""
    assert topic("north-county", "posts") == "north-county.posts"
    assert role("north-county.posts") == "posts"


@pytest.mark.parametrize("name", ["", "Town", "a.b", "a/b", "镇", "-a", "a" * 65])
def test_a_name_that_no_server_takes_is_refused(name: str) -> None:
    """A deployment's name must do for Kafka and for Elasticsearch; the message says how."""
    with pytest.raises(Misconfigured, match="a-z"):
        topic(name, "posts")


def test_records_live_as_long_as_the_design_says() -> None:
    """Posts a week, dead letters two, alerts ninety days."""
    assert BY_ROLE["posts"].retention == timedelta(days=7)
    assert BY_ROLE["dead"].retention == timedelta(days=14)
    assert BY_ROLE["alerts"].retention == timedelta(days=90)
    assert BY_ROLE["posts"].settings["retention.ms"] == "604800000"


def test_no_record_outlives_its_time_by_more_than_a_seventh() -> None:
    """Kafka deletes whole segments: of a post a copy may be there for eight days."""
    assert BY_ROLE["posts"].settings["segment.ms"] == "86400000"
    assert BY_ROLE["alerts"].settings["segment.ms"] == "604800000"
    for plan in PLANS:
        assert int(plan.settings["segment.ms"]) * 7 <= int(plan.settings["retention.ms"])


def test_a_dead_letter_holds_the_largest_post() -> None:
    """A post has a stated maximum size, and sealed in base64 it still fits into a dead letter."""
    assert BY_ROLE[POSTS].max_bytes == MEBIBYTE
    assert BY_ROLE[DEAD].max_bytes > MEBIBYTE * 4 / 3 + 64 * 1024


def test_record_time_is_the_brokers() -> None:
    """No producer decides when its record arrived."""
    assert {plan.settings["message.timestamp.type"] for plan in PLANS} == {"LogAppendTime"}


def test_what_is_read_is_planned() -> None:
    """The worker reads topics that are created, and what is live is among them."""
    assert set(LIVE) < set(READ) <= BY_ROLE.keys()
