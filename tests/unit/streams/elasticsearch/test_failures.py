"""What the server's answers mean for what was asked."""

from typing import Any

import pytest
from elastic_transport import ConnectionError, TlsError  # noqa: A004 - their name

from streams.elasticsearch.failures import Unprepared, busy_when_away, outcome
from streams.errors import Busy, Misconfigured
from streams.protocols import Conflict, Done, Overloaded, Rejected

FLOOD = "index [t-posts-1-v1] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, ...];"


def failed(status: int, kind: str, reason: str = "") -> dict[str, Any]:
    return {"_index": "t-posts-1-v1", "status": status, "error": {"type": kind, "reason": reason}}


@pytest.mark.parametrize(
    ("item", "why", "remedy"),
    [
        (failed(429, "cluster_block_exception", FLOOD), "disk_full", "make room"),
        (
            failed(403, "cluster_block_exception", "blocked by: [FORBIDDEN/8/index write (api)];"),
            "read_only",
            "rebuild",
        ),
        (failed(403, "cluster_block_exception", "blocked by: [FORBIDDEN/5/index read-only (api)];"), "read_only", ""),
        (failed(429, "es_rejected_execution_exception"), "overloaded", ""),
        (failed(503, "unavailable_shards_exception"), "away", ""),
    ],
)
def test_a_refusal_that_passes_says_why(item: dict[str, Any], why: str, remedy: str) -> None:
    """A full disk and a locked index are told from a server that has too much to do; what a person can do is said."""
    found = outcome(item)
    assert isinstance(found, Overloaded)
    assert found.why == why
    assert remedy in found.reason


def test_an_index_that_was_replaced_is_a_conflict_to_whoever_read_from_it() -> None:
    """Its live alias is gone; whoever writes without having read is told to create the index."""
    gone = failed(404, "index_not_found_exception", "no such index [t-posts-1-v1-live]")
    assert isinstance(outcome(gone, fenced=True), Conflict)
    refused = outcome(gone)
    assert isinstance(refused, Unprepared)
    assert "indices create" in refused.reason


def test_a_field_that_the_index_lacks_is_no_documents_fault() -> None:
    """Fields are the program's, so the index is older; a value that a field does not take is the document's."""
    lacks = "[1:38] mapping set to strict, dynamic introduction of [digest] within [_doc] is not allowed"
    older = outcome(failed(400, "strict_dynamic_mapping_exception", lacks))
    assert isinstance(older, Unprepared)
    assert "[digest]" in older.reason
    assert "indices create" in older.reason
    value = outcome(failed(400, "document_parsing_exception", "failed to parse field [reach.views]"))
    assert type(value) is Rejected


def test_what_is_deleted_already_is_deleted() -> None:
    """The first answer may be lost: a rebuild that deletes a document again is not refused."""
    gone = {"_index": "t-posts-1-v2", "_id": "x", "_version": 1, "result": "not_found", "status": 404}
    assert isinstance(outcome(gone), Done)


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1000)", "write http://"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate", "elasticsearch_certificate"),
    ],
)
def test_a_plain_server_is_not_a_wrong_certificate(said: str, remedy: str) -> None:
    """Who writes https:// for a server without TLS needs no certificate."""
    with pytest.raises(Misconfigured, match=remedy) as raised, busy_when_away("https://s:9200"):
        raise TlsError(said)
    assert ("certificate`" in str(raised.value)) == (remedy == "elasticsearch_certificate")


def test_who_is_away_without_tls_is_not_said_to_speak_it() -> None:
    """The client's library names its default for TLS in each address."""
    said = r"^http://s:9200 is away: Cannot connect to host s:9200 \[refused\]$"
    with pytest.raises(Busy, match=said), busy_when_away("http://s:9200"):
        raise ConnectionError("Cannot connect to host s:9200 ssl:default [refused]")
