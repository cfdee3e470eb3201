"""The mood of a post: sentiment and emotion, for reading; nothing is graded by them."""

from collections.abc import Mapping
from typing import Final, Literal, cast

from msgspec import Struct

from models.classifier import Classifier
from models.linear import probabilities, scale
from models.segment import Tokens

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
    """A linear model over words and phrases."""

    FIELDS = 1
    """Title and body together: words, emoticons, punctuation, and pairs such as `不 好`."""

    def probabilities(self, tokens: Tokens) -> list[float]:
        """One probability a label, in the order of `labels`."""
        total = self._head.whole(tokens)
        length = scale(total[-1])
        margins = [bias + length * weight for bias, weight in zip(self._bias, total[:-1], strict=True)]
        return probabilities(margins, self._temperature)


class EmotionModel(_MoodModel):
    """angry, fear, happy, neutral, sad or surprise; see models/cards/emotion.md."""

    NAME = "emotion"

    def feeling(self, tokens: Tokens) -> Mood:
        """The likeliest feeling; among equals the first in the alphabet."""
        shares = self.probabilities(tokens)
        best = shares.index(max(shares))
        return Mood(self.labels[best], shares[best])


class SentimentModel(_MoodModel):
    """negative, neutral or positive; see models/cards/sentiment.md."""

    NAME = "sentiment"

    def leaning(self, tokens: Tokens) -> Leaning:
        """The sentiment; a positive label has a score above 0, a negative one a score below 0."""
        shares = self.probabilities(tokens)
        best = self.labels[shares.index(max(shares))]
        by_label = dict(zip(self.labels, shares, strict=True))
        return Leaning(cast("Label", best), by_label["positive"] - by_label["negative"])
