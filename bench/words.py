"""How many posts a second get topic, sentiment and emotion, cutting them into words included: one core.

    python bench/words.py [FILE.jsonl]     each line with title and body

Each post is cut to its first 300 characters, shorter ones are left out. Every post is timed by itself, in its turn with
all steps, as they push each other out of the processor's cache; the best of the rounds counts.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from msgspec import Struct, json

from models.load import Trained, load
from models.segment import Segmenter

POSTS: Final = Path(__file__).parents[2] / "shared" / "data" / "messages_stream.jsonl"
LENGTH: Final = 300
ROUNDS: Final = 8
STEPS: Final = ("cut", "topic", "sentiment", "emotion")


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


def laps(line: Line, segmenter: Segmenter, trained: Trained) -> Sequence[int]:
    """Nanoseconds of each step; the first model that is asked looks the words up for all."""
    start = time.perf_counter_ns()
    tokens = segmenter.tokens(line.title, line.body)
    cut = time.perf_counter_ns()
    trained.topic.rank(tokens)
    topic = time.perf_counter_ns()
    trained.sentiment.leaning(tokens)
    sentiment = time.perf_counter_ns()
    trained.emotion.feeling(tokens)
    return cut - start, topic - cut, sentiment - topic, time.perf_counter_ns() - sentiment


def main() -> None:
    """Measure and print."""
    read = posts(Path(sys.argv[1]) if len(sys.argv) > 1 else POSTS)
    segmenter, trained = Segmenter(), load()
    rounds = np.array([[laps(line, segmenter, trained) for line in read] for _ in range(ROUNDS)])
    spent = rounds.min(axis=0).mean(axis=0) / 1000
    print(f"{len(read)} posts of {LENGTH} characters, one core")
    for step, microseconds in zip(STEPS, spent, strict=True):
        print(f"{step:12}{microseconds:8.1f} us a post")
    print(f"{'all':12}{spent.sum():8.1f} us a post, {1e6 / spent.sum():,.0f} posts/s")


if __name__ == "__main__":
    main()
