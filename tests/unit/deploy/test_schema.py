"""The schemas that other programs are built from."""

import json
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import msgspec
import pytest

from agents import alert
from deploy.knowledge import inbox
from deploy.schema import NAMES, Alert, schema
from deploy.settings.deployment import Settings
from streams.matter import Deployment, Matter, Moment
from streams.records import Evidence, Incident, Position, Toll


@pytest.mark.parametrize("what", NAMES)
def test_each_has_a_schema(what: str) -> None:
    """`xiangyin schema` answers for each record and each file that people write."""
    found = schema(what)
    assert found["$schema"].endswith("2020-12/schema")
    assert "properties" in found or "$ref" in found or "anyOf" in found


def test_what_was_done_with_letters_has_a_schema() -> None:
    """Programs that read `.operations` find what claims and dealings say there beside the news of sources."""
    events = {each for kind in schema("operation")["$defs"].values() for each in _events(kind)}
    assert {"letter_claimed", "letter_retried", "letter_dropped", "source_silent", "source_recovered"} <= events


def _events(kind: dict[str, Any]) -> list[str]:
    return list(kind.get("properties", {}).get("event", {}).get("enum", ()))


def test_all_that_owners_are_told_has_a_schema() -> None:
    """`.actions` holds what officers decide, and which posts are to go."""
    assert schema("action")["$defs"].keys() >= {"Action", "Forget"}


def test_secrets_have_no_place_in_the_files_schema() -> None:
    """An editor does not offer to write a password into the file, and offers everything else."""
    assert set(Settings.model_fields) - set(schema("deployment")["properties"]) == {
        "kafka_password",
        "elasticsearch_password",
        "elasticsearch_api_key",
    }


def test_a_post_may_be_an_offices_answer() -> None:
    """Other programs may send offices' answers for what they are; the schema and the mapping take them."""
    kinds = schema("post")["$defs"]["Post"]["properties"]["kind"]["enum"]
    assert set(kinds) == {"thread", "reply", "message", "article", "answer"}
    template = json.loads(files("deploy").joinpath("elasticsearch", "posts-v1.json").read_text("utf-8"))
    assert template["template"]["mappings"]["properties"]["kind"] == {"type": "keyword"}


NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("status", ["open", "confirmed", "closed"])
def test_alerts_are_as_their_schema_says(status: str) -> None:
    """What the alerting step writes has the schema's fields, all of them and no other, of the schema's types."""
    incident = Incident(
        id="i1",
        township="330206104000",
        title="围墙倒塌",
        kind="生产安全事故",
        topic="城乡建设",
        grade="III",
        warning="orange",
        status=status,  # type: ignore[arg-type]
        founded=NOW,
        first_seen=NOW,
        last_seen=NOW,
        last_record=NOW,
        toll=Toll(deaths=3),
        evidence=(Evidence("三人死亡", 0, 4),),
        revision=1,
        alert_started=NOW if status == "closed" else None,
    )
    moment = Moment(Position("demo.posts", 0, 1), NOW, NOW, live=True, traceparent="")
    matter = alert.run(Matter(None, incident), moment, inbox("330206"), Deployment("demo"))
    (message,) = matter.now.pending_alerts
    written = msgspec.json.decode(message.value)
    assert set(written) == {field.name for field in msgspec.structs.fields(Alert)}
    assert set(written["cap"]) == set(schema("alert")["$defs"]["Cap"]["properties"])
    assert msgspec.json.decode(message.value, type=Alert).fingerprint == "i1"
