"""The feeling of a post."""

from agents import emotion
from models.mood import EmotionModel
from models.segment import Segmenter

MODEL = EmotionModel.load()


def test_anger_is_read() -> None:
    """An angry post is angry, with a probability."""
    feeling = emotion.run(MODEL.table.sums(Segmenter().tokens("", "气死我了，垃圾，滚！！")), MODEL)
    assert feeling.label == "angry"
    assert 1 / 6 < feeling.score <= 1
