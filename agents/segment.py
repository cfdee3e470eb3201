"""Cut a post into words."""

from collections.abc import Sequence

from models.segment import Segmenter, Tokens
from streams.records import Text


def run(text: Text, segmenter: Segmenter) -> Tokens:
    """Return the words of title and body, apart."""
    return segmenter.tokens(text.title, text.body)


def run_all(texts: Sequence[Text], segmenters: Sequence[Segmenter]) -> list[Tokens]:
    """Return those of many posts, each by its township's words."""
    return [cutter.tokens(text.title, text.body) for text, cutter in zip(texts, segmenters, strict=True)]
