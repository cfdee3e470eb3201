"""Turn what the alerts topic says into what the view shows."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from aiokafka import ConsumerRecord
from msgspec import json

from deploy.demo.state import Alert, Span
from streams.records import Post

BETWEEN: Final = " … "
"""Stands between two quotations whose context is not known."""


def whole(post: Post) -> str:
    """The text whose characters evidence counts: title, newline, body; the body alone without a title."""
    return f"{post.title}\n{post.body}" if post.title else post.body


def alert_of(record: ConsumerRecord, texts: Iterable[str], glosses: Mapping[str, str], second: float) -> Alert:
    """The alert in a record of the alerts topic.

    Args:
        record: CloudEvents in binary mode, its value in Alertmanager's shape.
        texts: of the posts that came in, where the evidence is found in its context.
        glosses: English, by title or body of a post.
        second: of the story, now.
    """
    said: dict[str, Any] = json.decode(record.value)
    labels, notes = said["labels"], said["annotations"]
    text, spans = _context(said["evidence"], texts)
    return Alert(
        second=second,
        incident=said["fingerprint"],
        revision=said["revision"],
        township=labels["township"],
        title=notes["summary"],
        grade=labels["grade"],
        warning=labels["warning"],
        text=text,
        spans=spans,
        gloss=glosses.get(text.partition("\n")[0], ""),
        offices=tuple(office for office in notes["offices"].split("、") if office),
        verify=_shortest(said["unverified"]),
        posts=said["posts"],
        voices=said["voices"],
    )


def identity(record: ConsumerRecord) -> str:
    """Incident and revision: by it consumers drop repeats."""
    return str(dict(record.headers)["ce_id"], "ascii")


def _context(evidence: list[dict[str, Any]], texts: Iterable[str]) -> tuple[str, tuple[Span, ...]]:
    """The post that holds every quotation at its place, with the places; else the quotations alone."""
    quotes = [(quote["text"], quote["start"], quote["end"]) for quote in evidence]
    for text in texts if quotes else ():
        if all(text[start:end] == quote for quote, start, end in quotes):
            return text, tuple((start, end) for _, start, end in quotes)
    words = [quote for quote, _, _ in quotes]
    starts = [sum(map(len, words[:at])) + at * len(BETWEEN) for at in range(len(words))]
    return BETWEEN.join(words), tuple((at, at + len(word)) for at, word in zip(starts, words, strict=True))


def _shortest(claims: list[dict[str, Any]]) -> str:
    return min((str(claim["text"]) for claim in claims), key=len, default="")
