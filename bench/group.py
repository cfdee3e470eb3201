"""Measure the incident step: posts a second, and pairs of posts against a reader's judgement.

python bench/group.py ../shared/data/messages_stream.jsonl
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from operator import itemgetter
from pathlib import Path
from time import process_time

from msgspec import Struct, json
from msgspec.structs import replace

from agents import group, locate
from agents.group import Matters
from models import request, similarity
from models.gazetteer import Gazetteer, Places
from models.segment import Segmenter, Tokens
from streams.matter import Grouping, Known, Moment
from streams.records import Incident, Office, Position, Post, Severity, Text
from streams.township import Township

CHINA = timezone(timedelta(hours=8))
CODE = "430100000000"
TOWNSHIP = Township(
    code=CODE, name="A", offices=(Office(id="o", name="办公室"),), supervision="o", duty="值班室", routes=()
)
REQUESTS = request.load()
ROUNDS = 5
"""The quickest round counts: other programs only ever slow one down."""

PAIRS = Path(__file__).parents[1] / "tests/data/stream_pairs.jsonl"


class Pair(Struct):
    """Two posts and whether a reader took them for the same matter; `band` is the stratum of the sample."""

    first: str
    second: str
    band: int
    same: bool
    part: str = "tune"


class Input(Struct):
    """A post with what the steps before this one found."""

    post: Post
    text: Text
    tokens: Tokens
    places: Places
    moment: Moment


def inputs(path: Path) -> list[Input]:
    """The posts of a file in time order, segmented and located."""
    segmenter, gazetteer = Segmenter(), Gazetteer()
    rows = sorted(map(json.decode, path.read_bytes().splitlines()), key=lambda row: (_time(row["time"]), row["id"]))
    return [_input(row, number, segmenter, gazetteer) for number, row in enumerate(rows)]


def grouped(posts: list[Input], matters: Matters) -> Iterator[tuple[str, Grouping]]:
    """Run the step over the posts, adding what they found to the known incidents."""
    for given in posts:
        known = Known(given.post.id, 1, 1, None)
        grouping = group.run(
            given.post,
            given.text,
            given.tokens,
            given.places,
            Severity(),
            REQUESTS,
            matters,
            known,
            TOWNSHIP,
            given.moment,
        )
        if grouping.incident:
            matters.put(_followed(grouping, given, matters.get(grouping.incident)))
        yield given.post.id, grouping


def main() -> None:
    """Print speed, counts, the largest incidents, and precision and recall over the read pairs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("posts", type=Path)
    posts = inputs(parser.parse_args().posts)
    seconds, incidents = min((_timed(posts) for _ in range(ROUNDS)), key=itemgetter(0))
    sizes = Counter(incident for incident in incidents.values() if incident)
    none = sum(incident is None for incident in incidents.values())
    print(f"{len(posts)} posts, {len(posts) / seconds:.0f} posts a CPU second, {none} none")
    print(f"{len(sizes)} incidents, {sum(size > 1 for size in sizes.values())} of more than one post")
    print("largest:", ", ".join(f"{incident[:8]} {size}" for incident, size in sizes.most_common(12)))
    pairs = [json.decode(line, type=Pair) for line in PAIRS.read_bytes().splitlines()]
    for part in ("tune", "test"):
        print(part, _measured([pair for pair in pairs if pair.part == part], incidents))


def _timed(posts: list[Input]) -> tuple[float, dict[str, str | None]]:
    matters = Matters(similarity.load())
    start = process_time()
    incidents = {post: grouping.incident for post, grouping in grouped(posts, matters)}
    return process_time() - start, incidents


def _measured(pairs: list[Pair], incidents: dict[str, str | None]) -> str:
    joined = [incidents[pair.first] is not None and incidents[pair.first] == incidents[pair.second] for pair in pairs]
    hits = sum(join and pair.same for join, pair in zip(joined, pairs, strict=True))
    precision, recall = hits / max(1, sum(joined)), hits / max(1, sum(pair.same for pair in pairs))
    score = 2 * precision * recall / max(1e-9, precision + recall)
    return f"{len(pairs)} pairs: precision {precision:.3f}, recall {recall:.3f}, F1 {score:.3f}"


def _input(row: dict[str, str], number: int, segmenter: Segmenter, gazetteer: Gazetteer) -> Input:
    time = _time(row["time"])
    post = Post(id=row["id"], township=CODE, source="stream", fetched=time, title=row["title"], body=row["body"])
    text = Text(post.title, post.body)
    moment = Moment(Position("posts", 0, number), time, time, live=True, traceparent="")
    return Input(post, text, segmenter.tokens(text.title, text.body), locate.run(text, gazetteer), moment)


def _followed(grouping: Grouping, given: Input, incident: Incident | None) -> Incident:
    """As agents/follow.py does, as far as this step reads it."""
    time = given.moment.happened
    if incident:
        return replace(
            incident,
            first_seen=min(incident.first_seen, time),
            last_seen=max(incident.last_seen, time),
            posts=incident.posts + 1,
        )
    return Incident(
        id=str(grouping.incident),
        township=CODE,
        title=(given.text.title or given.text.body)[:80],
        kind="none",
        topic="",
        grade="none",
        warning="none",
        status="open",
        first_seen=time,
        last_seen=time,
        founded=time,
        last_record=time,
        posts=1,
        places=grouping.places,
        words=grouping.words,
    )


def _time(stated: str) -> datetime:
    return datetime.strptime(stated.replace("-", "/"), "%Y/%m/%d %H:%M:%S").replace(tzinfo=CHINA)


if __name__ == "__main__":
    main()
