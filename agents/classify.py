"""Say what a post is about, which decides the office."""

from models.table import Sums
from models.topic import TopicModel
from streams.records import Topic


def run(sums: Sums, model: TopicModel) -> Topic:
    """Return the likeliest topic, its probability, whether that is too little to rely on, and the next one."""
    ranking = model.rank(sums)
    return Topic(ranking.label, round(ranking.score, 4), ranking.uncertain, ranking.runner_up)
