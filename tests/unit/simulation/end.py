"""What must hold at every end of a simulated world, whatever was decided and in whichever order."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from msgspec import DecodeError, json

from streams.identity import document_id
from streams.protocols import Record
from streams.records import DeadLetter, Position, Post
from tests.unit.simulation.county import DOOR
from tests.unit.simulation.world import World


@contextmanager
def replayable(number: int, world: World) -> Iterator[None]:
    """An assertion that fails within says how its schedule is run again, and who died in it."""
    try:
        yield
    except AssertionError as failure:
        failure.add_note(f"replay with: XIANGYIN_SCHEDULE={number} make simulate\n" + "\n".join(world.deaths))
        raise


def alerts(world: World) -> dict[str, bytes]:
    """First occurrences by id, in the order of the topic. Repeats must say the same."""
    first: dict[str, bytes] = {}
    for message in world.sent:
        if message.role == "alerts":
            identity = message.headers["ce_id"].decode()
            assert first.setdefault(identity, message.value) == message.value
    return first


def rises(world: World) -> bool:
    """Whether first occurrences of an incident's alerts have rising revisions."""
    highest: dict[str, int] = {}
    for identity in alerts(world):
        incident, _, revision = identity.partition(":")
        if int(revision) <= highest.get(incident, 0):
            return False
        highest[incident] = int(revision)
    return True


def readable(records: Iterable[Record]) -> Iterator[tuple[Post, str]]:
    """The posts among these records, each with the id of its document."""
    for record in records:
        try:
            post = json.decode(record.value or b"", type=Post)
        except DecodeError:
            continue
        yield post, document_id(post.township, post.source, post.id)


def letters(ended: World) -> dict[tuple[str, int, int], str]:
    """Why a record became a dead letter, by its place."""
    found = [json.decode(m.value, type=DeadLetter) for m in ended.sent if m.role == "dead"]
    return {(letter.topic, letter.partition, letter.offset): letter.reason for letter in found}


def place(position: Position) -> tuple[str, int, int]:
    """Topic, partition and offset, without the topic's incarnation."""
    return position.topic, position.partition, position.offset


def check_any_end(ended: World) -> None:
    """What must hold whatever was decided.

    A record of which two workers died is set aside unread: its post may have been stored before, and not counted.
    """
    deadly = {where for where, reason in letters(ended).items() if reason == "deadly"}
    stored = [judged for judged in ended.posts.values() if judged.incident]
    sure = Counter(judged.incident for judged in stored if place(judged.first) not in deadly)
    counts = Counter({identity: each.incident.posts for identity, each in ended.incidents.items()})
    assert sure <= counts <= Counter(judged.incident for judged in stored)
    assert not any(each.incident.unfinished for each in ended.incidents.values())
    assert rises(ended)
    for identity, each in ended.incidents.items():
        assert all(f"{identity}:{number}" in ended.history for number in range(2, each.incident.revision + 1))
    assert not any(is_forgotten(judged.post, ended) for judged in ended.posts.values())
    assert not list(missing(ended))


def is_forgotten(post: Post, ended: World) -> bool:
    """Whether the list of what was forgotten holds this post, or its author."""
    return not ended.forgotten.isdisjoint(DOOR.keys(post.source, post.id, post.author))


def missing(ended: World) -> Iterator[Record]:
    """Records of the log that ended nowhere: not as this or a later version of a post, not moved, not dead."""
    dead = letters(ended)
    moved = {message.headers.get("moved-from") for message in ended.sent}
    for record in (record for records in ended.topics.values() for record in records if record.role != "actions"):
        where = place(record.position)
        if where in dead or "{}/{}/{}".format(*where).encode() in moved:
            continue
        for post, document in readable([record]):
            there = ended.posts.get(document)
            if not is_forgotten(post, ended) and (there is None or there.post.fetched < post.fetched):
                yield record
