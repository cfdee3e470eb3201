"""The store on a search server: what the batch relies on, asked of the server itself."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from elasticsearch import AsyncElasticsearch, BadRequestError
from msgspec.structs import replace

from deploy.templates import indices
from streams.elasticsearch import documents
from streams.elasticsearch.access import Access
from streams.elasticsearch.bulk import Write
from streams.elasticsearch.client import connect
from streams.elasticsearch.indices import Wanted, create, differences
from streams.elasticsearch.store import ElasticsearchStore
from streams.elasticsearch.stored import Span, StoredPosts
from streams.errors import Busy, Misconfigured, NewerState
from streams.identity import forgotten_author, forgotten_post
from streams.protocols import (
    Attempts,
    Conflict,
    Done,
    Erasure,
    IncidentWrite,
    Outcome,
    Rejected,
    Told,
)
from streams.records import (
    AlertMessage,
    Deadline,
    Evidence,
    Position,
    Toll,
)
from tests.contract.stored import NOW, OTHER, TOWN, FixedClock, incident, judged, put, written
from tests.servers import Servers


async def test_what_was_written_is_recalled_at_once(store: ElasticsearchStore) -> None:
    """A stored post keeps its decision: recall sees it before any refresh, and knows nothing of others."""
    assert isinstance((await put(store, {"p": judged(version=7)}))[0], Done)
    recalled = await store.recall({"p": TOWN, "q": TOWN, "r": OTHER})
    assert set(recalled.posts) == {"p"}
    earlier = recalled.posts["p"].earlier
    assert (earlier.version, earlier.incident, earlier.digest) == (7, "i1", "d" * 32)
    assert earlier.first == Position("demo.posts", 3, 17, "abc")


async def test_a_forgotten_post_is_named_by_its_hash_only(store: ElasticsearchStore) -> None:
    """Posts and authors are listed by hashes, and recalled as forgotten at once, whichever key is listed."""
    keys = {"p": [forgotten_post("forum", "1")], "q": ["another", forgotten_author("p1-" + "0" * 32)], "r": ["third"]}
    for key in (keys["p"][0], keys["q"][1]):
        await store.client.index(index=store.names.forgotten, id=key, document={"time": NOW})
    assert set((await store.recall(dict.fromkeys(keys, TOWN), keys)).forgotten) == {"p", "q"}


async def test_of_a_forgotten_post_a_mark_is_left_which_nobody_writes_over(store: ElasticsearchStore) -> None:
    """It says nothing; who slept neither creates the post nor replaces it, and to an older worker it is newer."""
    await put(store, {"p": judged("1"), "q": judged("2")})
    before = (await store.recall({"p": TOWN})).posts["p"]
    erasures = {"p": Erasure(TOWN, NOW, before), "new": Erasure(TOWN, NOW, None)}
    assert [type(outcome) for outcome in await store.erase(erasures)] == [Done, Done]
    assert [type(outcome) for outcome in await store.erase(erasures)] == [Conflict, Conflict]
    late = [await put(store, {"p": judged("1")}, after=after) for after in (before, None)]
    late.append(await put(store, {"new": judged("3")}))
    assert [type(outcome) for (outcome,) in late] == [Conflict] * 3
    recalled = await store.recall({"p": TOWN, "q": TOWN, "new": TOWN})
    assert set(recalled.forgotten) == {"p", "new"}
    assert recalled.posts["p"].earlier.version > judged(version=4_000_000_000_000_000).version
    left = (await store.client.get(index=store.names.posts(TOWN), id="p"))["_source"]
    assert left.keys() == {"township", "forgotten", "version", "first", "digest"}
    assert [told.id for told in await store.told("i1", TOWN)] == ["2"]


async def test_the_list_knows_what_came_again_before_its_mark_stands(store: ElasticsearchStore) -> None:
    """By its own key and its answer's; what whoever forgot it noted under a key stays as it is."""
    keys = forgotten_post("forum", "1"), forgotten_post("forum", "1#answer")
    await store.client.index(index=store.names.forgotten, id=keys[0], document={"time": NOW, "found": True})
    for _ in range(2):
        await store.erase({"p": Erasure(TOWN, NOW, None, keys)})
    found = [(await store.client.get(index=store.names.forgotten, id=key))["_source"]["found"] for key in keys]
    assert found == [True, False]


async def test_an_incident_goes_if_it_is_as_it_was_read(store: ElasticsearchStore) -> None:
    """One that another has changed stays; of one that is gone the history goes, and nobody else's."""
    one, other = await written(store, incident("a" * 32), incident("b" * 32))
    await store.write_history([one.incident, other.incident])
    assert isinstance(await store.drop_incident(one), Done)
    assert await store.read_incident(one.incident.id, TOWN) is None
    await store.write_incidents([IncidentWrite(other.incident, other)])
    assert isinstance(await store.drop_incident(other), Conflict)
    assert await store.read_incident(other.incident.id, TOWN)
    for _ in range(2):
        await store.drop_history({one.incident.id: TOWN, other.incident.id: TOWN})
    await store.client.indices.refresh(index=store.names.history)
    hits = (await store.client.search(index=store.names.history))["hits"]["hits"]
    assert {hit["_source"]["incident"] for hit in hits} == {other.incident.id}


async def test_a_history_that_is_dropped_late_is_that_of_the_incident_that_went(
    store: ElasticsearchStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An incident of the same name that comes anew meanwhile keeps its own, whenever the deletion lands."""
    (gone,) = await written(store, incident("a" * 32))
    await store.write_history([gone.incident])
    await store.drop_incident(gone)
    lands = store._send

    async def late(writes: Sequence[Write]) -> list[Outcome]:
        monkeypatch.undo()
        await written(store, gone.incident)
        await store.write_history([gone.incident])
        return await lands(writes)

    monkeypatch.setattr(store, "_send", late)
    with pytest.raises(Busy):
        await store.drop_history({gone.incident.id: TOWN})
    await store.drop_history({gone.incident.id: TOWN})
    await store.client.indices.refresh(index=store.names.history)
    assert (await store.client.count(index=store.names.history))["count"] == len(gone.incident.history)


async def test_what_posts_tell_of_their_incident_is_found_as_soon_as_it_is_written(store: ElasticsearchStore) -> None:
    """All of an incident's posts, with what the incident may hold of them, and no others."""
    posts = {f"d{number}": judged(str(number), incident="i1" if number < 3 else "i2") for number in range(5)}
    await put(store, posts)
    told = {each.document: each for each in await store.told("i1", TOWN)}
    assert told.keys() == {"d0", "d1", "d2"}
    one = posts["d1"]
    assert told["d1"] == Told(
        document="d1", source="forum", id="1", headline="求助", author=one.post.author, first=one.first,
        recorded=NOW.replace(microsecond=123456), evidence=one.severity.evidence, places=one.places, words=one.keywords,
    )  # fmt: skip


async def test_only_the_post_that_was_recalled_is_replaced(store: ElasticsearchStore) -> None:
    """Whoever looked before another wrote is refused, be its version ever so new; whoever looked after is not."""
    first, again = [(await put(store, {"p": judged(version=version)}))[0] for version in (7, 9)]
    recalled = (await store.recall({"p": TOWN})).posts["p"]
    edit, late = [(await put(store, {"p": judged(version=version)}, after=recalled))[0] for version in (8, 9)]
    assert [type(outcome) for outcome in (first, again, edit, late)] == [Done, Conflict, Done, Conflict]
    assert (await store.recall({"p": TOWN})).posts["p"].earlier.version == 8


async def test_one_bad_document_does_not_hold_the_others(store: ElasticsearchStore) -> None:
    """A document that the mapping refuses is Rejected by name, its neighbours are Done, and its words stay out."""
    bad = judged("2", generation="geheim")
    outcomes = await put(store, {"a": judged("1"), "b": bad, "c": judged("3")})
    assert [type(outcome) for outcome in outcomes] == [Done, Rejected, Done]
    assert isinstance(outcomes[1], Rejected)
    assert "generation" in outcomes[1].reason
    assert "geheim" not in outcomes[1].reason


async def test_a_township_without_an_index_is_no_posts_fault(store: ElasticsearchStore) -> None:
    """The server makes up no index with guessed fields, and nobody takes it for an empty one: the command is named."""
    index = store.names.posts("110101001000")
    for asked in (
        put(store, {"b": judged(), "a": judged(township="110101001000")}),
        store.recall({"a": "110101001000"}),
    ):
        with pytest.raises(Misconfigured, match=f"has no index {index}; run `xiangyin indices create`"):
            await asked
    assert not await store.client.indices.exists(index=index)
    assert list((await store.recall({"b": TOWN})).posts) == ["b"], "what was written beside it stands"


async def test_a_township_without_indices_is_named_before_anything_is_read(store: ElasticsearchStore) -> None:
    """Added after `indices create`: the others have theirs, and yet nothing is loaded."""
    store.wanted = indices(store.names.deployment, [TOWN, OTHER, "110101001000"])
    with pytest.raises(Misconfigured, match="incidents-110101000000 and 3 more; run `xiangyin indices create`"):
        await store.load([3])


@pytest.mark.parametrize("older", [{}, {"dynamic": "strict", "properties": {"partition": {"type": "integer"}}}])
async def test_notes_that_no_index_takes_are_not_waited_for(store: ElasticsearchStore, older: dict[str, Any]) -> None:
    """Missing, or made by an older program: waiting mends nothing, and a note has no words that could be at fault."""
    deployment = f"t{uuid4().hex[:8]}"
    if older:
        await store.client.indices.create(
            index=f"{deployment}-marks-v1", aliases={f"{deployment}-marks": {}}, mappings=older
        )
    bare = beside(store, deployment)
    with pytest.raises(Misconfigured, match=r"-marks.*; run `xiangyin indices create`"):
        await bare.note_attempts(Attempts(3))
    if not older:
        with pytest.raises(Misconfigured, match="run `xiangyin indices create`"):
            await bare.attempts([3])


async def test_a_note_that_is_refused_is_not_waited_for(store: ElasticsearchStore) -> None:
    """A field of another kind: somebody else made the index, and a person must look."""
    deployment = f"t{uuid4().hex[:8]}"
    await store.client.indices.create(
        index=f"{deployment}-marks-v1",
        aliases={f"{deployment}-marks": {}},
        mappings={"properties": {"open": {"type": "date"}}},
    )
    bare = beside(store, deployment)
    with pytest.raises(Misconfigured, match=r"refuses a note .*; run `xiangyin indices rebuild`"):
        await bare.note_attempts(Attempts(3))


async def test_requests_are_split_and_every_document_answered(
    store: ElasticsearchStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch larger than one request may be is sent in several; outcomes keep their order."""
    monkeypatch.setattr("streams.elasticsearch.bulk.REQUEST_BYTES", 3000)
    posts = {f"p{number}": judged(str(number)) for number in range(20)}
    posts["p7"] = judged("7", generation="no number")
    outcomes = await put(store, posts)
    assert [type(outcome) for outcome in outcomes] == [Done] * 7 + [Rejected] + [Done] * 12


async def test_an_incident_comes_back_exactly(store: ElasticsearchStore) -> None:
    """What is read equals what was written byte for byte, hostile numbers and all: so we know our own write again."""
    full = incident(
        deadlines=(Deadline(name="答复", due=NOW + timedelta(days=7)),),
        pending_alerts=(AlertMessage(id="i1:2", headers={"ce_id": "i1:2", "a.b": "c"}, value='{"status":"firing"}'),),
        closed=NOW,
        unverified=(Evidence("听说死了人", 0, 5),),
    )
    (put,) = await written(store, full)
    got = await store.read_incident("i1", TOWN)
    assert got == put
    assert got is not None
    assert msgspec.json.encode(got.incident) == msgspec.json.encode(full)


async def test_an_incident_that_nobody_wrote_is_none(store: ElasticsearchStore) -> None:
    """Absence is an answer; an absent index is a mistake of the set-up, named with its remedy."""
    assert await store.read_incident("i9", TOWN) is None
    with pytest.raises(Misconfigured, match="indices create"):
        await store.read_incident("i9", "110101001000")


async def test_only_the_version_that_was_read_is_replaced(store: ElasticsearchStore) -> None:
    """Two writers of one incident: the second one is told, and nothing of the first is lost."""
    (first,) = await written(store, incident())
    again = await store.write_incidents([IncidentWrite(incident(title="zombie"), None)])
    mine = await store.write_incidents([IncidentWrite(incident(posts=3), first)])
    late = await store.write_incidents([IncidentWrite(incident(title="zombie"), first)])
    assert [type(outcomes[0]) for outcomes in (again, mine, late)] == [Conflict, Done, Conflict]
    held = await store.read_incident("i1", TOWN)
    assert held is not None
    assert (held.incident.title, held.incident.posts) == ("围墙开裂", 3)


async def test_load_brings_all_that_may_still_change(store: ElasticsearchStore) -> None:
    """Load brings recent incidents in any status, and old ones that still owe an alert, an answer or an entry."""
    old, written_down = NOW - timedelta(days=400), 99
    alive = [
        incident("entry", last_record=old, revision=3, archived=2),
        incident("new"),
        incident("closed", status="closed"),
        incident(
            "unsent",
            last_record=old,
            archived=written_down,
            pending_alerts=(AlertMessage(id="x", headers={}, value="{}"),),
        ),
        incident("owed", last_record=old, archived=written_down, deadlines=(Deadline(name="答复", due=old),)),
    ]
    quiet = [
        incident("quiet", last_record=old, archived=written_down),
        incident(
            "missed", last_record=old, archived=written_down, deadlines=(Deadline(name="答复", due=old, missed=True),)
        ),
    ]
    put = await written(store, *alive, *quiet)
    await written(store, incident("elsewhere", township=OTHER))
    loaded = await store.load([3, 4])
    assert sorted(loaded, key=lambda each: each.incident.id) == sorted(
        put[: len(alive)], key=lambda each: each.incident.id
    )


async def test_load_reads_more_than_a_page(store: ElasticsearchStore) -> None:
    """A county's worth of incidents comes whole."""
    await written(store, *[incident(f"i{number}") for number in range(1201)])
    assert len(await store.load([3])) == 1201


async def test_load_without_indices_names_the_remedy(store: ElasticsearchStore) -> None:
    """A deployment whose indices were never created says so before it reads a record."""
    bare = beside(store, "nobody", indices("nobody", [TOWN]))
    with pytest.raises(Misconfigured, match=r"has no index nobody-.* and .* more; run `xiangyin indices create`"):
        await bare.load([0])


async def test_an_index_that_cannot_be_written_upon_is_named_before_it_is_read(store: ElasticsearchStore) -> None:
    """Made by a program before the live aliases: every write upon what was read would be a conflict for ever."""
    index, alias = f"{store.names.incidents(TOWN)}-v1", f"{store.names.incidents(TOWN)}-v1-live"
    await store.client.indices.delete_alias(index=index, name=alias)
    with pytest.raises(Misconfigured, match=f"{alias}; run `xiangyin indices create`"):
        await store.load([3])
    assert await create(store.client, store.server, store.names.deployment, indices(store.names.deployment, [TOWN]))
    assert await store.load([3]) == []


async def test_state_of_a_newer_program_stops_this_one(
    store: ElasticsearchStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older worker does not read, and so cannot spoil, what a newer one wrote; it names the document.

    What the newer one wrote upon an older state is its own: else the older one would read on.
    """
    (older,) = await written(store, incident("newer"))
    monkeypatch.setattr(documents, "STATE_VERSION", 99)
    read = await store.read_incident("newer", TOWN)
    assert read
    assert read.incident == replace(older.incident, state_version=99)
    (done,) = await store.write_incidents([IncidentWrite(replace(read.incident, posts=9), read)])
    assert isinstance(done, Done)
    monkeypatch.undo()
    with pytest.raises(NewerState, match="newer was written with state version 99"):
        await store.load([3])
    with pytest.raises(NewerState):
        await store.read_incident("newer", TOWN)


async def test_history_is_written_once_per_revision(store: ElasticsearchStore) -> None:
    """Entries above `archived` become documents of their own; writing them again changes nothing."""
    for _ in range(2):
        outcomes = await store.write_history([incident(archived=1)])
        assert [type(outcome) for outcome in outcomes] == [Done]
    await store.client.indices.refresh(index=store.names.history)
    assert (await store.client.count(index=store.names.history))["count"] == 1
    kept = await store.client.get(index=store.names.history, id="i1:2")
    assert kept["_source"]["what"] == "grew"


async def test_notes_to_the_successor_are_found(store: ElasticsearchStore) -> None:
    """Whoever takes a partition over reads what its last worker tried alone."""
    note = Attempts(3, Position("demo.posts", 3, 17, "abc"), deaths=1, open=True)
    await store.note_attempts(Attempts(3))
    await store.note_attempts(note)
    assert await store.attempts([3, 4]) == {3: note}


@pytest.mark.parametrize(
    "query", [{"term": {"author": "p1-" + "0" * 32}}, {"prefix": {"author": "p1"}}, {"match": {"author": "p1"}}]
)
async def test_nobody_can_search_by_author(store: ElasticsearchStore, query: dict[str, Any]) -> None:
    """The author is stored but no query, aggregation or sort can ask for it; the same holds for voices."""
    await put(store, {"p": judged()})
    await store.client.indices.refresh(index=store.names.all_posts)
    assert await _asked(store.client, index=store.names.all_posts, query=query) == 0


@pytest.mark.parametrize("field", ["author", "voice_marks"])
async def test_nobody_can_count_by_author(store: ElasticsearchStore, field: str) -> None:
    """Terms aggregation by author or voice is refused by the server itself."""
    await put(store, {"p": judged()})
    await written(store, incident())
    index = store.names.all_posts if field == "author" else store.names.all_incidents
    await store.client.indices.refresh(index=index)
    with pytest.raises(BadRequestError):
        await store.client.search(index=index, size=0, aggs={"who": {"terms": {"field": field}}})


async def test_chinese_words_are_found_without_a_plugin(store: ElasticsearchStore) -> None:
    """A word of our segmenter finds its posts; a part of a word does not."""
    await put(store, {"p": judged()})
    await store.client.indices.refresh(index=store.names.all_posts)
    assert await _asked(store.client, index=store.names.all_posts, query={"match": {"tokens": "围墙"}}) == 1
    assert await _asked(store.client, index=store.names.all_posts, query={"match": {"tokens": "墙"}}) == 0


async def test_odd_texts_are_stored(store: ElasticsearchStore) -> None:
    """NUL bytes, emoji, rare characters and 200,000 characters without a blank are no reason to lose a post."""
    texts = ["\x00", "😱🏚️", "𠮷㔾𪚥", "墙" * 200_000, "", "<script>alert(1)</script>"]
    outcomes = await put(
        store, {str(number): judged(str(number), body=text, tokens=text) for number, text in enumerate(texts)}
    )
    assert {type(outcome) for outcome in outcomes} == {Done}


async def test_numbers_beyond_the_field_do_not_lose_a_post(store: ElasticsearchStore) -> None:
    """A made-up loss of 10^30 yuan is kept as written and merely not searchable."""
    (outcome,) = await put(store, {"p": judged(facts=Toll(loss_yuan=10**30))})
    assert isinstance(outcome, Done)


async def test_creating_indices_twice_changes_nothing(store: ElasticsearchStore) -> None:
    """`xiangyin indices create` may run at every deployment; afterwards nothing differs."""
    deployment, wanted = store.names.deployment, indices(store.names.deployment, [TOWN, OTHER])
    assert await create(store.client, store.server, deployment, wanted) == []
    assert await differences(store.client, store.server, wanted) == []


async def test_the_countys_inbox_has_indices_of_its_own(store: ElasticsearchStore) -> None:
    """A post whose township nobody can tell has a place to go."""
    (outcome,) = await put(store, {"p": judged(township="330206000000")})
    assert isinstance(outcome, Done)


async def test_an_index_made_by_somebody_else_is_named(store: ElasticsearchStore) -> None:
    """What differs from the template is named, field by field."""
    deployment = f"t{uuid4().hex[:8]}"
    wanted = indices(deployment, [TOWN])
    name = f"{deployment}-marks"
    await store.client.indices.create(
        index=f"{name}-v1", aliases={name: {}}, mappings={"properties": {"deaths": {"type": "keyword"}}}
    )
    named = "\n".join(await differences(store.client, store.server, wanted))
    assert f"{name}-v1: the field deaths" in named
    assert f"{name}-v1 lacks the field open" in named
    assert f"index {deployment}-history is missing" in named


async def test_a_server_that_is_away_is_busy(store: ElasticsearchStore) -> None:
    """Connection errors hold the batch instead of losing it."""
    nowhere = "http://127.0.0.1:9"
    with pytest.raises(Busy, match=nowhere):
        await connect(Access(url=nowhere))
    client = await connect(Access(url=nowhere, compatibility=True), request_seconds=1)
    lost = ElasticsearchStore(
        client, server=nowhere, deployment="x", partition=lambda _: 0, clock=FixedClock(), wanted=()
    )
    with pytest.raises(Busy, match=nowhere):
        await lost.recall({"p": TOWN})
    with pytest.raises(Busy, match=nowhere):
        await put(lost, {"p": judged()})
    await lost.close()


def beside(store: ElasticsearchStore, deployment: str, wanted: Sequence[Wanted] = ()) -> ElasticsearchStore:
    """The store of another deployment on the same server."""
    return ElasticsearchStore(
        store.client,
        server=store.server,
        deployment=deployment,
        partition=lambda _: 0,
        clock=FixedClock(),
        wanted=wanted,
    )


async def _asked(client: AsyncElasticsearch, **request: Any) -> int:
    """How many documents a query finds; a query that the server refuses finds none."""
    try:
        return int((await client.search(**request))["hits"]["total"]["value"])
    except BadRequestError:
        return 0


@pytest.mark.parametrize("name", [".", ".."])
async def test_no_incident_s_name_leads_elsewhere(store: ElasticsearchStore, name: str) -> None:
    """An action may name anything; what a url takes for a step upwards is an incident that is not there."""
    assert await store.read_incident(name, TOWN) is None


async def test_stored_posts_are_read_in_the_order_in_which_they_were_published(
    servers: Servers, client: AsyncElasticsearch, indexed: str, store: ElasticsearchStore
) -> None:
    """For a replay: those of these townships, of a span of time, below a generation; more than a page of them."""
    hours = [timedelta(hours=number * 7 % 250) for number in range(250)]
    await put(store, {f"d{n}": judged(str(n), happened=NOW + each) for n, each in enumerate(hours)})
    await put(store, {"newer": judged("newer", generation=1), "there": judged("there", township=OTHER)})
    posts = StoredPosts(client, server=servers.elasticsearch, deployment=indexed)
    span = Span(townships=[TOWN], since=NOW + timedelta(hours=1), until=NOW + timedelta(hours=249), below=1)
    assert await posts.count(span) == 248
    found = [each async for each in posts.read(span)]
    assert [each.happened for each in found] == [NOW + timedelta(hours=number) for number in range(1, 249)]
    one = next(each for each in found if each.post.id == "1")
    assert (one.post, one.topic, one.grade) == (judged("1").post, "城乡建设", "IV")
    assert await posts.count(Span(townships=[TOWN, OTHER], since=NOW)) == 252


async def test_posts_without_indices_name_the_remedy(servers: Servers, client: AsyncElasticsearch) -> None:
    """A replay before `indices create` says what to run."""
    with pytest.raises(Misconfigured, match="xiangyin indices create"):
        await StoredPosts(client, server=servers.elasticsearch, deployment="nowhere").count(
            Span(townships=[TOWN], since=NOW)
        )
