"""Read the feeling of a post; grades nothing."""

from collections.abc import Sequence

from models.mood import EmotionModel, Mood
from models.table import Sums
from streams.records import Emotion


def run(sums: Sums, model: EmotionModel) -> Emotion:
    """Return the likeliest of angry, fear, happy, neutral, sad and surprise, and its probability."""
    return _emotion(model.feeling(sums))


def run_all(sums: Sequence[Sums], models: Sequence[EmotionModel]) -> list[Emotion]:
    """Return those of many posts, by the one model that all townships share; a quarter of the time of one by one."""
    (model,) = set(models)
    return [*map(_emotion, model.feeling_of_all(sums))]


def _emotion(mood: Mood) -> Emotion:
    return Emotion(mood.label, round(mood.score, 4))
