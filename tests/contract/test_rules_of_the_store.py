"""Why the store is written to as it is: what the obvious way loses, beside ours on the same documents.

The rules are those of docs/protocol.md; that ours keeps them in general is asked in test_store.py.
"""

from typing import Any

import pytest
from elasticsearch.helpers import BulkIndexError, async_bulk

from streams.elasticsearch.store import ElasticsearchStore
from streams.protocols import Conflict, Done, IncidentWrite, Rejected
from tests.contract.stored import TOWN, incident, judged, put, written


async def test_an_external_version_fences_nobody(store: ElasticsearchStore) -> None:
    """Rule 7: a worker that slept writes a newer reading over its successor's decision; ours is refused."""
    naive: dict[str, Any] = {"index": store.names.posts(TOWN), "id": "naive", "version_type": "external"}
    await store.client.index(**naive, version=1000, document={"township": TOWN, "incident": "successor's"})
    await store.client.index(**naive, version=2000, document={"township": TOWN, "incident": "sleeper's"})
    lost = await store.client.get(index=naive["index"], id="naive")
    assert lost["_source"]["incident"] == "sleeper's"
    first, late = [
        (await put(store, {"ours": judged(version=version, incident=its)}))[0]
        for version, its in ((1000, "successor's"), (2000, "sleeper's"))
    ]
    assert [type(outcome) for outcome in (first, late)] == [Done, Conflict]
    assert (await store.recall({"ours": TOWN})).posts["ours"].earlier.incident == "successor's"


async def test_a_revision_as_version_fences_nobody(store: ElasticsearchStore) -> None:
    """Rule 7: the sleeper may be ahead in revisions, and its incident takes the place of the other; ours is refused."""
    naive: dict[str, Any] = {"index": store.names.incidents(TOWN), "id": "naive", "version_type": "external"}
    await store.client.index(**naive, version=3, document={"township": TOWN, "title": "successor's"})
    await store.client.index(**naive, version=5, document={"township": TOWN, "title": "sleeper's"})
    assert (await store.client.get(index=naive["index"], id="naive"))["_source"]["title"] == "sleeper's"
    (read,) = await written(store, incident())
    await store.write_incidents([IncidentWrite(incident(title="successor's", revision=3), read)])
    (late,) = await store.write_incidents([IncidentWrite(incident(title="sleeper's", revision=5), read)])
    assert isinstance(late, Conflict)
    held = await store.read_incident("i1", TOWN)
    assert held
    assert held.incident.title == "successor's"


async def test_a_bulk_that_raises_leaves_out_what_comes_after(store: ElasticsearchStore) -> None:
    """Rule 8: raised at the first refusal, a bulk never sends its later requests, however often; ours does."""
    index = store.names.posts(TOWN)
    actions = [
        {"_index": index, "_id": name, "township": TOWN, "generation": generation}
        for name, generation in (("a", 1), ("bad", "no number"), ("c", 1))
    ]
    for _ in range(2):
        with pytest.raises(BulkIndexError):
            await async_bulk(store.client, actions, chunk_size=2)
    assert not await store.client.exists(index=index, id="c")
    outcomes = await put(store, {"x": judged("1"), "bad": judged("2", generation="no number"), "c": judged("3")})
    assert [type(outcome) for outcome in outcomes] == [Done, Rejected, Done]
    assert await store.client.exists(index=index, id="c")
