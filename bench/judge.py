"""How many posts of 300 characters one core cuts into words and reads for topic, sentiment and emotion.

    python bench/judge.py FILE.jsonl     posts from title and body of each line

Prints microseconds a post of processor time, step after step, the best of five rounds.
"""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from msgspec import json

from agents import classify, emotion, keywords, segment, sentiment
from models.load import Trained, load
from models.segment import Segmenter, Tokens
from streams.records import Text

LENGTH: Final = 300
TITLE: Final = 20
ROUNDS: Final = 5

Judge = Callable[[Text], object]


def posts(file: Path) -> list[Text]:
    """The texts of the file end to end, cut into posts of 300 characters."""
    rows = [json.decode(line, type=dict[str, Any]) for line in file.read_bytes().splitlines()]
    text = "".join(row["title"] + row["body"] for row in rows)
    return [Text(text[at : at + TITLE], text[at + TITLE : at + LENGTH]) for at in range(0, len(text) - LENGTH, LENGTH)]


def stages(segmenter: Segmenter, trained: Trained) -> dict[str, Judge]:
    """Each judges a post as far as its name says."""
    steps: list[tuple[str, Callable[[Tokens], object]]] = [
        ("classify", lambda tokens: classify.run(tokens, trained.topic)),
        ("sentiment", lambda tokens: sentiment.run(tokens, trained.sentiment)),
        ("emotion", lambda tokens: emotion.run(tokens, trained.emotion)),
        ("keywords", lambda tokens: keywords.run(tokens, trained.keywords)),
        ("search words", lambda tokens: tokens.searchable),
    ]

    def upto(count: int) -> Judge:
        def judge(text: Text) -> object:
            tokens = segment.run(text, segmenter)
            return [run(tokens) for _, run in steps[:count]]

        return judge

    return {
        "rjieba alone": lambda text: (segmenter.cut(text.title), segmenter.cut(text.body)),
        "segment": upto(0),
        **{f"+ {name}": upto(at) for at, (name, _) in enumerate(steps, 1)},
    }


def seconds(judge: Judge, texts: Sequence[Text]) -> float:
    """Processor time of one round, the best of five."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for text in texts:
            judge(text)
        best = min(best, time.process_time() - started)
    return best


def main() -> None:
    """Measure and print."""
    started = time.perf_counter()
    trained = load()
    loaded = time.perf_counter()
    segmenter = Segmenter()
    ready = time.perf_counter()
    print(f"models loaded in {loaded - started:.2f} s, segmenter in {ready - loaded:.2f} s")
    texts = posts(Path(sys.argv[1]))
    print(f"{len(texts)} posts of {LENGTH} characters")
    for name, judge in stages(segmenter, trained).items():
        each = seconds(judge, texts) / len(texts)
        print(f"{name:16}{each * 1e6:8.1f} us a post {1 / each:10,.0f} posts/s")


if __name__ == "__main__":
    main()
