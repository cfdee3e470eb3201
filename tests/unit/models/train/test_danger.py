"""The model of sentences that tell of danger is learnt from the sentences written for it."""

from collections import Counter
from pathlib import Path

import pytest

from models.artefact import Fitted
from models.danger import DangerModel
from models.harm import HarmLexicon
from models.passage import PassageModel
from models.segment import Segmenter
from models.train import danger
from models.train.corpus import DataError

LEXICON = HarmLexicon.load()
CALM = ("今天天气真好。出去走走", "孩子会背诗了", "晚饭吃什么好呢。面条吧")


def test_each_kind_is_written_often_and_nothing_twice() -> None:
    """Hundreds of sentences of danger now, of hazards and of neither; none stands twice, or under two labels."""
    lines = danger.SENTENCES.read_text(encoding="utf-8").splitlines()
    counts = Counter(line.split("|")[0] for line in lines)
    assert set(counts) == {*DangerModel.LABELS, danger.MOOD}
    assert min(counts[label] for label in DangerModel.LABELS) >= 400
    assert len({line.split("|")[1] for line in lines}) == len(lines)


def test_the_same_sentences_give_the_same_weights() -> None:
    """Fitting is deterministic: a reviewer can make the committed weights again."""
    learnt = danger.Learnt.of(danger.written()[::9], CALM, CALM, LEXICON)
    for fit, labels in ((glancing, DangerModel.LABELS), (danger.reading, PassageModel.LABELS)):
        first, second = fit(learnt), fit(learnt)
        assert (first.weights == second.weights).all()
        assert first.words == second.words
        assert first.labels == labels


def glancing(learnt: danger.Learnt) -> Fitted:
    return danger.glancing(learnt, Segmenter())


def test_each_sentence_is_learnt_with_anger_beside_it() -> None:
    """Behind it and before it, under the same label; an outburst by itself tells of neither."""
    learnt = danger.Learnt.of([("now", "水漫进来了"), ("mood", "气死我了")], CALM, CALM, LEXICON)
    assert learnt.written == [("now", "水漫进来了"), ("neither", "气死我了")]
    assert learnt.with_outbursts == [("now", "水漫进来了，气死我了"), ("now", "气死我了。水漫进来了")]
    assert {kind for kind, _ in learnt.others} == {"everyday", "message"}


def test_a_line_without_a_label_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The message says which line of which file."""
    file = tmp_path / "danger.txt"
    file.write_text("now|水漫进来了\n水漫进来了\n", encoding="utf-8")
    monkeypatch.setattr(danger, "SENTENCES", file)
    with pytest.raises(DataError, match="line 2"):
        danger.written()
