"""What a post is about: one of seven topics, which decides the office."""

from pathlib import Path
from typing import Final

from msgspec import Struct

from models import artefact
from models.artefact import Fitted
from models.linear import Table, probabilities, scale
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
    """A linear model over the words of the title and of the whole; see models/cards/topic.md."""

    def __init__(self, fitted: Fitted) -> None:
        self.labels = fitted.labels
        self._table = Table(fitted.words, fitted.weights)
        self._bias: list[float] = fitted.bias.tolist()
        self._temperature, self._threshold = fitted.temperature, fitted.threshold

    @classmethod
    def load(cls, folder: Path = artefact.FOLDER) -> "TopicModel":
        """Read the model from `topic.npz` and `topic.json`.

        Raises:
            Unusable: one of them is missing, damaged or of another version.
        """
        return cls(artefact.load(folder, NAME, fields=FIELDS))

    @property
    def vocabulary(self) -> int:
        """How many words the model knows."""
        return len(self._table.words)

    def probabilities(self, tokens: Tokens) -> list[float]:
        """One probability a label, in the order of `labels`."""
        size = len(self.labels)
        title, whole = self._table.total(frozenset(tokens.title)), self._table.total(tokens.words)
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
