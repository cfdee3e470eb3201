"""The mood of a post: sentiment and emotion, for reading; nothing is graded by them."""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from models.artefact import Fitted
from models.classifier import Classifier
from models.linear import Head, probabilities, scale
from models.table import Sums

Label = Literal["negative", "neutral", "positive"]

SENTIMENT_OF: Final[Mapping[str, Label]] = {
    "negative": "negative",
    "neutral": "neutral",
    "positive": "positive",
    "angry": "negative",
    "fear": "negative",
    "happy": "positive",
    "sad": "negative",
    "surprise": "neutral",
}
"""The sentiment of each label of the data; a model of polarity alone finds 42 in 100 surprised posts positive."""


class Mood(Struct, frozen=True):
    """The likeliest feeling and its probability."""

    label: str
    score: float


class Leaning(Struct, frozen=True):
    """Negative, neutral or positive; `score` is the positive probability less the negative one, -1 to 1."""

    label: Label
    score: float


class _MoodModel(Classifier):
    """A linear model of feelings over words and phrases; both models below read the same one."""

    NAME = "mood"
    FIELDS = 1
    """Title and body together: words, emoticons, punctuation, and pairs such as `不 好`."""

    def feelings(self, sums: Sums) -> list[float]:
        """One probability a feeling, in the order of the alphabet."""
        total = self._head.of(sums).felt
        length = scale(total[-1])
        margins = [bias + length * weight for bias, weight in zip(self._bias, total[:-1], strict=True)]
        return probabilities(margins, self._temperature)


class EmotionModel(_MoodModel):
    """angry, fear, happy, neutral, sad or surprise; see models/cards/emotion.md."""

    def feeling(self, sums: Sums) -> Mood:
        """The likeliest feeling; among equals the first in the alphabet."""
        shares = self.feelings(sums)
        best = shares.index(max(shares))
        return Mood(self.labels[best], shares[best])


class SentimentModel(_MoodModel):
    """negative, neutral or positive: the sums of the feelings that are; see models/cards/sentiment.md."""

    def __init__(self, fitted: Fitted, head: Head | None = None) -> None:
        super().__init__(fitted, head)
        self._sentiments = tuple(SENTIMENT_OF[feeling] for feeling in fitted.labels)

    def shares(self, sums: Sums) -> dict[Label, float]:
        """The probability of each sentiment."""
        shares: dict[Label, float] = {"negative": 0.0, "neutral": 0.0, "positive": 0.0}
        for sentiment, share in zip(self._sentiments, self.feelings(sums), strict=True):
            shares[sentiment] += share
        return shares

    def leaning(self, sums: Sums) -> Leaning:
        """The sentiment; a positive label has a score above 0, a negative one a score below 0."""
        shares = self.shares(sums)
        return Leaning(max(shares, key=shares.__getitem__), shares["positive"] - shares["negative"])
