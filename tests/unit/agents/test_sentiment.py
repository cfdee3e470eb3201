"""Negative, neutral or positive, with a score."""

from agents import sentiment
from models.mood import SentimentModel
from models.segment import Segmenter

MODEL = SentimentModel.load()


def test_praise_and_anger_have_opposite_signs() -> None:
    """A positive post scores above 0, a negative one below, both within -1 to 1."""
    praise = sentiment.run(MODEL.table.sums(Segmenter().tokens("", "太棒了，谢谢你们[鼓掌]")), MODEL)
    anger = sentiment.run(MODEL.table.sums(Segmenter().tokens("", "太恶心了，垃圾！")), MODEL)
    assert (praise.label, anger.label) == ("positive", "negative")
    assert -1 <= anger.score < 0 < praise.score <= 1
