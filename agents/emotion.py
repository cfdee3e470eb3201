"""Read the feeling of a post; grades nothing."""

from models.mood import EmotionModel
from models.table import Sums
from streams.records import Emotion


def run(sums: Sums, model: EmotionModel) -> Emotion:
    """Return the likeliest of angry, fear, happy, neutral, sad and surprise, and its probability."""
    mood = model.feeling(sums)
    return Emotion(mood.label, round(mood.score, 4))
