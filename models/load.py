"""Load all trained models at once, over one table of words."""

from pathlib import Path

from msgspec import Struct

from models import artefact
from models.keywords import KeywordWeights
from models.linear import heads
from models.mood import EmotionModel, SentimentModel
from models.table import Table
from models.topic import TopicModel


class Trained(Struct, frozen=True):
    """What the steps of judgement know from training. The three models look each word up once between them."""

    table: Table
    topic: TopicModel
    sentiment: SentimentModel
    emotion: EmotionModel
    keywords: KeywordWeights


def load(folder: Path = artefact.FOLDER) -> Trained:
    """Read and check every artefact; about half a second.

    Raises:
        Unusable: a file is missing, damaged or of another version; the message names it and the remedy.
    """
    topics, moods = TopicModel.fitted(folder), EmotionModel.fitted(folder)
    first, second = heads(*((one.words, one.weights) for one in (topics, moods)))
    return Trained(
        first.table,
        TopicModel(topics, first),
        SentimentModel(moods, second),
        EmotionModel(moods, second),
        KeywordWeights.load(folder),
    )
