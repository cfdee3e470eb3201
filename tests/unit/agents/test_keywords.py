"""The words that say most about a post."""

from agents import keywords
from models.keywords import KeywordWeights
from models.segment import Segmenter


def test_a_place_and_a_problem_are_named() -> None:
    """What sets the post apart comes before what everybody writes."""
    tokens = Segmenter(["柳溪村"]).tokens("柳溪村围墙", "我们柳溪村的围墙要倒了，请领导来看看，谢谢")
    words = keywords.run(tokens, KeywordWeights.load()).words
    assert words[:2] == ("柳溪村", "围墙")
    assert len(words) <= 8
