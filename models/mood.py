"""The mood of a post: sentiment and emotion, for reading; nothing is graded by them."""

from pathlib import Path
from typing import Final, Literal, cast

from msgspec import Struct

from models import artefact
from models.artefact import Fitted
from models.linear import Head, heads, probabilities, scale
from models.segment import Tokens

FIELDS: Final = 1
"""Title and body together: words, emoticons, punctuation, and pairs such as `不 好`."""

Label = Literal["negative", "neutral", "positive"]


class Mood(Struct, frozen=True):
    """The likeliest feeling and its probability."""

    label: str
    score: float


class Leaning(Struct, frozen=True):
    """Negative, neutral or positive; `score` is the positive probability less the negative one, -1 to 1."""

    label: Label
    score: float


class _Classifier:
    """A linear model over words and phrases.

    Args:
        fitted: the trained model.
        head: its columns of a table shared with other models; by default it has a table of its own.
    """

    def __init__(self, fitted: Fitted, head: Head | None = None) -> None:
        self.labels = fitted.labels
        self.vocabulary = fitted.words
        self._head = head or heads((fitted.words, fitted.weights))[0]
        self._bias: list[float] = fitted.bias.tolist()
        self._temperature = fitted.temperature

    def probabilities(self, tokens: Tokens) -> list[float]:
        """One probability a label, in the order of `labels`."""
        total = self._head.whole(tokens)
        length = scale(total[-1])
        margins = [bias + length * weight for bias, weight in zip(self._bias, total[:-1], strict=True)]
        return probabilities(margins, self._temperature)


class EmotionModel(_Classifier):
    """angry, fear, happy, neutral, sad or surprise; see models/cards/emotion.md."""

    NAME: Final = "emotion"

    @classmethod
    def load(cls, folder: Path = artefact.FOLDER) -> "EmotionModel":
        """Read the model from `emotion.npz` and `emotion.json`.

        Raises:
            Unusable: one of them is missing, damaged or of another version.
        """
        return cls(artefact.load(folder, cls.NAME, fields=FIELDS))

    def feeling(self, tokens: Tokens) -> Mood:
        """The likeliest feeling; among equals the first in the alphabet."""
        shares = self.probabilities(tokens)
        best = shares.index(max(shares))
        return Mood(self.labels[best], shares[best])


class SentimentModel(_Classifier):
    """negative, neutral or positive; see models/cards/sentiment.md."""

    NAME: Final = "sentiment"

    @classmethod
    def load(cls, folder: Path = artefact.FOLDER) -> "SentimentModel":
        """Read the model from `sentiment.npz` and `sentiment.json`.

        Raises:
            Unusable: one of them is missing, damaged or of another version.
        """
        return cls(artefact.load(folder, cls.NAME, fields=FIELDS))

    def leaning(self, tokens: Tokens) -> Leaning:
        """The sentiment; a positive label has a score above 0, a negative one a score below 0."""
        shares = self.probabilities(tokens)
        best = self.labels[shares.index(max(shares))]
        by_label = dict(zip(self.labels, shares, strict=True))
        return Leaning(cast("Label", best), by_label["positive"] - by_label["negative"])
