"""How many posts a second get topic, sentiment and emotion, cutting them into words included: one core.

    python bench/words.py [FILE.jsonl]     each line with title and body

Each post is cut to its first 300 characters, shorter ones are left out. As in `xiangyin judge` each step runs over a
block of posts before the next one does; of each block and step the best of the rounds counts.
"""

import sys
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from msgspec import Struct, json

from models.load import Trained, load
from models.segment import Segmenter

POSTS: Final = Path(__file__).parents[2] / "shared" / "data" / "messages_stream.jsonl"
LENGTH: Final = 300
ROUNDS: Final = 8
BLOCK: Final = 1024
STEPS: Final = ("cut", "weigh", "topic", "sentiment", "emotion")


class Line(Struct):
    """What is read of a line."""

    title: str
    body: str


def posts(file: Path) -> list[Line]:
    """Those that are long enough, cut to length."""
    lines = (json.decode(row, type=Line) for row in file.read_bytes().splitlines())
    return [
        Line(line.title[:LENGTH], line.body[: max(0, LENGTH - len(line.title))])
        for line in lines
        if len(line.title) + len(line.body) >= LENGTH
    ]


def laps(lines: Sequence[Line], segmenter: Segmenter, trained: Trained) -> list[float]:
    """Seconds of processor time of each step."""
    ends = [time.process_time()]
    tokens = [segmenter.tokens(line.title, line.body) for line in lines]
    ends.append(time.process_time())
    weighed = trained.table.sums_of_all(tokens)
    ends.append(time.process_time())
    for ask in (trained.topic.rank_of_all, trained.sentiment.leaning_of_all, trained.emotion.feeling_of_all):
        ask(weighed)
        ends.append(time.process_time())
    return [end - start for start, end in pairwise(ends)]


def main() -> None:
    """Measure and print."""
    read = posts(Path(sys.argv[1]) if len(sys.argv) > 1 else POSTS)
    segmenter, trained = Segmenter(), load()
    blocks = [read[at : at + BLOCK] for at in range(0, len(read), BLOCK)]
    rounds = np.array([[laps(block, segmenter, trained) for block in blocks] for _ in range(ROUNDS)])
    spent = rounds.min(axis=0).sum(axis=0) / len(read) * 1e6
    print(f"{len(read)} posts of {LENGTH} characters, one core")
    for step, microseconds in zip(STEPS, spent, strict=True):
        print(f"{step:12}{microseconds:8.1f} us a post")
    print(f"{'all':12}{spent.sum():8.1f} us a post, {1e6 / spent.sum():,.0f} posts/s")


if __name__ == "__main__":
    main()
