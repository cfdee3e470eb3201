"""Cut a post into words."""

from models.segment import Segmenter, Tokens
from streams.records import Text


def run(text: Text, segmenter: Segmenter) -> Tokens:
    """Return the words of title and body, apart."""
    return segmenter.tokens(text.title, text.body)
