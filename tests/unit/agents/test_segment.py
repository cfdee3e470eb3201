"""A post is cut into words, title and body apart."""

from agents import segment
from models.segment import Segmenter
from streams.records import Text


def test_title_and_body_are_cut_apart() -> None:
    """The township's words are whole in both, and neither field leaks into the other."""
    tokens = segment.run(Text("青石桥路灯", "青石桥的路灯坏了"), Segmenter(["青石桥"]))
    assert tokens.title == ("青石桥", "路灯")
    assert tokens.body == ("青石桥", "的", "路灯", "坏", "了")


def test_a_post_without_words_has_none() -> None:
    """An empty post is no error."""
    assert segment.run(Text("", ""), Segmenter()).words == frozenset()
