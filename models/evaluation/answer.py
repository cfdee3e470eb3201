"""What a model answers to a text, and how sure it is."""

from typing import Final

from msgspec import Struct

from models.mood import EmotionModel, Label, SentimentModel
from models.segment import Tokens
from models.topic import TopicModel

POLES: Final[tuple[Label, Label]] = ("negative", "positive")


class Answer(Struct, frozen=True):
    """A label, its probability where the model has one, and whether it stands without a mark of doubt."""

    label: str
    confidence: float | None = None
    certain: bool | None = None


def topic(model: TopicModel, tokens: Tokens) -> Answer:
    """The likeliest topic."""
    ranking = model.rank(model.table.sums(tokens))
    return Answer(ranking.label, ranking.score, not ranking.uncertain)


def emotion(model: EmotionModel, tokens: Tokens) -> Answer:
    """The likeliest feeling."""
    mood = model.feeling(model.table.sums(tokens))
    return Answer(mood.label, mood.score)


def sentiment(model: SentimentModel, tokens: Tokens) -> Answer:
    """Negative, neutral or positive."""
    sums = model.table.sums(tokens)
    label = model.leaning(sums).label
    return Answer(label, model.shares(sums)[label])


def sign(model: SentimentModel, tokens: Tokens) -> Answer:
    """Negative or positive, by the score's sign, with its probability where neutral is out of the question."""
    negative, positive = POLES
    sums = model.table.sums(tokens)
    label = positive if model.leaning(sums).score > 0 else negative
    shares = model.shares(sums)
    return Answer(label, shares[label] / max(shares[negative] + shares[positive], 1e-12))
