"""Say what a post is about, which decides the office."""

from models.segment import Tokens
from models.topic import TopicModel
from streams.records import Topic


def run(tokens: Tokens, model: TopicModel) -> Topic:
    """Return the likeliest topic, its probability, whether that is too little to rely on, and the next one."""
    ranking = model.rank(tokens)
    return Topic(ranking.label, round(ranking.score, 4), ranking.uncertain, ranking.runner_up)
