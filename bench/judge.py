"""How many posts a second `xiangyin judge` judges, beside what is usually done: jieba and scikit-learn, event by event.

    python bench/judge.py [FILE.jsonl]     each line with title and body

Each post is cut to its first 300 characters, shorter ones are left out, as in bench/words.py. From the bytes of a line
to the bytes of its answer, on one core, without the start. The peer cuts each text with jieba, asks a TfidfVectorizer
and three LinearSVC for topic, sentiment and emotion, and looks for words of harm one by one; it reads no numbers and no
negation, and grades nothing. It is fitted to the answers of ours, so that both know as many words: here
only speed is compared. Both run in turns; the best round of each counts.
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Any, Final

import jieba
import yaml
from msgspec import json
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

import models
from deploy.judging import Judge
from deploy.reading import blocks

POSTS: Final = Path(__file__).parents[2] / "shared" / "data" / "messages_stream.jsonl"
HARM: Final = Path(next(iter(models.__path__))) / "words" / "harm.yaml"
LABELS: Final = ("topic", "sentiment", "emotion")
LENGTH: Final = 300
ROUNDS: Final = 5

Judging = Callable[[Sequence[bytes]], Iterator[bytes]]


def ours(lines: Sequence[bytes]) -> Iterator[bytes]:
    """What `xiangyin judge` does."""
    for block in JUDGE.answers(blocks(BufferedReader(BytesIO(b"\n".join(lines))))):
        yield from map(json.encode, block)


def peer(lines: Sequence[bytes], answers: Sequence[dict[str, Any]]) -> Judging:
    """The usual loop, fitted to these lines and answers."""
    vectorizer = TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None, lowercase=False, min_df=3)
    matrix = vectorizer.fit_transform(_text(json.decode(line)) for line in lines)
    machines = {name: LinearSVC().fit(matrix, [answer[name]["label"] for answer in answers]) for name in LABELS}
    words = [word for group in yaml.safe_load(HARM.read_text(encoding="utf-8")).values() for word in group]

    def judge(lines: Sequence[bytes]) -> Iterator[bytes]:
        for line in lines:
            row = json.decode(line)
            text = _text(row)
            vector = vectorizer.transform([text])
            labels = {name: str(machine.predict(vector)[0]) for name, machine in machines.items()}
            yield json.encode({"id": row.get("id"), **labels, "harm": [word for word in words if word in text]})

    return judge


def seconds(judging: Judging, lines: Sequence[bytes]) -> float:
    """Processor time of one round."""
    start = time.process_time()
    answered = sum(1 for _ in judging(lines))
    assert answered == len(lines)
    return time.process_time() - start


def posts(file: Path) -> list[bytes]:
    """Those that are long enough, cut to length, a line each."""
    rows = map(json.decode, file.read_bytes().splitlines())
    return [
        json.encode({**row, "title": row["title"][:LENGTH], "body": row["body"][: max(0, LENGTH - len(row["title"]))]})
        for row in rows
        if len(row["title"]) + len(row["body"]) >= LENGTH
    ]


def _text(row: dict[str, Any]) -> str:
    return f"{row['title']}\n{row['body']}"


def main() -> None:
    """Measure in turns and print."""
    lines = posts(Path(sys.argv[1]) if len(sys.argv) > 1 else POSTS)
    theirs = peer(lines, [json.decode(answer) for answer in ours(lines)])
    rounds = [(seconds(ours, lines), seconds(theirs, lines)) for _ in range(ROUNDS)]
    own, other = (min(column) for column in zip(*rounds, strict=True))
    print(f"{len(lines)} posts of {LENGTH} characters, one core")
    print(f"xiangyin judge          {len(lines) / own:8,.0f} posts/s")
    print(f"jieba and scikit-learn  {len(lines) / other:8,.0f} posts/s")
    print(f"ratio                   {other / own:8.1f}")


JUDGE: Final = Judge({})


if __name__ == "__main__":
    main()
