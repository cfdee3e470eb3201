"""The template files agree with the records: found out here, not by a refused document."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from deploy.templates import indices, templates
from streams.crawl.day import Day
from streams.crawl.memory import Head, Noted
from streams.crawl.watch import Watch
from streams.elasticsearch.health import day_document
from streams.protocols import Attempts
from streams.records import Ambiguity, Change, Incident, JudgedPost, Post

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
NOT_SEARCHED = {"history", "pending_alerts", "applied"}
OF_LOAD = {"partition", "pending", "due"}


def properties(kind: str) -> Mapping[str, Any]:
    (body,) = [template.body for template in templates("demo") if template.kind == kind]
    found: Mapping[str, Any] = body["template"]["mappings"]["properties"]
    return found


def names(kind: type) -> set[str]:
    return {field.name for field in msgspec.structs.fields(kind)}


def differing(kind: type, mapped: Mapping[str, Any], path: str = "") -> list[str]:
    """Fields of a record that the mapping lacks, and the other way round, deep."""
    found = [path + name for name in names(kind) ^ set(mapped)]
    for field in msgspec.structs.fields(kind):
        inner = _struct(field.type)
        if inner and "properties" in mapped.get(field.name, {}):
            found += differing(inner, mapped[field.name]["properties"], f"{path}{field.name}.")
    return found


def _struct(hint: Any) -> type | None:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint
    found = [inner for inner in map(_struct, getattr(hint, "__args__", ())) if inner]
    return found[0] if found else None


def test_every_field_of_an_incident_has_a_place() -> None:
    """A field added to the incident without its mapping would make the store refuse every incident."""
    mapped = properties("incidents")
    assert set(differing(Incident, mapped)) == OF_LOAD
    assert {name for name, field in mapped.items() if field.get("enabled") is False} == NOT_SEARCHED


def test_every_field_of_a_post_has_a_place() -> None:
    """The same for posts: all that a post and its judgement say is in the document."""
    flat = (names(Post) | names(JudgedPost)) - {"post"}
    assert set(properties("posts")) == flat | {"forgotten"}
    hints = {field.name: field.type for kind in (Post, JudgedPost) for field in msgspec.structs.fields(kind)}
    for name in ("facts", "severity", "topic", "sentiment", "emotion", "first", "position", "reach"):
        assert differing(hints[name], properties("posts")[name]["properties"]) == []
    assert differing(Ambiguity, properties("posts")["ambiguous"]["properties"]) == []


def test_history_and_notes_have_a_place() -> None:
    """The same for what is written beside them."""
    assert set(properties("history")) == names(Change) | {"incident", "township"}
    assert set(properties("marks")) == names(Attempts)


def test_what_crawlers_remember_has_a_place() -> None:
    """Of a source and its posts, and of its pages what is sealed; a note that is refused would end every visit."""
    flat = (names(Head) | names(Noted) | {"kind", "sealed"}) - {"fence"}
    assert set(properties("sources")) == flat
    assert differing(Watch, properties("sources")["watch"]["properties"]) == []


def test_every_field_of_a_day_has_a_place() -> None:
    """A day that is refused would end the crawler."""
    assert set(properties("health")) == set(day_document(Day(source="a", day=NOW.date(), begins=NOW)))


@pytest.mark.parametrize("kind", ["posts", "incidents", "history", "forgotten", "marks", "sources", "health"])
def test_mappings_are_strict(kind: str) -> None:
    """An unknown field is an error, never guessed at."""
    (body,) = [template.body for template in templates("demo") if template.kind == kind]
    assert body["template"]["mappings"]["dynamic"] == "strict"
    assert body["template"]["settings"]["number_of_shards"] == 1


@pytest.mark.parametrize(("kind", "field"), [("posts", "author"), ("incidents", "voice_marks")])
def test_persons_cannot_be_searched(kind: str, field: str) -> None:
    """Authors and voices are stored, and can be neither searched, filtered, sorted nor counted."""
    assert properties(kind)[field] == {"type": "keyword", "index": False, "doc_values": False}


def test_no_other_field_copies_the_author() -> None:
    """No `copy_to`, alias or sub-field opens a side door to the author."""
    for kind in ("posts", "incidents"):
        assert "copy_to" not in str(properties(kind))
        assert "'alias'" not in str(properties(kind))


def test_each_county_has_an_inbox() -> None:
    """Two townships of a county: their own indices, and one more for posts that name neither."""
    found = [index.name for index in indices("demo", ["330206104", "330206105000"]) if "-posts-" in index.name]
    assert found == ["demo-posts-330206000000-v1", "demo-posts-330206104000-v1", "demo-posts-330206105000-v1"]
