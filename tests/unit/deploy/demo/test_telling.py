"""What the alerts topic says becomes what the view shows."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from msgspec import json
from msgspec.structs import replace

from deploy.demo.telling import alert_of, identity, whole
from streams.records import Post

TEXT = "水塔歪了\n北坡村水塔的铁架倾斜，底下就是小学的操场。"


def record(**given: Any) -> Any:
    """A record of the alerts topic, as the step `alert` writes it."""
    value: dict[str, Any] = {
        "labels": {"township": "990101101000", "grade": "none", "warning": "yellow"},
        "annotations": {"summary": "水塔歪了", "offices": "应急办、水利站"},
        "fingerprint": "abc",
        "revision": 2,
        "evidence": [{"text": "铁架倾斜", "start": 11, "end": 15}],
        "unverified": [],
        "posts": 3,
        "voices": 2,
    }
    return SimpleNamespace(value=json.encode(value | given), headers=[("ce_id", b"abc:2"), ("ce_type", b"x")])


def test_the_quote_is_found_in_its_post() -> None:
    """Evidence is shown in the post that holds it at the very place that the alert names."""
    shown = alert_of(record(), ["别的帖子", "铁架倾斜" + TEXT, TEXT], {"水塔歪了": "A tower leans."}, 12.0)
    assert shown.text == TEXT
    assert [TEXT[start:end] for start, end in shown.spans] == ["铁架倾斜"]
    assert shown.gloss == "A tower leans."
    assert shown.offices == ("应急办", "水利站")


def test_a_quote_whose_post_is_unknown_is_shown_alone() -> None:
    """When no post is at hand the quotations stand for themselves, each highlighted whole."""
    two = [{"text": "铁架倾斜", "start": 11, "end": 15}, {"text": "操场", "start": 21, "end": 23}]
    shown = alert_of(record(evidence=two), [], {}, 1.0)
    assert [shown.text[start:end] for start, end in shown.spans] == ["铁架倾斜", "操场"]
    assert shown.text == "铁架倾斜 … 操场"


def test_a_claim_to_be_verified_is_told_in_its_own_words() -> None:
    """What was not believed is quoted, the shortest claim of several."""
    claims = [{"text": "听说倒了三座水塔", "start": 0, "end": 8}, {"text": "倒了三座", "start": 2, "end": 6}]
    assert alert_of(record(unverified=claims), [], {}, 1.0).verify == "倒了三座"


def test_a_repeat_is_known_by_its_id() -> None:
    """Incident and revision identify an alert, so that a second delivery is dropped."""
    assert identity(record()) == "abc:2"


def test_the_whole_text_is_what_evidence_counts() -> None:
    """Title, newline, body; the body alone where there is no title."""
    post = Post(id="1", township="990101101000", source="s", fetched=datetime(2026, 6, 1, tzinfo=UTC), body="乙")
    assert whole(post) == "乙"
    assert whole(replace(post, title="甲")) == "甲\n乙"
