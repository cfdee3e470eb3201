"""What the steps know is loaded once, whole, or not at all."""

from pathlib import Path

import pytest

from agents import flow
from deploy import knowledge
from models import artefact, load, similarity
from models.keywords import KeywordWeights
from models.segment import Segmenter
from models.topic import TopicModel
from streams.errors import Misconfigured


def test_every_model_that_the_flow_names_is_known() -> None:
    """A step that asks for a model gets it; words come with a township."""
    assert {*flow.MODELS} - {*knowledge.models()} == {Segmenter}


def test_the_models_of_words_share_one_table() -> None:
    """Each word of a post is looked up once for topic, sentiment and emotion: one table stands behind the three."""
    trained = load.load()
    tables = {id(model._head.table) for model in (trained.topic, trained.sentiment, trained.emotion)}
    assert len(tables) == 1


def test_a_missing_model_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the file and the remedy; no worker judges with half of its models."""
    monkeypatch.setattr(load, "load", lambda: KeywordWeights.load(tmp_path))
    knowledge.models.cache_clear()
    with pytest.raises(Misconfigured, match=rf"keywords\.json.*{artefact.REMEDY}"):
        knowledge.models()
    monkeypatch.undo()
    assert TopicModel in knowledge.models()


def test_a_missing_table_of_rare_pairs_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What grouping knows is a model like the others."""
    load_table = similarity.load
    monkeypatch.setattr(similarity, "load", lambda: load_table(tmp_path / "rarity.json"))
    with pytest.raises(Misconfigured, match=r"rarity\.json: cannot be read"):
        knowledge.empty_matters()
