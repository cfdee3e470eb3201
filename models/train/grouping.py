"""Learn what grouping needs to know: which pairs of characters are rare, and how requests are worded."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from msgspec import Struct

from models.request import RequestModel, fitted
from models.segment import Segmenter
from models.similarity import Counts, counted
from models.train import corpus

OPENING: Final = 120
"""Characters of a message that are read: what it is about stands there, and letters end in thanks."""

POST: Final = 150
"""Characters of a Weibo post that are read: nearly always all of it."""


class Share(Struct, frozen=True, kw_only=True):
    """How many of some texts are taken for requests: nearly all of residents' messages, few of the chatter."""

    rows: str
    count: int
    requests: float


def rarity(data: Path) -> Counts:
    """Count the pairs of characters of all messages to officials."""
    return counted(f"{title}\n{body}" for title, body in corpus.requests(data))


def request_model(data: Path, segmenter: Segmenter) -> RequestModel:
    """Weigh the words of titles and openings of messages against those of Weibo posts."""
    learnt, _ = corpus.chatter(data)
    messages = (part for title, body in corpus.requests(data) for part in (title, body[:OPENING]))
    return fitted(map(segmenter.cut, messages), (segmenter.cut(text[:POST]) for text in learnt))


def shares(data: Path, model: RequestModel, segmenter: Segmenter) -> tuple[Share, ...]:
    """Measure on texts that were not learnt from: the stream of messages, and the Weibo posts that were kept."""

    def share(rows: str, texts: Iterable[tuple[str, str]]) -> Share:
        answers = [
            model.is_request(title, f"{title}\n{body}" if title else body, segmenter.tokens(title, body).words)
            for title, body in texts
        ]
        return Share(rows=rows, count=len(answers), requests=round(sum(answers) / max(1, len(answers)), 4))

    _, kept = corpus.chatter(data)
    return share("stream", corpus.stream(data)), share("chatter", (("", text) for text in kept))
