"""Load all trained models at once, over one table of words."""

from pathlib import Path

from msgspec import Struct

from models import artefact
from models.danger import DangerModel
from models.keywords import KeywordWeights
from models.linear import heads
from models.mood import EmotionModel, SentimentModel
from models.passage import PassageModel
from models.table import Table
from models.topic import TopicModel


class Trained(Struct, frozen=True):
    """What the steps of judgement know from training. The four models look each word up once between them."""

    table: Table
    topic: TopicModel
    sentiment: SentimentModel
    emotion: EmotionModel
    danger: DangerModel
    keywords: KeywordWeights


def load(folder: Path = artefact.FOLDER) -> Trained:
    """Read and check every artefact; about half a second.

    Raises:
        Unusable: a file is missing, damaged or of another version; the message names it and the remedy.
    """
    topics, moods, dangers = TopicModel.fitted(folder), EmotionModel.fitted(folder), DangerModel.fitted(folder)
    models = ((one.words, one.weights) for one in (topics, moods, dangers))
    first, second, third = heads(*models, last_by_sentence=True)
    return Trained(
        first.table,
        TopicModel(topics, first),
        SentimentModel(moods, second),
        EmotionModel(moods, second),
        DangerModel(dangers, PassageModel.load(folder), third),
        KeywordWeights.load(folder),
    )
