"""What a post is about: one of seven topics, which decides the office."""

from msgspec import Struct

from models.artefact import Fitted
from models.classifier import Classifier
from models.linear import Head, probabilities, scale
from models.segment import Tokens


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

    def probabilities(self, tokens: Tokens) -> list[float]:
        """One probability a label, in the order of `labels`."""
        size = len(self.labels)
        title, whole, again = self._head.title(tokens), self._head.whole(tokens), self._head.again(tokens)
        short, long = scale(title[-1]), scale(whole[-1] + again[-1])
        margins = [
            bias + short * first + long * (once + more)
            for bias, first, once, more in zip(self._bias, title[:size], whole[size:-1], again[size:-1], strict=True)
        ]
        return probabilities(margins, self._temperature)

    def rank(self, tokens: Tokens) -> Ranking:
        """The topic of a post; uncertain when its probability is below the threshold, or no word is known."""
        shares = self.probabilities(tokens)
        first = shares.index(score := max(shares))
        shares[first] = -1
        second = shares.index(max(shares))
        return Ranking(self.labels[first], score, score < self._threshold, self.labels[second])
