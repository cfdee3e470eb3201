"""What a post is about: one of seven topics, which decides the office."""

from msgspec import Struct

from models.artefact import Fitted
from models.classifier import Classifier
from models.linear import Head, probabilities, scale
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
        size = len(self.labels)
        own = self._head.of(sums)
        short, long = scale(own.title[-1]), scale(own.whole[-1] + own.again[-1])
        margins = [
            bias + short * first + long * (once + more)
            for bias, first, once, more in zip(
                self._bias, own.title[:size], own.whole[size:-1], own.again[size:-1], strict=True
            )
        ]
        return probabilities(margins, self._temperature)

    def rank(self, sums: Sums) -> Ranking:
        """The topic of a post; uncertain when its probability is below the threshold, or no word is known."""
        shares = self.probabilities(sums)
        first = shares.index(score := max(shares))
        shares[first] = -1
        second = shares.index(max(shares))
        return Ranking(self.labels[first], score, score < self._threshold, self.labels[second])
