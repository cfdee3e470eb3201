"""Read the training data: labelled texts without handles and near-duplicates, split once and for all."""

import hashlib
import random
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from msgspec import DecodeError, Struct, json
from numpy.typing import NDArray

from models.segment import Segmenter, Tokens

Part = Literal["train", "test", "later"]

TEST_SHARE: Final = 15
"""Of a hundred rows, how many are kept from training."""

LATER: Final = 2019
"""Messages of this year and after are never trained on: how the model does on what came later."""

CHATTER_KEPT: Final = 4_000
"""Weibo posts that the model of requests is measured by, where there are enough."""

SHINGLE: Final = 3
BANDS, ROWS = 16, 4
ALIKE: Final = 0.7
"""Estimated Jaccard similarity of character triples from which two texts are near-duplicates (Broder 1997)."""

_HANDLE: Final = re.compile(r"@[\w\-·]{1,30}")
_NO_WORD: Final = re.compile(r"[\W_A-Za-z0-9]+")


class Example(Struct, frozen=True, kw_only=True):
    """One labelled text. `source` names its set, `key` is 12 hexadecimal digits of the SHA-256 of its words.

    `weight` is how many ordinary rows it counts for in training; an officer's correction may count for more than one.
    """

    title: str
    body: str
    label: str
    source: str
    key: str
    part: Part
    weight: float = 1.0


class Cut(Struct, frozen=True, kw_only=True):
    """An example and its words."""

    example: Example
    tokens: Tokens


class DataError(ValueError):
    """A file of the training data is missing or not as described; the message names file, line and field."""


def messages(folder: Path) -> list[Example]:
    """Residents' messages with their topic: `messages_labelled.jsonl`."""
    rows = _rows(folder / "messages_labelled.jsonl", "title", "body", "topic")
    examples = (example(row["title"], row["body"], row["topic"], "messages", _year(row.get("time"))) for row in rows)
    return without_duplicates(examples)


def emotions(folder: Path) -> list[Example]:
    """Weibo posts with their emotion: `sentiment_emotions.jsonl`."""
    rows = _rows(folder / "sentiment_emotions.jsonl", "text", "emotion", "set")
    return without_duplicates(example("", row["text"], row["emotion"], row["set"]) for row in rows)


def polarities(folder: Path) -> list[Example]:
    """Weibo posts, positive or negative: `sentiment_polarity.jsonl`."""
    rows = _rows(folder / "sentiment_polarity.jsonl", "text", "polarity")
    return without_duplicates(example("", row["text"], row["polarity"], "polarity") for row in rows)


def unlabelled(folder: Path) -> list[Example]:
    """Residents' messages without a topic, for counting words: `messages_stream.jsonl`."""
    rows = _rows(folder / "messages_stream.jsonl", "title", "body")
    return without_duplicates(example(row["title"], row["body"], "", "stream") for row in rows)


def requests(folder: Path) -> Iterator[tuple[str, str]]:
    """Title and body of every message to officials: `messages_labelled.jsonl`, then `messages_replied.jsonl`."""
    for name in ("messages_labelled.jsonl", "messages_replied.jsonl"):
        for row in _rows(folder / name, "title", "body"):
            yield row["title"], row["body"]


def replied(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Title, body and official reply: `messages_replied.jsonl`."""
    rows = _rows(folder / "messages_replied.jsonl", "title", "body", "reply")
    return ((row["title"], row["body"], row["reply"]) for row in rows)


def stream(folder: Path) -> Iterator[tuple[str, str]]:
    """Title and body of every message as it came in: `messages_stream.jsonl`."""
    return ((row["title"], row["body"]) for row in _rows(folder / "messages_stream.jsonl", "title", "body"))


def chatter(folder: Path) -> tuple[list[str], list[str]]:
    """Weibo posts that ask for nothing: those to learn from, and those kept to measure by."""
    texts = [row["text"] for row in _rows(folder / "sentiment_emotions.jsonl", "text")]
    random.Random(0).shuffle(texts)  # noqa: S311 (the same split each time, no secret)
    kept = min(CHATTER_KEPT, len(texts) * TEST_SHARE // 100)
    return texts[kept:], texts[:kept]


def cut(examples: Iterable[Example], segmenter: Segmenter) -> list[Cut]:
    """The examples with their words."""
    return [Cut(example=one, tokens=segmenter.tokens(one.title, one.body)) for one in examples]


def of(rows: Iterable[Cut], *parts: Part) -> list[Cut]:
    """The rows of these parts."""
    return [row for row in rows if row.example.part in parts]


def key_of(text: str) -> str:
    """What tells a text from another: its words alone, as a hash that gives none of them away."""
    return hashlib.sha256((_NO_WORD.sub("", text) or text).encode(errors="replace")).hexdigest()[:12]


def part_of(key: str, year: int | None = None) -> Part:
    """Where a text belongs, by its words and its year alone: it never changes sides."""
    if year is not None and year >= LATER:
        return "later"
    return "test" if int(key, 16) % 100 < TEST_SHARE else "train"


def without_duplicates(examples: Iterable[Example]) -> list[Example]:
    """The examples less those that are nearly one that came before, in the same order."""
    kept: list[Example] = []
    signatures: list[NDArray[np.uint64]] = []
    buckets: dict[tuple[int, bytes], list[int]] = defaultdict(list)
    for example in examples:
        signature = _signature(example.title + example.body)
        keys = [(band, row.tobytes()) for band, row in enumerate(signature.reshape(BANDS, ROWS))]
        rivals = {at for key in keys for at in buckets[key]}
        if any(np.mean(signatures[at] == signature) >= ALIKE for at in rivals):
            continue
        for key in keys:
            buckets[key].append(len(kept))
        kept.append(example)
        signatures.append(signature)
    return kept


def _random_factors() -> NDArray[np.uint64]:
    random = np.random.default_rng(20)
    return random.integers(1, 2**32, size=(2, BANDS * ROWS, 1), dtype=np.uint64) | np.uint64(1)


_FACTORS: Final = _random_factors()


def _signature(text: str) -> NDArray[np.uint64]:
    """MinHash over character triples; texts without a word in them are told apart by what they are."""
    words = _NO_WORD.sub("", text) or text
    shingles = {words[at : at + SHINGLE] for at in range(max(1, len(words) - SHINGLE + 1))}
    hashes = np.array(sorted(zlib.crc32(one.encode(errors="replace")) for one in shingles), dtype=np.uint64)
    factors, offsets = _FACTORS
    smallest: NDArray[np.uint64] = ((hashes * factors + offsets) % np.uint64(4_294_967_311)).min(axis=1)
    return smallest


def example(title: str, body: str, label: str, source: str, year: int | None = None) -> Example:
    """A text as it is trained and measured on: names after @ are blanked, and its words decide on its side."""
    title, body = _HANDLE.sub(" ", title), _HANDLE.sub(" ", body)
    key = key_of(title + body)
    return Example(title=title, body=body, label=label, source=source, key=key, part=part_of(key, year))


def _year(time: str | None) -> int | None:
    return datetime.strptime(time[:4], "%Y").year if time else None  # noqa: DTZ007 (a year has no zone)


def _rows(file: Path, *fields: str) -> Iterator[dict[str, Any]]:
    try:
        lines: Sequence[bytes] = file.read_bytes().splitlines()
    except OSError as error:
        raise DataError(f"{file}: cannot be read ({error.strerror}); give the folder with the training data") from error
    for number, line in enumerate(lines, 1):
        try:
            row = json.decode(line, type=dict[str, Any])
        except DecodeError as error:
            raise DataError(f"{file}: line {number} is no JSON object ({error})") from error
        if missing := [field for field in fields if not isinstance(row.get(field), str)]:
            raise DataError(f"{file}: line {number} has no text in {', '.join(missing)}")
        yield row
