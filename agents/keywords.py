"""Name the words that say most about a post."""

from models.keywords import Keywords, KeywordWeights
from models.segment import Tokens


def run(tokens: Tokens, weights: KeywordWeights) -> Keywords:
    """Return up to eight words, the most telling first."""
    return weights.telling(tokens)
