"""What a post is about: one of seven topics, which decides the office."""

from pathlib import Path
from typing import Final

from msgspec import Struct

from models import artefact
from models.artefact import Fitted
from models.linear import Head, heads, probabilities, scale
from models.segment import Tokens

NAME: Final = "topic"
FIELDS: Final = 2
"""The title, and title and body together."""


class Ranking(Struct, frozen=True):
    """The likeliest topic with its probability, and the next one."""

    label: str
    score: float
    uncertain: bool
    runner_up: str


class TopicModel:
    """A linear model over the words of the title and of the whole; see models/cards/topic.md.

    Args:
        fitted: the trained model.
        head: its columns of a table shared with other models; by default it has a table of its own.
    """

    def __init__(self, fitted: Fitted, head: Head | None = None) -> None:
        self.labels = fitted.labels
        self.vocabulary = fitted.words
        self._head = head or heads((fitted.words, fitted.weights))[0]
        self._bias: list[float] = fitted.bias.tolist()
        self._temperature, self._threshold = fitted.temperature, fitted.threshold

    @classmethod
    def load(cls, folder: Path = artefact.FOLDER) -> "TopicModel":
        """Read the model from `topic.npz` and `topic.json`.

        Raises:
            Unusable: one of them is missing, damaged or of another version.
        """
        return cls(artefact.load(folder, NAME, fields=FIELDS))

    def probabilities(self, tokens: Tokens) -> list[float]:
        """One probability a label, in the order of `labels`."""
        size = len(self.labels)
        title, whole = self._head.title(tokens), self._head.whole(tokens)
        short, long = scale(title[-1]), scale(whole[-1])
        margins = [
            bias + short * first + long * second
            for bias, first, second in zip(self._bias, title[:size], whole[size:-1], strict=True)
        ]
        return probabilities(margins, self._temperature)

    def rank(self, tokens: Tokens) -> Ranking:
        """The topic of a post; uncertain when its probability is below the threshold, or no word is known."""
        shares = self.probabilities(tokens)
        second, first = sorted(range(len(shares)), key=lambda at: (shares[at], -at))[-2:]
        score = shares[first]
        return Ranking(self.labels[first], score, score < self._threshold, self.labels[second])
