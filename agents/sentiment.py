"""Read whether a post is negative, neutral or positive; grades nothing."""

from models.mood import SentimentModel
from models.table import Sums
from streams.records import Sentiment


def run(sums: Sums, model: SentimentModel) -> Sentiment:
    """Return the sentiment and a score from -1 to 1, whose sign is the label's."""
    leaning = model.leaning(sums)
    return Sentiment(leaning.label, round(leaning.score, 4))
