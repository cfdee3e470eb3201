"""The topic of a post, with what it takes to rely on it."""

from inspect import signature

from agents import classify
from models.segment import Segmenter
from models.topic import TopicModel

MODEL = TopicModel.load()


def test_a_topic_comes_with_score_and_runner_up() -> None:
    """A clear case is certain, and names what else it could be."""
    topic = classify.run(MODEL.table.sums(Segmenter().tokens("农民工工资", "老板拖欠农民工工资半年，社保不交")), MODEL)
    assert (topic.label, topic.uncertain) == ("劳动和社会保障", False)
    assert topic.runner_up not in {"", topic.label}
    assert 0.5 < topic.score <= 1


def test_no_words_no_certainty() -> None:
    """A post without a known word gets a topic that says itself that it is uncertain."""
    assert classify.run(MODEL.table.sums(Segmenter().tokens("", "")), MODEL).uncertain


def test_only_words_decide() -> None:
    """Author, reach, time and mood cannot matter: they are no parameters."""
    assert [*signature(classify.run).parameters] == ["sums", "model"]
