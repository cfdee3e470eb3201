"""What each step of the worker's stage for posts costs: processor time, the best of three rounds.

    python bench/steps.py [FILE.jsonl]     each line with title and body

The township is the one that `xiangyin init` makes; its memory of incidents grows from round to round as it does in
a worker. Reading from Kafka and writing to the store are not in it.
"""

import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from msgspec import Struct, json

from agents import flow
from agents.group import Matters
from deploy import knowledge
from deploy.initialise import initialise
from deploy.settings import townships
from streams.identity import document_id
from streams.matter import Arrival, Deployment, Known, Matter, Moment
from streams.privacy.door import Door
from streams.privacy.pseudonym import Pseudonyms
from streams.protocols import Incidents
from streams.records import Position, Post

POSTS: Final = Path(__file__).parents[2] / "shared" / "data" / "messages_stream.jsonl"
ROUNDS: Final = 3
START: Final = datetime(2026, 1, 1, tzinfo=UTC)


class Line(Struct):
    """What is read of a line."""

    title: str
    body: str
    author: str | None = None


def known_of_a_new_deployment() -> tuple[str, Mapping[type, object]]:
    """A township's code and what the steps know of it."""
    with TemporaryDirectory() as folder:
        initialise(Path(folder), "bench")
        served = townships.read_all(Path(folder) / "townships")
    code = next(iter(served))
    door = Door(Pseudonyms({1: bytes(32)}))
    return code, knowledge.knowledge(served, Deployment("bench"), door)(code) or {}


def posts(file: Path, township: str, day: int) -> Iterator[Post]:
    """One post a line."""
    for number, row in enumerate(file.read_bytes().splitlines()):
        line = json.decode(row, type=Line)
        at = START + timedelta(days=day)
        name = f"{day}-{number}"
        yield Post(
            id=name,
            township=township,
            source="bench",
            title=line.title,
            body=line.body,
            author=line.author,
            published=at,
            fetched=at,
        )


def round_of(arrived: Sequence[Post], known: Mapping[type, object], matters: Matters) -> dict[str, float]:
    """Seconds by step of one pass over the posts."""
    spent: dict[str, float] = defaultdict(float)
    last = time.process_time()

    def observe(step: str) -> None:
        nonlocal last
        now = time.process_time()
        spent[step] += now - last
        last = now

    for offset, post in enumerate(arrived):
        position = Position("bench", 0, offset)
        last = time.process_time()
        values = flow.POST.run(
            {
                **known,
                Arrival: Arrival(post),
                Moment: Moment(position, post.fetched, post.fetched, live=False, traceparent=""),
                Known: Known(document_id(post.township, post.source, post.id), offset, 0, None),
                Matters: matters,
                Incidents: matters,
            },
            observe,
        )
        if matter := values.get(Matter):
            matters.put(matter.now)
        observe("remember")
    return spent


def main() -> None:
    """Measure and print."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else POSTS
    township, known = known_of_a_new_deployment()
    matters = knowledge.empty_matters()()
    rounds = []
    for day in range(ROUNDS):
        arrived = list(posts(file, township, day))
        rounds.append(round_of(arrived, known, matters))
    spent = min(rounds, key=lambda one: sum(one.values()))
    whole = sum(spent.values())
    characters = sum(len(post.title) + len(post.body) for post in arrived) / len(arrived)
    print(f"{len(arrived)} posts of {characters:.0f} characters, {len(matters)} incidents")
    for step, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"{step:12}{seconds / len(arrived) * 1e6:8.1f} us a post")
    print(f"{'all':12}{whole / len(arrived) * 1e6:8.1f} us a post, {len(arrived) / whole:,.0f} posts/s")


if __name__ == "__main__":
    main()
