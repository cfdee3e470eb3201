"""Read the feeling of a post; grades nothing."""

from models.mood import EmotionModel
from models.segment import Tokens
from streams.records import Emotion


def run(tokens: Tokens, model: EmotionModel) -> Emotion:
    """Return the likeliest of angry, fear, happy, neutral, sad and surprise, and its probability."""
    mood = model.feeling(tokens)
    return Emotion(mood.label, round(mood.score, 4))
