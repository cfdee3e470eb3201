"""The mood of a post: sentiment and emotion, for reading; nothing is graded by them."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, get_args

import numpy as np
from msgspec import Struct

from models.artefact import Fitted
from models.classifier import Classifier
from models.linear import Head, Numbers, probabilities, scales
from models.table import Sums

Label = Literal["negative", "neutral", "positive"]

SENTIMENTS: Final[tuple[Label, ...]] = get_args(Label)

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
        shares: list[float] = self._felt([sums])[0].tolist()
        return shares

    def _felt(self, posts: Sequence[Sums]) -> Numbers:
        *_, felt = self._head.of(posts)
        return probabilities(self._bias + scales(felt[:, -1:]) * felt[:, :-1], self._temperature)


class EmotionModel(_MoodModel):
    """angry, fear, happy, neutral, sad or surprise; see models/cards/emotion.md."""

    def feeling(self, sums: Sums) -> Mood:
        """The likeliest feeling; among equals the first in the alphabet."""
        return self.feeling_of_all([sums])[0]

    def feeling_of_all(self, posts: Sequence[Sums]) -> list[Mood]:
        """The likeliest feeling of each of many posts."""
        shares = self._felt(posts)
        found = zip(shares.argmax(axis=1).tolist(), shares.max(axis=1).tolist(), strict=True)
        return [Mood(self.labels[best], score) for best, score in found]


class SentimentModel(_MoodModel):
    """negative, neutral or positive: the sums of the feelings that are; see models/cards/sentiment.md."""

    def __init__(self, fitted: Fitted, head: Head | None = None) -> None:
        super().__init__(fitted, head)
        self._sentiments = np.array([[SENTIMENT_OF[feeling] == each for each in SENTIMENTS] for feeling in self.labels])

    def shares(self, sums: Sums) -> dict[Label, float]:
        """The probability of each sentiment."""
        return dict(zip(SENTIMENTS, self._shares([sums])[0].tolist(), strict=True))

    def leaning(self, sums: Sums) -> Leaning:
        """The sentiment; a positive label has a score above 0, a negative one a score below 0."""
        return self.leaning_of_all([sums])[0]

    def leaning_of_all(self, posts: Sequence[Sums]) -> list[Leaning]:
        """The sentiment of each of many posts."""
        shares = self._shares(posts)
        found = zip(shares.argmax(axis=1).tolist(), shares.tolist(), strict=True)
        return [Leaning(SENTIMENTS[best], positive - negative) for best, (negative, _, positive) in found]

    def _shares(self, posts: Sequence[Sums]) -> Numbers:
        shares: Numbers = self._felt(posts) @ self._sentiments
        return shares
