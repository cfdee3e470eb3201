"""What a post is about: one of seven topics, which decides the office."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from models.artefact import Fitted
from models.classifier import Classifier
from models.linear import Head, Numbers, probabilities, scales
from models.table import Sums


class Ranking(Struct, frozen=True):
    """The likeliest topic with its probability, and the next one."""

    label: str
    score: float
    uncertain: bool
    runner_up: str


class TopicModel(Classifier):
    """A linear model over the words of the title and of the whole, where what is said again counts more.

    See models/cards/topic.md.
    """

    NAME = "topic"
    FIELDS = 2
    """The title, and title and body together."""

    def __init__(self, fitted: Fitted, head: Head | None = None) -> None:
        super().__init__(fitted, head)
        self._threshold = fitted.threshold

    def probabilities(self, sums: Sums) -> list[float]:
        """One probability a label, in the order of `labels`."""
        shares: list[float] = self._shares([sums])[0].tolist()
        return shares

    def rank(self, sums: Sums) -> Ranking:
        """The topic of a post; uncertain when its probability is below the threshold, or no word is known."""
        return self.rank_of_all([sums])[0]

    def rank_of_all(self, posts: Sequence[Sums]) -> list[Ranking]:
        """The topic of each of many posts."""
        shares = self._shares(posts)
        scores, first = shares.max(axis=1), shares.argmax(axis=1)
        shares[np.arange(len(posts)), first] = -1
        found = zip(first.tolist(), scores.tolist(), shares.argmax(axis=1).tolist(), strict=True)
        return [
            Ranking(self.labels[one], score, score < self._threshold, self.labels[two]) for one, score, two in found
        ]

    def _shares(self, posts: Sequence[Sums]) -> Numbers:
        size = len(self.labels)
        title, whole, again, _ = self._head.of(posts)
        whole = whole + again
        short, long = scales(title[:, -1:]), scales(whole[:, -1:])
        return probabilities(self._bias + short * title[:, :size] + long * whole[:, size:-1], self._temperature)
